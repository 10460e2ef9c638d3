using System.Globalization;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.Tokens;
using Dashboard.Shared;

namespace Dashboard.Authorizations;

/// <summary>An app or command line that acts as somebody, as the list shows it.</summary>
/// <param name="Id">The authorization.</param>
/// <param name="Name">What it is called.</param>
/// <param name="IsVerified">Whether somebody vouches for it: it did not register itself.</param>
/// <param name="IsCommandLine">Whether it is the command line.</param>
/// <param name="May">What it may do, and where: "May read workflows in Northwind Traders".</param>
/// <param name="UserName">Whom it acts as; null for who looks.</param>
/// <param name="Resource">The address that it is good at alone, or null.</param>
/// <param name="ApprovedAt">When it was connected, UTC.</param>
/// <param name="ExpiresAt">When it ends by itself, UTC.</param>
/// <param name="LastUsedAt">When it last got a token, UTC, or null.</param>
public sealed record AuthorizationItem(
    string Id, string Name, bool IsVerified, bool IsCommandLine, string May, string? UserName, string? Resource, DateTimeOffset ApprovedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt)
{
    /// <summary>So many kinds of resources are named for a permission; of more, the rest is counted.</summary>
    const int MaxNamed = 3;

    /// <summary>An authorization as the list shows it.</summary>
    /// <param name="row">The authorization.</param>
    /// <param name="actor">Who looks.</param>
    /// <param name="names">What people call the organizations, by slug; null where it goes without saying.</param>
    public static AuthorizationItem Of(AuthorizationSummary row, Actor actor, IReadOnlyDictionary<string, string>? names) => new(
        row.Id,
        row.ClientName,
        row.IsVerified,
        row.ClientId == OAuthClient.CommandLineId,
        $"May {InWords(row.Scopes)}{(names is null ? "" : $" in {names.GetValueOrDefault(row.Organization, row.Organization)}")}",
        row.Owner.Id == actor.Id ? null : row.Owner.Name,
        row.Resource,
        row.ApprovedAt,
        row.ExpiresAt,
        row.LastUsedAt);

    /// <summary>"manage keys and service accounts", or "read workflows and agents, execute agents".</summary>
    static string InWords(IReadOnlyList<string> scopes) => scopes.Contains(OAuthScopes.Api, StringComparer.Ordinal)
        ? "manage keys and service accounts"
        : string.Join(", ", scopes.GroupBy(OAuthScopes.PermissionOf, StringComparer.Ordinal).Select(group => $"{group.Key} {Listed([.. group.Select(scope => OAuthScopes.KindsOf(scope)!)])}"));

    static string Listed(string[] kinds) => kinds switch
    {
        [var only] => only,
        { Length: <= MaxNamed } => $"{string.Join(", ", kinds[..^1])} and {kinds[^1]}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", kinds[..MaxNamed])} and {kinds.Length - MaxNamed} more"),
    };
}

/// <summary>Whose authorizations the page shows.</summary>
/// <param name="Organization">The organization as the address names it; null for the user's own authorizations.</param>
public sealed record AuthorizationsPageState(string? Organization) : ListPageState
{
    /// <inheritdoc />
    public override string ToPath() => Organization is null ? "/account/connected-apps" : $"/{Organization}/connected-apps";
}

/// <summary>What the page shows: one page of rows and no more. It goes from the prerendered page to its circuit.</summary>
/// <param name="State">What it answers.</param>
/// <param name="Organization">The organization, or null.</param>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">Where the next page begins, or null.</param>
/// <param name="At">When it was read: what the times in it are told from.</param>
public sealed record AuthorizationsPageModel(
    AuthorizationsPageState State, OrganizationAccess? Organization, IReadOnlyList<AuthorizationItem> Items, string? NextCursor, DateTimeOffset At)
    : IListPage<AuthorizationsPageState>
{
    bool IListPage<AuthorizationsPageState>.Searched => false;

    int IListPage<AuthorizationsPageState>.Count => Items.Count;

    string IListPage<AuthorizationsPageState>.ToPath() => (State with { Organization = Organization?.Slug ?? State.Organization }).ToPath();
}

/// <summary>Reads what the page of connected apps shows.</summary>
sealed class AuthorizationsPageQuery(AuthorizationService authorizations, ProjectService projects, TimeProvider time)
{
    /// <summary>With the longest names this many rows still go through the circuit's first message.</summary>
    public const int Rows = 25;

    /// <summary>Reads one page of the list.</summary>
    /// <param name="actor">Who looks.</param>
    /// <param name="state">Whose authorizations, and which page of them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Result<AuthorizationsPageModel>> ReadAsync(Actor actor, AuthorizationsPageState state, CancellationToken cancellationToken)
    {
        var organization = state.Organization;
        var access = organization is null ? null : await projects.FindOrganizationAsync(actor, organization, cancellationToken) is { Succeeded: true } found ? found.Value : null;
        var page = await authorizations.ListAsync(actor, new(organization, state.Cursor, Rows), cancellationToken);
        if (page.Error is { } fault)
        {
            return fault;
        }

        var own = organization is null ? await projects.OrganizationsAsync(actor, cancellationToken) : [];
        var names = own.Count > 1 ? own.ToDictionary(x => x.Slug, x => x.Name, StringComparer.Ordinal) : null;
        return new AuthorizationsPageModel(
            state, access, [.. page.Value.Items.Select(row => AuthorizationItem.Of(row, actor, names))], page.Value.NextCursor, time.GetUtcNow());
    }
}
