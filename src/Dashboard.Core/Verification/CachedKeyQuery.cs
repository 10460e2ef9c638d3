using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Dashboard.Core.Credentials;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dashboard.Core.Verification;

/// <summary>Reads keys for verification.</summary>
static class CachedKeyQuery
{
    /// <summary>The maximum number of permission sets that keys share. Most installations have only a few.</summary>
    const int MaxSets = 1024;

    static readonly ConcurrentDictionary<string, IReadOnlyList<string>> Sets = new(StringComparer.Ordinal);

    /// <summary>Compiled queries by model, because a compiled query is valid for only one.</summary>
    static readonly ConditionalWeakTable<IModel, Func<DashboardContext, byte[], CancellationToken, Task<ApiKeyProjection?>>> Queries = [];

    /// <summary>Reads the key with a given hash.</summary>
    /// <param name="hash">The SHA-256 hash of the raw key.</param>
    /// <param name="known">Returns a cached project by its identifier, or null. A project whose path has changed is read again.</param>
    /// <returns>The key, or null.</returns>
    public static async Task<CachedKey?> FindAsync(
        DashboardContext context, byte[] hash, Func<long, CachedProject?> known, CancellationToken cancellationToken)
    {
        if (await Queries.GetValue(context.Model, _ =>
            ApiKeyProjection.CompileFindByHash())(context, hash, cancellationToken) is not { } stored)
        {
            return null;
        }

        var (key, path) = (stored.Key, new ProjectPath(stored.Organization, stored.Project));
        var project = known(key.ProjectId) is { } same
            && same.Path == path.ToString() ? same : await ReadProjectAsync(context, key.ProjectId, path, cancellationToken);
        var owner = new CachedOwner(new(key.OwnerType, key.OwnerId, stored.OwnerName ?? key.OwnerId));
        var principal = new Principal(
            key.KeyId, project.Organization, project.Path, key.Environment, owner.Party,
            PermissionsOf(stored.PermissionWords), key.AllResources ? null : stored.Scope,
            key.ExpiresAt);
        return new(principal, stored.State, project, owner, key.LastUsedAt is null)
        {
            AllowedIps = AddressList.FromStored(key.AllowedIps),
            RequestsPerMinute = key.RequestsPerMinute,
        };
    }

    static IReadOnlyList<string> PermissionsOf(string words) => Sets.TryGetValue(words, out var set) ? set
        : Sets.Count < MaxSets ? Sets.GetOrAdd(words, text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            : words.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    static async Task<CachedProject> ReadProjectAsync(
        DashboardContext context, long projectId, ProjectPath path, CancellationToken cancellationToken)
    {
        var slugs = await (
            from project in context.Projects
            where project.Id == projectId
            join slug in context.ProjectSlugs on new
            {
                project.OrganizationId,
                ProjectId = project.Id
            } equals new { slug.OrganizationId, slug.ProjectId }
            orderby slug.Slug
            select new { slug.OrganizationId, slug.Slug }).ToListAsync(cancellationToken);
        var organizationId = slugs[0].OrganizationId; // the current slug is among them
        var organizations = await context.OrganizationSlugs.Where(slug => slug.OrganizationId == organizationId)
            .OrderBy(slug => slug.Slug).Select(slug => slug.Slug).ToListAsync(cancellationToken);
        return new(projectId, organizationId, path, organizations, slugs.ConvertAll(x => x.Slug));
    }
}
