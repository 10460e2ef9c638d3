using System.Globalization;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.PublishedApps;
using Dashboard.Shared;

namespace Dashboard.PublishedApps;

/// <summary>The list's filters and order, as the URL encodes them.</summary>
/// <param name="Project">The project, as named in the URL.</param>
/// <param name="Unpublished">Whether to include unpublished apps.</param>
public sealed record PublishedAppsPageState(ProjectPath Project, bool Unpublished) : ListPageState
{
    /// <inheritdoc />
    protected override IEnumerable<(string Name, string? Value)> Filters => [("unpublished", Unpublished ? "true" : null)];

    /// <inheritdoc />
    public override string ToPath() => $"/{Project}/apps";
}

/// <summary>An app as the list shows it.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Name">The display name.</param>
/// <param name="Prefix">The start of its key.</param>
/// <param name="Environment">The environment of its key.</param>
/// <param name="Resource">The resource that its key is limited to, as <c>kind:id</c>.</param>
/// <param name="ResourceName">The resource's name.</param>
/// <param name="Publisher">Who published it.</param>
/// <param name="PublishedAt">When it was published.</param>
/// <param name="LastUsedAt">When its key was last accepted, or null.</param>
/// <param name="LastUsedFrom">The network that it was last accepted from, or null.</param>
/// <param name="UnpublishedAt">When it was unpublished, or null.</param>
/// <param name="State">The state of its key.</param>
/// <param name="Changeable">Whether the user may unpublish it.</param>
public sealed record PublishedAppItem(
    string Id,
    string Name,
    string Prefix,
    KeyEnvironment Environment,
    string Resource,
    string ResourceName,
    string Publisher,
    DateTimeOffset PublishedAt,
    DateTimeOffset? LastUsedAt,
    string? LastUsedFrom,
    DateTimeOffset? UnpublishedAt,
    KeyState State,
    bool Changeable)
{
    /// <summary>Creates a list item for a caller.</summary>
    public static PublishedAppItem Of(PublishedAppSummary app, Actor actor, OrganizationRole role) => new(
        app.Id,
        app.Name,
        app.Key.Prefix,
        app.Key.Environment,
        app.Resource,
        app.ResourceName,
        app.PublishedBy.Name,
        app.PublishedAt,
        app.Key.LastUsedAt,
        app.Key.LastUsedFrom,
        app.UnpublishedAt,
        app.Key.State,
        role.Can(MemberAction.ManageAllApps) || (role.Can(MemberAction.PublishApps) && app.PublishedBy.Id == actor.Id));
}

/// <summary>What the page shows: one page of rows, handed from the prerendered page to its circuit.</summary>
/// <param name="State">The state that this data belongs to.</param>
/// <param name="Project">The project, with the user's role.</param>
/// <param name="Searched">Whether a search is active. The text itself is not stored here: it may be a pasted secret.</param>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">The cursor of the next page, or null.</param>
/// <param name="Total">The number of rows on all pages.</param>
/// <param name="OnlyUnpublished">Whether the list is empty but would not be with unpublished apps.</param>
/// <param name="Publishable">Whether the project has a resource to publish an app for.</param>
/// <param name="At">When the data was read. Relative times are computed from it.</param>
public sealed record PublishedAppsPageModel(
    PublishedAppsPageState State,
    ProjectAccess Project,
    bool Searched,
    IReadOnlyList<PublishedAppItem> Items,
    string? NextCursor,
    int Total,
    bool OnlyUnpublished,
    bool Publishable,
    DateTimeOffset At) : IListPage<PublishedAppsPageState>
{
    int IListPage<PublishedAppsPageState>.Count => Items.Count;

    string IListPage<PublishedAppsPageState>.ToPath() => (State with { Project = Project.Path }).ToPath();

    /// <summary>Whether the project has never had an app.</summary>
    public bool Untouched => Items.Count == 0 && !OnlyUnpublished && !Searched && State.Cursor is null;

    /// <summary>Whether the user may publish apps.</summary>
    public bool MayPublish => Project.Role.Can(MemberAction.PublishApps);

    /// <summary>Returns "2 published apps", or the range that the page shows.</summary>
    public string Summary
    {
        get
        {
            var (noun, before) = (State.Unpublished ? "app" : "published app", State.Before);
            return before == 0 && NextCursor is null
                ? string.Create(CultureInfo.InvariantCulture, $"{Items.Count:N0} {noun}{(Items.Count == 1 ? "" : "s")}")
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{before + 1:N0} to {before + Items.Count:N0} of {Math.Max(Total, before + Items.Count):N0} {noun}s, newest first");
        }
    }
}
