using System.Linq.Expressions;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace Dashboard.Core.Keys;

/// <summary>A key as the database gives it, with the names of what it refers to.</summary>
sealed class ApiKeyProjection
{
    public required ApiKey Key { get; init; }

    public required string Organization { get; init; }

    public required string Project { get; init; }

    /// <summary>The resources that it is narrowed to; none where it reaches all.</summary>
    public IReadOnlyList<string> Scope { get; private set; } = [];

    public required string? OwnerName { get; init; }

    /// <summary>The service account that owns it; null where a person does.</summary>
    public required OwningAccount? Account { get; init; }

    public required string? CreatorName { get; init; }

    /// <summary>Keys with all that a row shows, but for what they are narrowed to. An expression, so that it can be a part of a compiled query too.</summary>
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
            Project = project.Slug,
            OwnerName = account != null ? account.Name
                : key.OwnerType == PartyType.PublishedApp ? context.PublishedApps.Where(x => x.Id == key.OwnerId).Select(x => x.Name).FirstOrDefault()
                : context.Users.Where(x => x.Id == key.OwnerId).Select(x => x.Name).FirstOrDefault(),
            Account = account == null ? null : new OwningAccount(
                account.Permissions,
                account.DeletedAt == null && account.State == ServiceAccountState.Active
                    && (account.AllProjects || context.ServiceAccountProjects.Any(x => x.ServiceAccountId == account.Id && x.ProjectId == key.ProjectId))),
            CreatorName = context.Users.Where(x => x.Id == key.CreatedBy).Select(x => x.Name).FirstOrDefault(),
        };

    /// <summary>Reads <paramref name="keys"/> with all that a row shows: one query for any number of keys, and one more where some are narrowed. (As one,
    /// with the resources joined in, SQLite would go through every narrowing that there is.)</summary>
    public static async Task<List<ApiKeyProjection>> ReadAsync(DashboardContext context, IQueryable<ApiKey> keys, CancellationToken cancellationToken)
    {
        var rows = await keys.Provider.CreateQuery<ApiKeyProjection>(Of(Expression.Constant(context, typeof(DashboardContext)), keys.Expression)).ToListAsync(cancellationToken);
        await NarrowAsync(context, rows, cancellationToken);
        return rows;
    }

    /// <summary>Reads the one key that <paramref name="keys"/> has, or null.</summary>
    public static async Task<ApiKeyProjection?> FindAsync(DashboardContext context, IQueryable<ApiKey> keys, CancellationToken cancellationToken) =>
        (await ReadAsync(context, keys, cancellationToken)).SingleOrDefault();

    /// <summary>Compiles the query for the key with a hash: what is asked most pays least for its SQL.</summary>
    /// <returns>The query, good for contexts of one model.</returns>
    public static Func<DashboardContext, byte[], CancellationToken, Task<ApiKeyProjection?>> CompileFindByHash()
    {
        Expression<Func<DashboardContext, byte[], IQueryable<ApiKey>>> keys = (context, hash) => context.Keys.AsNoTracking().Where(key => key.Hash == hash);
        var rows = EF.CompileAsyncQuery(Expression.Lambda<Func<DashboardContext, byte[], IQueryable<ApiKeyProjection>>>(Of(keys.Parameters[0], keys.Body), keys.Parameters));
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

    static Expression Of(Expression context, Expression keys) =>
        ReplacingExpressionVisitor.Replace(Rows.Parameters[1], keys, ReplacingExpressionVisitor.Replace(Rows.Parameters[0], context, Rows.Body));

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

    /// <summary>What people see of it at <paramref name="now"/>.</summary>
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
        Key.RequestsPerMinute);

    /// <summary>What it was made for, as far as a service account that owns it may do that now; separated by spaces.</summary>
    public string PermissionWords => Account is null
        ? Key.Permissions
        : string.Join(' ', Key.Permissions.Split(' ').Intersect(Account.Permissions.Split(' '), StringComparer.Ordinal));

    /// <summary>The stored state; but a key whose service account is switched off, or reaches the key's project no more, counts as switched off.</summary>
    public KeyState State => Key.State == KeyState.Active && Account is { Works: false } ? KeyState.Inactive : Key.State;
}

/// <summary>What a key's service account lets the key do.</summary>
/// <param name="Permissions">What the account may do, separated by spaces.</param>
/// <param name="Works">Whether it is switched on and reaches the key's project.</param>
sealed record OwningAccount(string Permissions, bool Works);
