using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Usage;

/// <summary>Clears usage that nobody asks for any more, every few hours. Several nodes may do it at once: what is gone is gone.</summary>
public sealed partial class UsageCleanupService(
    UnitOfWorkRunner changes, TimeProvider time, ILogger<UsageCleanupService> logger) : PeriodicService(Interval, time)
{
    /// <summary>How long hours and days are kept, and clients and permissions after they were last seen.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    /// <summary>How long a node is remembered after its last batch. It never resends a batch older than that.</summary>
    public static readonly TimeSpan NodesKept = TimeSpan.FromDays(7);

    /// <summary>How often old usage is deleted.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    /// <summary>The maximum number of rows in one transaction, so that other writers never wait long.</summary>
    const int BatchSize = 1000;

    /// <summary>Deletes old usage.</summary>
    /// <returns>The number of deleted rows.</returns>
    public async Task<int> ClearAsync(CancellationToken cancellationToken)
    {
        var (before, nodesBefore) = (Time.GetUtcNow() - Kept, Time.GetUtcNow() - NodesKept);
        return await ClearAsync(context => context.KeyHours.Where(row => row.Hour < before).OrderBy(row => row.KeyId), cancellationToken)
            + await ClearAsync(context => context.KeyDays.Where(row => row.Day < before).OrderBy(row => row.KeyId), cancellationToken)
            + await ClearAsync(
                context => context.KeyClients.Where(row => row.LastSeenAt < before).OrderBy(row => row.KeyId), cancellationToken)
            + await ClearAsync(
                context => context.KeyPermissionUses.Where(row => row.LastAskedAt < before).OrderBy(row => row.KeyId), cancellationToken)
            + await ClearAsync(
                context => context.UsageNodes.Where(row => row.SeenAt < nodesBefore).OrderBy(row => row.Id), cancellationToken);
    }

    /// <inheritdoc />
    protected override bool RunsAtStart => true;

    /// <inheritdoc />
    protected override Task WorkAsync(CancellationToken cancellationToken) => ClearAsync(cancellationToken);

    async Task<int> ClearAsync<T>(Func<DashboardContext, IQueryable<T>> old, CancellationToken cancellationToken)
    {
        var (total, count) = (0, BatchSize);
        while (count == BatchSize)
        {
            await changes.RunBehindAsync(
                async (context, token) => count = await old(context).Take(BatchSize).ExecuteDeleteAsync(token), cancellationToken);
            total += count;
        }

        return total;
    }

    /// <inheritdoc />
    [LoggerMessage(Level = LogLevel.Warning, Message = "Old usage could not be cleared; it is tried again in some hours.")]
    protected override partial void LogFailure(Exception exception);
}
