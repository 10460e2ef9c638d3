using System.Globalization;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.Tokens;
using Dashboard.Shared;

namespace Dashboard.Authorizations;

/// <summary>An app or command-line tool that acts on behalf of a member, as the list shows it.</summary>
/// <param name="Id">The authorization's identifier.</param>
/// <param name="Name">The client's name.</param>
/// <param name="IsVerified">Whether the client is trusted: false if it registered itself.</param>
/// <param name="IsCommandLine">Whether it is the command-line client.</param>
/// <param name="Access">What it can do, and where: "Can read workflows in Northwind Traders".</param>
/// <param name="UserName">The member that it acts for; null for the current user.</param>
/// <param name="Resource">The only URL that its tokens are valid for, or null.</param>
/// <param name="ApprovedAt">When it was connected, UTC.</param>
/// <param name="ExpiresAt">When it expires, UTC.</param>
/// <param name="LastUsedAt">When it last got a token, UTC, or null.</param>
public sealed record AuthorizationItem(
    string Id,
    string Name,
    bool IsVerified,
    bool IsCommandLine,
    string Access,
    string? UserName,
    string? Resource,
    DateTimeOffset ApprovedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? LastUsedAt)
{
    /// <summary>How many kinds of resources are named for a permission. The rest are counted.</summary>
    const int MaxNamed = 3;

    /// <summary>Creates a list item.</summary>
    /// <param name="row">The authorization.</param>
    /// <param name="actor">The caller.</param>
    /// <param name="names">The names of the organizations by slug; null to omit them.</param>
    public static AuthorizationItem Of(AuthorizationSummary row, Actor actor, IReadOnlyDictionary<string, string>? names) => new(
        row.Id,
        row.ClientName,
        row.IsVerified,
        row.ClientId == OAuthClient.CommandLineId,
        $"Can {InWords(row.Scopes)}{(names is null ? "" : $" in {names.GetValueOrDefault(row.Organization, row.Organization)}")}",
        row.Owner.Id == actor.Id ? null : row.Owner.Name,
        row.Resource,
        row.ApprovedAt,
        row.ExpiresAt,
        row.LastUsedAt);

    /// <summary>"manage keys and service accounts", or "read workflows and agents, execute agents".</summary>
    static string InWords(IReadOnlyList<string> scopes) => scopes.Contains(OAuthScopes.Api, StringComparer.Ordinal)
        ? "manage keys and service accounts"
        : string.Join(", ", scopes.GroupBy(OAuthScopes.PermissionOf, StringComparer.Ordinal)
            .Select(group => $"{group.Key} {Listed([.. group.Select(scope => OAuthScopes.KindsOf(scope)!)])}"));

    static string Listed(string[] kinds) => kinds switch
    {
        [var only] => only,
        { Length: <= MaxNamed } => $"{string.Join(", ", kinds[..^1])} and {kinds[^1]}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", kinds[..MaxNamed])} and {kinds.Length - MaxNamed} more"),
    };
}

/// <summary>Whose connected apps the page shows.</summary>
/// <param name="Organization">The organization as named in the URL; null for the user's own apps.</param>
public sealed record AuthorizationsPageState(string? Organization) : ListPageState
{
    /// <inheritdoc />
    public override string ToPath() => Organization is null ? "/account/connected-apps" : $"/{Organization}/connected-apps";
}

/// <summary>What the page shows: one page of rows, handed from the prerendered page to its circuit.</summary>
/// <param name="State">The state that it answers.</param>
/// <param name="Organization">The organization, or null.</param>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">The cursor of the next page, or null.</param>
/// <param name="At">When the data was read. Relative times are computed from it.</param>
public sealed record AuthorizationsPageModel(
    AuthorizationsPageState State, OrganizationAccess? Organization, IReadOnlyList<AuthorizationItem> Items, string? NextCursor,
    DateTimeOffset At)
    : IListPage<AuthorizationsPageState>
{
    bool IListPage<AuthorizationsPageState>.Searched => false;

    int IListPage<AuthorizationsPageState>.Count => Items.Count;

    string IListPage<AuthorizationsPageState>.ToPath() => (State with { Organization = Organization?.Slug ?? State.Organization }).ToPath();
}

/// <summary>Reads the data of the connected apps page.</summary>
sealed class AuthorizationsPageQuery(AuthorizationService authorizations, ProjectService projects, TimeProvider time)
{
    /// <summary>Reads one page of the apps of an organization's members, or of the actor if it is null.</summary>
    public async Task<Result<AuthorizationsPageModel>> ReadAsync(
        Actor actor, AuthorizationsPageState state, CancellationToken cancellationToken)
    {
        var organization = state.Organization;
        var access = organization is null ? null
            : await projects.FindOrganizationAsync(actor, organization, cancellationToken) is { Succeeded: true } found ? found.Value
            : null;
        var page = await authorizations.ListAsync(actor, new(organization, state.Cursor, state.Size), cancellationToken);
        if (page.Error is { } fault)
        {
            return fault;
        }

        var own = organization is null ? await projects.OrganizationsAsync(actor, cancellationToken) : [];
        var names = own.Count > 1 ? own.ToDictionary(x => x.Slug, x => x.Name, StringComparer.Ordinal) : null;
        return new AuthorizationsPageModel(
            state, access, [.. page.Value.Items.Select(row => AuthorizationItem.Of(row, actor, names))],
            page.Value.NextCursor, time.GetUtcNow());
    }
}
