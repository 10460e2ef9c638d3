using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Verification;

/// <summary>Reads keys as verification knows them.</summary>
static class KnownKeyQuery
{
    /// <summary>Reads the key with a hash.</summary>
    /// <param name="context">Where it is read.</param>
    /// <param name="hash">SHA-256 of the raw key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key, or null.</returns>
    public static async Task<KnownKey?> FindAsync(DashboardContext context, byte[] hash, CancellationToken cancellationToken)
    {
        if (await StoredKey.FindAsync(context, context.Keys.AsNoTracking().Where(key => key.Hash == hash), cancellationToken) is not { } stored)
        {
            return null;
        }

        var (key, path) = (stored.Key, $"{stored.Organization}/{stored.Project}");
        var project = await ReadProjectAsync(context, key.ProjectId, path, cancellationToken);
        var principal = new Principal(
            key.KeyId, stored.Organization, path, key.Environment, new(key.OwnerType, key.OwnerId, stored.OwnerName ?? key.OwnerId), stored.Permissions,
            key.AllResources ? null : stored.Scope, key.ExpiresAt);
        return new(principal, stored.State, project, key.LastUsedAt is null)
        {
            AllowedIps = AddressList.FromStored(key.AllowedIps),
            RequestsPerMinute = key.RequestsPerMinute,
        };
    }

    static async Task<KnownProject> ReadProjectAsync(DashboardContext context, long projectId, string path, CancellationToken cancellationToken)
    {
        var slugs = await context.ProjectSlugs.AsNoTracking().Where(slug => slug.ProjectId == projectId).ToListAsync(cancellationToken);
        var organizationId = slugs[0].OrganizationId; // its present slug is among them
        var organizations = await context.OrganizationSlugs.Where(slug => slug.OrganizationId == organizationId).Select(slug => slug.Slug).ToListAsync(cancellationToken);
        return new(projectId, organizationId, path, organizations, [.. slugs.Select(slug => slug.Slug)]);
    }
}
