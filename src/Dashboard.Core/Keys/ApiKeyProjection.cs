using System.Linq.Expressions;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace Dashboard.Core.Keys;

/// <summary>A key row with the names of what it refers to.</summary>
sealed class ApiKeyProjection
{
    public required ApiKey Key { get; init; }

    /// <summary>The slug of the organization.</summary>
    public required string Organization { get; init; }

    public long OrganizationId { get; init; }

    public required string Project { get; init; }

    /// <summary>The resources that the key is limited to; empty if it has access to all.</summary>
    public IReadOnlyList<string> Scope { get; set; } = [];

    public required string? OwnerName { get; init; }

    /// <summary>The service account that owns the key, or null for another owner.</summary>
    public required OwningAccount? Account { get; init; }

    public required string? CreatorName { get; init; }

    /// <summary>Keys with everything that a summary shows except the resources. An expression, so that it can also be part of a compiled
    /// query.</summary>
    static readonly Expression<Func<DashboardContext, IQueryable<ApiKey>, IQueryable<ApiKeyProjection>>> Rows = (context, keys) =>
        from key in keys
        join project in context.Projects on key.ProjectId equals project.Id
        join organization in context.Organizations on project.OrganizationId equals organization.Id
        join account in context.ServiceAccounts on key.OwnerId equals account.Id into accounts
        from account in accounts.DefaultIfEmpty()
        select new ApiKeyProjection
        {
            Key = key,
            Organization = organization.Slug,
            OrganizationId = organization.Id,
            Project = project.Slug,
            OwnerName = account != null ? account.Name
                : key.OwnerType == PartyType.PublishedApp
                    ? context.PublishedApps.Where(x => x.Id == key.OwnerId).Select(x => x.Name).FirstOrDefault()
                : context.Users.Where(x => x.Id == key.OwnerId).Select(x => x.Name).FirstOrDefault(),
            Account = account == null ? null : new OwningAccount(
                account.Permissions,
                account.DeletedAt == null && account.State == ServiceAccountState.Active
                    && (account.AllProjects
                        || context.ServiceAccountProjects.Any(x => x.ServiceAccountId == account.Id && x.ProjectId == key.ProjectId))),
            CreatorName = context.Users.Where(x => x.Id == key.CreatedBy).Select(x => x.Name).FirstOrDefault(),
        };

    /// <summary>Reads everything that summaries of <paramref name="keys"/> show: one query for any number of keys, and one more if some are
    /// limited to resources. In a single query with a join to the resources, SQLite would scan the whole join table.</summary>
    public static async Task<List<ApiKeyProjection>> ReadAsync(
        DashboardContext context, IQueryable<ApiKey> keys, CancellationToken cancellationToken)
    {
        var rows = await Select(context, keys).ToListAsync(cancellationToken);
        await NarrowAsync(context, rows, cancellationToken);
        return rows;
    }

    /// <summary>Reads the only key of <paramref name="keys"/>, or null if it is empty.</summary>
    public static async Task<ApiKeyProjection?> FindAsync(
        DashboardContext context, IQueryable<ApiKey> keys, CancellationToken cancellationToken) =>
        (await ReadAsync(context, keys, cancellationToken)).SingleOrDefault();

    /// <summary>Reads the only key of <paramref name="keys"/>, which exists, and the actor's role in its organization.</summary>
    public static async Task<(ApiKeyProjection Key, OrganizationRole Role)> ReadWithRoleAsync(
        DashboardContext context, IQueryable<ApiKey> keys, Actor actor, CancellationToken cancellationToken)
    {
        var found = await (
            from row in Select(context, keys)
            join member in context.MembershipsOf(actor) on row.OrganizationId equals member.OrganizationId
            select new { Row = row, member.Role }).SingleAsync(cancellationToken);
        await NarrowAsync(context, [found.Row], cancellationToken);
        return (found.Row, found.Role);
    }

    /// <summary>Reads the only key of <paramref name="keys"/>, if there is one, and the resources that it is limited to.</summary>
    public static async Task<(ApiKeyProjection? Key, IReadOnlyList<Resource> Resources)> ReadNamedAsync(
        DashboardContext context, IQueryable<ApiKey> keys, CancellationToken cancellationToken)
    {
        var row = (await Select(context, keys).ToListAsync(cancellationToken)).SingleOrDefault();
        if (row is null or { Key.AllResources: true })
        {
            return (row, []);
        }

        var resources = await (
            from scope in context.KeyResources
            where scope.KeyId == row.Key.KeyId
            join resource in context.Resources on scope.ResourceId equals resource.Id
            orderby scope.ResourceId
            select resource).AsNoTracking().ToListAsync(cancellationToken);
        row.Scope = resources.ConvertAll(resource => $"{resource.Kind}:{resource.ExternalId}");
        return (row, resources);
    }

    /// <summary>Compiles the query for the key with a given hash, because it is the most frequent query.</summary>
    /// <returns>The query, valid for contexts of one model.</returns>
    public static Func<DashboardContext, byte[], CancellationToken, Task<ApiKeyProjection?>> CompileFindByHash()
    {
        Expression<Func<DashboardContext, byte[], IQueryable<ApiKey>>> keys = (context, hash) =>
            context.Keys.AsNoTracking().Where(key => key.Hash == hash);
        var rows = EF.CompileAsyncQuery(Expression.Lambda<Func<DashboardContext, byte[], IQueryable<ApiKeyProjection>>>(
            Of(keys.Parameters[0], keys.Body), keys.Parameters));
        return async (context, hash, cancellationToken) =>
        {
            ApiKeyProjection? found = null;
            await foreach (var row in rows(context, hash).WithCancellation(cancellationToken))
            {
                found = row; // hashes are unique
            }

            if (found is not null)
            {
                await NarrowAsync(context, [found], cancellationToken);
            }

            return found;
        };
    }

    static IQueryable<ApiKeyProjection> Select(DashboardContext context, IQueryable<ApiKey> keys) =>
        keys.Provider.CreateQuery<ApiKeyProjection>(Of(Expression.Constant(context, typeof(DashboardContext)), keys.Expression));

    static Expression Of(Expression context, Expression keys) =>
        ReplacingExpressionVisitor.Replace(
            Rows.Parameters[1], keys, ReplacingExpressionVisitor.Replace(Rows.Parameters[0], context, Rows.Body));

    static async Task NarrowAsync(DashboardContext context, IEnumerable<ApiKeyProjection> rows, CancellationToken cancellationToken)
    {
        var narrowed = rows.Where(row => !row.Key.AllResources).ToDictionary(row => row.Key.KeyId, StringComparer.Ordinal);
        if (narrowed.Count > 0)
        {
            var ids = narrowed.Keys.ToList();
            var scopes = await (
                from scope in context.KeyResources
                where ids.Contains(scope.KeyId)
                join resource in context.Resources on scope.ResourceId equals resource.Id
                orderby scope.KeyId, scope.ResourceId
                select new { scope.KeyId, Name = resource.Kind + ":" + resource.ExternalId }).ToListAsync(cancellationToken);
            foreach (var scope in scopes.GroupBy(x => x.KeyId, x => x.Name))
            {
                narrowed[scope.Key].Scope = [.. scope];
            }
        }
    }

    /// <summary>Creates the summary of the key at <paramref name="now"/>.</summary>
    public KeySummary ToRow(DateTimeOffset now) => new(
        Key.KeyId,
        Key.Name,
        Key.Prefix,
        $"{Organization}/{Project}",
        Key.Environment,
        Key.AllResources ? null : Scope,
        PermissionWords.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        new(Key.OwnerType, Key.OwnerId, OwnerName ?? Key.OwnerId),
        State.At(Key.ExpiresAt, now),
        Key.CreatedAt,
        new(PartyType.User, Key.CreatedBy, CreatorName ?? Key.CreatedBy),
        Key.LastUsedAt,
        Key.LastUsedFrom,
        Key.ExpiresAt,
        Key.RevokedAt,
        AddressList.FromStored(Key.AllowedIps)?.Networks,
        Key.RequestsPerMinute,
        Key.Note,
        Key is { DisabledByAdmin: false, AdminAllowedIps: null, AdminRequestsPerMinute: null }
            ? null : new(Key.DisabledByAdmin, AddressList.FromStored(Key.AdminAllowedIps)?.Networks, Key.AdminRequestsPerMinute),
        Key.RevocationReason,
        Key.AwaitsApproval);

    /// <summary>The effective permissions, separated by spaces: those of the key that an owning service account still has.</summary>
    public string PermissionWords => Account is null
        ? Key.Permissions
        : string.Join(' ', Key.Permissions.Split(' ').Intersect(Account.Permissions.Split(' '), StringComparer.Ordinal));

    /// <summary>The effective stored state: a key whose service account is disabled, or has no access to the key's project, counts as
    /// inactive.</summary>
    public KeyState State => Key.State == KeyState.Active && Account is { Works: false } ? KeyState.Inactive : Key.State;
}

/// <summary>What a key's service account allows.</summary>
/// <param name="Permissions">The permissions of the account, separated by spaces.</param>
/// <param name="Works">Whether the account is enabled and has access to the key's project.</param>
sealed record OwningAccount(string Permissions, bool Works);
