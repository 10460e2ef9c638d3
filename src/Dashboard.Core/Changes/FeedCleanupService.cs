using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Changes;

/// <summary>Clears feed rows that no node needs any more, once an hour, by one node at a time. The newest row always stays: it says where the feed is.</summary>
public sealed partial class FeedCleanupService(UnitOfWorkRunner changes, TimeProvider time, ILogger<FeedCleanupService> logger) : BackgroundService
{
    /// <summary>How long feed rows stay. A node that was away for longer begins anew.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>How often they are cleared.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>The most rows of one transaction: nobody waits long for it.</summary>
    const int BatchSize = 1000;

    /// <summary>The most transactions of one round.</summary>
    const int MostBatches = 1000;

    /// <summary>Clears what is old, unless a node did within the hour.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many rows went.</returns>
    public async Task<int> ClearAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (mine, total) = (false, 0);
        await changes.RunBehindAsync(
            async (context, token) =>
            {
                var before = now - Interval;
                mine = await context.FeedCounters.Where(x => x.ClearedAt == null || x.ClearedAt <= before)
                    .ExecuteUpdateAsync(set => set.SetProperty(x => x.ClearedAt, now), token) == 1;
            },
            cancellationToken);
        for (var (batch, count) = (0, BatchSize); mine && count == BatchSize && batch < MostBatches; batch++)
        {
            count = 0;
            await changes.RunBehindAsync(async (context, token) => count = await ClearBatchAsync(context, now - Kept, token), cancellationToken);
            total += count;
        }

        return total;
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
            // Another round, or another node, goes on.
        }
    }

    /// <summary>Numbers follow time but for clocks that differ, so the old rows are those before the first that is not.</summary>
    static async Task<int> ClearBatchAsync(DashboardContext context, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var rows = await context.FeedEntries.OrderBy(x => x.Number).Take(BatchSize + 1).Select(x => new { x.Number, x.At }).ToListAsync(cancellationToken);
        var old = rows.SkipLast(1).TakeWhile(row => row.At < before).ToList();
        var last = old.Count == 0 ? 0 : old[^1].Number;
        return old.Count == 0 ? 0 : await context.FeedEntries.Where(x => x.Number <= last).ExecuteDeleteAsync(cancellationToken);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old rows of the change feed could not be cleared; it is tried again in an hour.")]
    partial void LogNotCleared(Exception exception);
}
