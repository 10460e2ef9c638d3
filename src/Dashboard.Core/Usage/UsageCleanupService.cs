using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Usage;

/// <summary>Clears usage that nobody asks for any more, every few hours. Several nodes may do it at once: what is gone is gone.</summary>
public sealed partial class UsageCleanupService(UnitOfWorkRunner changes, TimeProvider time, ILogger<UsageCleanupService> logger) : BackgroundService
{
    /// <summary>How long hours, and clients and permissions after they were last seen, are kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    /// <summary>How long a process is known after its last batch: it never sends one again that is older.</summary>
    public static readonly TimeSpan NodesKept = TimeSpan.FromDays(7);

    /// <summary>How often is cleared.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    /// <summary>The most rows of one transaction: nobody waits long for it.</summary>
    const int BatchSize = 1000;

    /// <summary>Clears what is old.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many rows went.</returns>
    public async Task<int> ClearAsync(CancellationToken cancellationToken)
    {
        var (before, nodesBefore) = (time.GetUtcNow() - Kept, time.GetUtcNow() - NodesKept);
        return await ClearAsync(context => context.KeyHours.Where(row => row.Hour < before).OrderBy(row => row.KeyId), cancellationToken)
            + await ClearAsync(context => context.KeyClients.Where(row => row.LastSeenAt < before).OrderBy(row => row.KeyId), cancellationToken)
            + await ClearAsync(context => context.KeyPermissionUses.Where(row => row.LastAskedAt < before).OrderBy(row => row.KeyId), cancellationToken)
            + await ClearAsync(context => context.UsageNodes.Where(row => row.SeenAt < nodesBefore).OrderBy(row => row.Id), cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await TryClearAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start, or another node, goes on.
        }
    }

    async Task<int> ClearAsync<T>(Func<DashboardContext, IQueryable<T>> old, CancellationToken cancellationToken)
    {
        var (total, count) = (0, BatchSize);
        while (count == BatchSize)
        {
            await changes.RunBehindAsync(async (context, token) => count = await old(context).Take(BatchSize).ExecuteDeleteAsync(token), cancellationToken);
            total += count;
        }

        return total;
    }

    async Task TryClearAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ClearAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested) // whatever it is, it does not stop the host
        {
            LogNotCleared(exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old usage could not be cleared; it is tried again in some hours.")]
    partial void LogNotCleared(Exception exception);
}
