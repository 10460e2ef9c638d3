using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Changes;

/// <summary>Clears feed rows that no node needs any more, once an hour, by one node at a time. The newest row always stays: it says where
/// the feed is.</summary>
public sealed partial class FeedCleanupService(
    UnitOfWorkRunner changes, TimeProvider time, ILogger<FeedCleanupService> logger) : PeriodicService(Interval, time)
{
    /// <summary>How long feed entries are kept. A node that was offline for longer starts over.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>How often old entries are deleted.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>The maximum number of rows in one transaction, so that other writers never wait long.</summary>
    const int BatchSize = 1000;

    /// <summary>The maximum number of transactions in one run.</summary>
    const int MaxBatches = 1000;

    /// <summary>Deletes old entries, unless a node has done so within the last hour.</summary>
    /// <returns>The number of deleted entries.</returns>
    public async Task<int> ClearAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        var (acquired, total) = (false, 0);
        await changes.RunBehindAsync(
            async (context, token) =>
            {
                var before = now - Interval;
                acquired = await context.FeedCounters.Where(x => x.ClearedAt == null || x.ClearedAt <= before)
                    .ExecuteUpdateAsync(set => set.SetProperty(x => x.ClearedAt, now), token) == 1;
            },
            cancellationToken);
        for (var (batch, count) = (0, BatchSize); acquired && count == BatchSize && batch < MaxBatches; batch++)
        {
            count = 0;
            await changes.RunBehindAsync(
                async (context, token) => count = await ClearBatchAsync(context, now - Kept, token), cancellationToken);
            total += count;
        }

        return total;
    }

    /// <inheritdoc />
    protected override bool RunsAtStart => true;

    /// <inheritdoc />
    protected override Task WorkAsync(CancellationToken cancellationToken) => ClearAsync(cancellationToken);

    /// <summary>Numbers follow time except for differences between clocks, so the old entries are those before the first one that is not
    /// old.</summary>
    static async Task<int> ClearBatchAsync(DashboardContext context, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var rows = await context.FeedEntries.OrderBy(x => x.Number).Take(BatchSize + 1)
            .Select(x => new { x.Number, x.At }).ToListAsync(cancellationToken);
        var old = rows.SkipLast(1).TakeWhile(row => row.At < before).ToList();
        var last = old.Count == 0 ? 0 : old[^1].Number;
        return old.Count == 0 ? 0 : await context.FeedEntries.Where(x => x.Number <= last).ExecuteDeleteAsync(cancellationToken);
    }

    /// <inheritdoc />
    [LoggerMessage(Level = LogLevel.Warning, Message = "Old rows of the change feed could not be cleared; it is tried again in an hour.")]
    protected override partial void LogFailure(Exception exception);
}
