using System.Globalization;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.PublishedApps;
using Dashboard.Shared;

namespace Dashboard.PublishedApps;

/// <summary>Which page of which list is asked for, as far as the address says it.</summary>
/// <param name="Project">As the address names it.</param>
/// <param name="Unpublished">Unpublished apps too.</param>
public sealed record PublishedAppsPageState(ProjectPath Project, bool Unpublished) : ListPageState
{
    /// <inheritdoc />
    public override string ToPath() => $"/{Project}/apps";
}

/// <summary>An app as the list shows it.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Prefix">What lists show of its key's text.</param>
/// <param name="Environment">The environment that its key is bound to.</param>
/// <param name="Resource">The resource that its key is narrowed to, as <c>kind:id</c>.</param>
/// <param name="ResourceName">What people call that.</param>
/// <param name="Publisher">Who published it.</param>
/// <param name="PublishedAt">When.</param>
/// <param name="LastUsedAt">When its key was last accepted, or null.</param>
/// <param name="LastUsedFrom">The coarse client address of that, or null.</param>
/// <param name="UnpublishedAt">When it was unpublished, or null.</param>
/// <param name="State">What its key counts as.</param>
/// <param name="Changeable">Whether the person may unpublish it.</param>
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
    /// <summary>An app as <paramref name="actor"/> sees it.</summary>
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

/// <summary>What the page shows: one page of rows and no more. It goes from the prerendered page to its circuit.</summary>
/// <param name="State">What it answers.</param>
/// <param name="Project">The project and what the person may do there.</param>
/// <param name="Searched">Only what somebody searched for. The text may be anything that was pasted: it stays out of here.</param>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">Where the next page begins, or null.</param>
/// <param name="Total">How many there are on all pages.</param>
/// <param name="OnlyUnpublished">Nothing is shown, and with the unpublished apps something would be.</param>
/// <param name="Publishable">Whether the project has a resource that an app could be for.</param>
/// <param name="At">When it was read: what the times in it are told from.</param>
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

    /// <summary>No app has been published in this project yet.</summary>
    public bool Untouched => Items.Count == 0 && !OnlyUnpublished && !Searched && State.Cursor is null;

    /// <summary>Whether the person publishes apps.</summary>
    public bool MayPublish => Project.Role.Can(MemberAction.PublishApps);

    /// <summary>"2 published apps", or which of how many a page shows.</summary>
    /// <param name="before">How many rows the pages before it have.</param>
    public string Summary(int before)
    {
        var noun = State.Unpublished ? "app" : "published app";
        return before == 0 && NextCursor is null
            ? string.Create(CultureInfo.InvariantCulture, $"{Items.Count:N0} {noun}{(Items.Count == 1 ? "" : "s")}")
            : string.Create(CultureInfo.InvariantCulture, $"{before + 1:N0} to {before + Items.Count:N0} of {Math.Max(Total, before + Items.Count):N0} {noun}s, newest first");
    }
}
