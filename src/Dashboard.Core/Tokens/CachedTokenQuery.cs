using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Tokens;

/// <summary>Reads access tokens for verification.</summary>
static class CachedTokenQuery
{
    /// <summary>Reads an access token.</summary>
    /// <param name="token">The claims of the token.</param>
    /// <param name="scopes">The scopes of the installation.</param>
    /// <param name="known">Returns a cached organization by its identifier, or null.</param>
    /// <returns>The token, valid or not; null if it was never issued or expired long ago.</returns>
    public static async Task<CachedToken?> FindAsync(
        DashboardContext context, ReadToken token, OAuthScopes scopes, Func<long, CachedOrganization?> known, CancellationToken cancellationToken)
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
                Role = context.Members.Where(x => x.UserId == row.OwnerId && x.OrganizationId == row.OrganizationId).Select(x => (OrganizationRole?)x.Role).FirstOrDefault(),
                Name = context.Users.Where(x => x.Id == row.OwnerId).Select(x => x.Name).FirstOrDefault(),
            }).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        if (stored is null)
        {
            return null;
        }

        var (row0, owner) = (stored.Row, stored.Account);
        string[] permissions = row0.OwnerType == PartyType.ServiceAccount
            ? owner is { DeletedAt: null, State: ServiceAccountState.Active } ? owner.Permissions.Split(' ') : []
            : stored.Role is { } role ? [.. scopes.PermissionsOf(role)] : [];
        var projects = owner is null or { AllProjects: true } ? null
            : await context.ServiceAccountProjects.Where(x => x.ServiceAccountId == owner.Id).Select(x => x.ProjectId).ToListAsync(cancellationToken);
        var granted = OAuthScopes.Within(row0.Scope.Split(' '), permissions);
        return new()
        {
            Jti = row0.Jti,
            Issuer = token.Issuer,
            ClientId = row0.ClientId,
            PublicClientId = token.ClientId,
            AuthorizationId = row0.AuthorizationId,
            Organization = known(row0.OrganizationId) ?? await ReadOrganizationAsync(context, row0.OrganizationId, cancellationToken),
            Owner = new(row0.OwnerType, row0.OwnerId, owner?.Name ?? stored.Name ?? row0.OwnerId),
            Counts = row0.RevokedAt is null && !stored.Ended && permissions.Length > 0,
            Scopes = granted,
            Permissions = scopes.ToPermissions(granted, permissions),
            Resource = row0.Resource,
            Projects = projects?.ToHashSet(),
            IssuedAt = row0.IssuedAt,
            ExpiresAt = token.ExpiresAt,
        };
    }

    static async Task<CachedOrganization> ReadOrganizationAsync(DashboardContext context, long id, CancellationToken cancellationToken)
    {
        var slug = await context.Organizations.Where(organization => organization.Id == id).Select(organization => organization.Slug).SingleAsync(cancellationToken);
        var slugs = await context.OrganizationSlugs.Where(x => x.OrganizationId == id).Select(x => x.Slug).ToListAsync(cancellationToken);
        var projects = await (
            from name in context.ProjectSlugs
            where name.OrganizationId == id
            join project in context.Projects on name.ProjectId equals project.Id
            where project.DeletedAt == null
            select new { name.Slug, project.Id, Now = project.Slug }).ToListAsync(cancellationToken);
        return new(
            id, slug, slugs.ToHashSet(StringComparer.Ordinal),
            projects.ToDictionary(x => x.Slug, x => new CachedTokenProject(x.Id, new ProjectPath(slug, x.Now).ToString()), StringComparer.Ordinal));
    }
}
