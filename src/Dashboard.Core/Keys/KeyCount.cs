using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <summary>Keeps the number of a project's active keys in the project's row, so that a new key costs the same among ten and among a
/// million. <see cref="ApiKey.Counted"/> says which keys <see cref="Project.ActiveKeys"/> includes. A key that expires stays counted until
/// its place is needed: the number is never too low, and it is exact after <see cref="ReleaseExpiredAsync"/>.</summary>
static class KeyCount
{
    /// <summary>The stored values of a project's row.</summary>
    sealed record Place(int ActiveKeys, long? DeletedAt);

    /// <summary>Takes the project's row lock and counts more keys in it. If the change fails, the count is rolled back with it.</summary>
    /// <param name="keys">How many.</param>
    /// <returns>The number of counted keys with the new ones, or null if the project has been deleted.</returns>
    public static async Task<int?> AddAsync(UnitOfWork change, long projectId, CancellationToken cancellationToken, int keys = 1) =>
        await change.Context.RaiseAsync<Project, Place>(
            nameof(Project.ActiveKeys), keys, (nameof(Project.Id), projectId), cancellationToken)
            is { DeletedAt: null } place ? place.ActiveKeys : null;

    /// <summary>Removes tracked keys from the count. Requires the lock of their projects.</summary>
    public static async Task RemoveAsync(UnitOfWork change, IEnumerable<ApiKey> keys, CancellationToken cancellationToken)
    {
        var counted = keys.Where(key => key.Counted).ToList();
        counted.ForEach(key => key.Counted = false);
        foreach (var project in counted.CountBy(key => key.ProjectId).OrderBy(x => x.Key))
        {
            await LowerAsync(change.Context, project.Key, project.Value, cancellationToken);
        }
    }

    /// <summary>Removes the expired keys of a project from its count. Requires the lock of the project.</summary>
    /// <returns>The number of keys that have expired since the last call.</returns>
    public static async Task<int> ReleaseExpiredAsync(
        DashboardContext context, long projectId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var released = await Expired(context, projectId, now)
            .ExecuteUpdateAsync(set => set.SetProperty(key => key.Counted, false), cancellationToken);
        if (released == 0)
        {
            return 0;
        }

        await LowerAsync(context, projectId, released, cancellationToken);
        foreach (var entry in context.ChangeTracker.Entries<ApiKey>()
            .Where(x => x.Entity.ProjectId == projectId && x.Entity.ExpiryOrder <= now))
        {
            var counted = entry.Property(key => key.Counted);
            (counted.CurrentValue, counted.OriginalValue) = (false, false); // as it is stored now
        }

        return released;
    }

    /// <summary>Reads the number of a project's active keys.</summary>
    public static Task<int> ReadAsync(
        DashboardContext context, long projectId, DateTimeOffset now, CancellationToken cancellationToken) => context.Projects
        .Where(project => project.Id == projectId)
        .Select(project =>
            project.ActiveKeys - context.Keys.Count(key => key.ProjectId == project.Id && key.Counted && key.ExpiryOrder <= now))
        .SingleAsync(cancellationToken);

    /// <summary>Finds the projects whose number is not that of their keys, or has expired keys to release.</summary>
    public static Task<List<long>> FindWrongAsync(
        DashboardContext context, DateTimeOffset now, CancellationToken cancellationToken) => context.Projects
        .Where(project => project.DeletedAt == null
            && (project.ActiveKeys != context.Keys.Count(key => key.ProjectId == project.Id && key.Counted)
            || context.Keys.Any(key => key.ProjectId == project.Id && key.Counted
                && (key.ExpiryOrder <= now || !KeyListPartition.Counted.Contains(key.Shelf)))
            || context.Keys.Any(key => key.ProjectId == project.Id && !key.Counted && !key.IsExempt && key.ExpiryOrder > now
                && KeyListPartition.Counted.Contains(key.Shelf))))
        .OrderBy(project => project.Id).Select(project => project.Id).ToListAsync(cancellationToken);

    /// <summary>Counts the keys of a project again.</summary>
    /// <returns>The number before, less the expired keys that it included rightly, and the number of keys; they are the same unless the
    /// number was wrong.</returns>
    public static async Task<(int Before, int Now)> RepairAsync(
        DashboardContext context, long projectId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await context.RaiseAsync<Project, Place>(
            nameof(Project.ActiveKeys), 0, (nameof(Project.Id), projectId), cancellationToken) is not { } place)
        {
            return (0, 0); // and its row is locked
        }

        var keys = context.Keys.Where(key => key.ProjectId == projectId);
        var expired = await Expired(context, projectId, now)
            .CountAsync(key => KeyListPartition.Counted.Contains(key.Shelf), cancellationToken);
        await keys.Where(key => key.Counted && (key.ExpiryOrder <= now || !KeyListPartition.Counted.Contains(key.Shelf)))
            .ExecuteUpdateAsync(set => set.SetProperty(key => key.Counted, false), cancellationToken);
        await keys.Where(key => !key.Counted && !key.IsExempt && key.ExpiryOrder > now && KeyListPartition.Counted.Contains(key.Shelf))
            .ExecuteUpdateAsync(set => set.SetProperty(key => key.Counted, true), cancellationToken);
        var count = await keys.CountAsync(key => key.Counted, cancellationToken);
        await context.Projects.Where(project => project.Id == projectId)
            .ExecuteUpdateAsync(set => set.SetProperty(project => project.ActiveKeys, count), cancellationToken);
        return (place.ActiveKeys - expired, count);
    }

    static IQueryable<ApiKey> Expired(DashboardContext context, long projectId, DateTimeOffset now) =>
        context.Keys.Where(key => key.ProjectId == projectId && key.Counted && key.ExpiryOrder <= now);

    static Task<int> LowerAsync(DashboardContext context, long projectId, int by, CancellationToken cancellationToken) => context.Projects
        .Where(project => project.Id == projectId)
        .ExecuteUpdateAsync(set => set.SetProperty(project => project.ActiveKeys, project => project.ActiveKeys - by), cancellationToken);
}
