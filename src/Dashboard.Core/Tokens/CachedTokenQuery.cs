using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Tokens;

/// <summary>Reads what the verification of access tokens depends on.</summary>
static class CachedTokenQuery
{
    /// <summary>Reads an access token. A signed claim says whether it has a row.</summary>
    /// <param name="token">The claims of the token.</param>
    /// <param name="scopes">The scopes of the installation.</param>
    /// <param name="known">Returns a cached organization by its identifier, or null.</param>
    /// <returns>The token, valid or not; null if it was never issued or expired long ago.</returns>
    public static Task<CachedToken?> FindAsync(
        DashboardContext context, ReadToken token, OAuthScopes scopes, Func<long, CachedOrganization?> known,
        CancellationToken cancellationToken) => token.Account is { } account
            ? FindWithoutRowAsync(context, token, account, scopes, known, cancellationToken)
            : FindRowAsync(context, token, scopes, known, cancellationToken);

    static async Task<CachedToken?> FindRowAsync(
        DashboardContext context, ReadToken token, OAuthScopes scopes, Func<long, CachedOrganization?> known,
        CancellationToken cancellationToken)
    {
        var jti = token.Jti;
        var stored = await (
            from row in context.AccessTokens
            where row.Jti == jti
            join authorization in context.Authorizations on row.AuthorizationId equals authorization.Id into authorizations
            from authorization in authorizations.DefaultIfEmpty()
            join account in context.ServiceAccounts on row.OwnerId equals account.Id into accounts
            from account in accounts.DefaultIfEmpty()
            select new
            {
                Row = row,
                Ended = row.AuthorizationId != null && (authorization == null || authorization.EndedAt != null),
                Account = account,
                Role = context.Members.Where(x => x.UserId == row.OwnerId && x.OrganizationId == row.OrganizationId)
                    .Select(x => (OrganizationRole?)x.Role).FirstOrDefault(),
                Name = context.Users.Where(x => x.Id == row.OwnerId).Select(x => x.Name).FirstOrDefault(),
            }).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        if (stored is null)
        {
            return null;
        }

        var (row0, owner) = (stored.Row, stored.Account);
        // A service account's token has a row only if it is older than generations, which begin with 0.
        string[] permissions = row0.OwnerType == PartyType.ServiceAccount
            ? PermissionsOf(owner, generation: 0)
            : stored.Role is { } role ? [.. scopes.PermissionsOf(role)] : [];
        var granted = OAuthScopes.Within(row0.Scope.Split(' '), permissions);
        return new()
        {
            Jti = row0.Jti,
            Issuer = token.Issuer,
            ClientId = row0.ClientId,
            PublicClientId = token.ClientId,
            AuthorizationId = row0.AuthorizationId,
            Key = token.Key,
            Organization = known(row0.OrganizationId) ?? await ReadOrganizationAsync(context, row0.OrganizationId, cancellationToken),
            Owner = new(row0.OwnerType, row0.OwnerId, owner?.Name ?? stored.Name ?? row0.OwnerId),
            Counts = row0.RevokedAt is null && !stored.Ended && permissions.Length > 0,
            Scopes = granted,
            Permissions = scopes.ToPermissions(granted, permissions),
            Resource = row0.Resource,
            Projects = owner is null ? null : await ReadProjectsAsync(context, owner, cancellationToken),
            IssuedAt = row0.IssuedAt,
            ExpiresAt = token.ExpiresAt,
        };
    }

    static async Task<CachedToken?> FindWithoutRowAsync(
        DashboardContext context, ReadToken token, AccountClaims claims, OAuthScopes scopes, Func<long, CachedOrganization?> known,
        CancellationToken cancellationToken)
    {
        if (!ServiceAccount.IsId(claims.AccountId))
        {
            return null;
        }

        var (jti, id) = (token.Jti, claims.AccountId);
        var stored = await context.ServiceAccounts.AsNoTracking().Where(account => account.Id == id)
            .Select(account => new { Account = account, Revoked = context.RevokedTokens.Any(revoked => revoked.Jti == jti) })
                .SingleOrDefaultAsync(cancellationToken);
        if (stored is null)
        {
            return null;
        }

        var owner = stored.Account;
        var permissions = PermissionsOf(owner, claims.Generation);
        var granted = OAuthScopes.Within(claims.Scope.Split(' '), permissions);
        return new()
        {
            Jti = jti,
            Issuer = token.Issuer,
            ClientId = owner.ClientId,
            PublicClientId = owner.ClientId,
            AuthorizationId = null,
            Key = token.Key,
            Organization = known(owner.OrganizationId) ?? await ReadOrganizationAsync(context, owner.OrganizationId, cancellationToken),
            Owner = new(PartyType.ServiceAccount, owner.Id, owner.Name),
            Counts = !stored.Revoked && permissions.Length > 0,
            Scopes = granted,
            Permissions = scopes.ToPermissions(granted, permissions),
            Resource = claims.Resource,
            Projects = await ReadProjectsAsync(context, owner, cancellationToken),
            IssuedAt = claims.IssuedAt,
            ExpiresAt = token.ExpiresAt,
        };
    }

    /// <summary>Returns what a token of a generation may do now: nothing if the account is disabled or deleted, or all its tokens were
    /// ended since.</summary>
    static string[] PermissionsOf(ServiceAccount? account, long generation) =>
        account is { DeletedAt: null, State: ServiceAccountState.Active } && account.TokenGeneration == generation
            ? account.Permissions.Split(' ') : [];

    static async Task<HashSet<long>?> ReadProjectsAsync(
        DashboardContext context, ServiceAccount owner, CancellationToken cancellationToken) => owner.AllProjects
        ? null
        : await context.ServiceAccountProjects.Where(x => x.ServiceAccountId == owner.Id).Select(x => x.ProjectId)
            .ToHashSetAsync(cancellationToken);

    static async Task<CachedOrganization> ReadOrganizationAsync(DashboardContext context, long id, CancellationToken cancellationToken)
    {
        var slug = await context.Organizations.Where(organization => organization.Id == id)
            .Select(organization => organization.Slug).SingleAsync(cancellationToken);
        var slugs = await context.OrganizationSlugs.Where(x => x.OrganizationId == id).Select(x => x.Slug).ToListAsync(cancellationToken);
        var projects = await (
            from name in context.ProjectSlugs
            where name.OrganizationId == id
            join project in context.Projects on name.ProjectId equals project.Id
            where project.DeletedAt == null
            select new { name.Slug, project.Id, Now = project.Slug }).ToListAsync(cancellationToken);
        return new(
            id, slug, slugs.ToHashSet(StringComparer.Ordinal),
            projects.ToDictionary(
                x => x.Slug, x => new CachedTokenProject(x.Id, new ProjectPath(slug, x.Now).ToString()), StringComparer.Ordinal));
    }
}
