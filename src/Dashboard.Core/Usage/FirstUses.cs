using System.Collections.Concurrent;
using System.Threading.Channels;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Usage;

/// <summary>Writes the first use of each key as soon as there is one, beside the requests, and lets the open pages of every node know: they
/// wait for it.</summary>
public sealed partial class FirstUses(UnitOfWorkRunner changes, KnownKeyTemplates shapes, TimeProvider time, ILogger<FirstUses> logger)
    : PeriodicService(Timeout.InfiniteTimeSpan, time)
{
    /// <summary>The delay after a failed attempt.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>The maximum number of keys that wait. Beyond it a first use is dropped, and the next use of the key counts as its
    /// first.</summary>
    const int MaxWaiting = 10_000;

    /// <summary>The maximum number of keys in one transaction.</summary>
    const int BatchSize = 100;

    readonly ConcurrentDictionary<string, KeyFirstUse> waiting = new(StringComparer.Ordinal);

    /// <summary>Holds at most one signal. First uses that arrive together are written together.</summary>
    readonly Channel<bool> signal =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Notes that a key that was never used before was accepted. Waits for nothing; of many at once the first counts.</summary>
    /// <param name="keyId">The key.</param>
    /// <param name="at">When.</param>
    /// <param name="facts">What is known of the request.</param>
    /// <param name="rawKey">The key's text, so that it is kept nowhere.</param>
    public void Note(string keyId, DateTimeOffset at, CallerContext? facts, ReadOnlySpan<char> rawKey)
    {
        if (!waiting.ContainsKey(keyId) && waiting.Count < MaxWaiting
            && waiting.TryAdd(keyId, KeyFirstUse.Of(keyId, at, facts, rawKey, shapes)))
        {
            signal.Writer.TryWrite(true);
        }
    }

    /// <summary>Writes what waits. What cannot be written waits on.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    /// <inheritdoc />
    protected override bool RunsAtStop => true;

    /// <inheritdoc />
    protected override async Task WaitAsync(bool succeeded, CancellationToken cancellationToken) =>
        await (succeeded ? signal.Reader.ReadAsync(cancellationToken).AsTask() : Task.Delay(RetryAfter, Time, cancellationToken));

    /// <inheritdoc />
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        // in one order, so that two nodes never wait for each other
        foreach (var batch in waiting.ToArray().OrderBy(x => x.Key, StringComparer.Ordinal).Chunk(BatchSize))
        {
            // Two transactions. A change of a key may hold the feed while it waits for the row of the key, so nothing may wait for the feed
            // while it holds that row.
            await changes.RunBehindAsync(
                (context, token) => WriteLastUsesAsync(context, batch.Select(x => x.Value), token), cancellationToken);
            await changes.AnnounceBehindAsync(
                (context, token) => WriteAsync(context, batch.Select(x => x.Value), token), cancellationToken);
            foreach (var written in batch)
            {
                waiting.TryRemove(written);
            }
        }
    }

    /// <inheritdoc />
    protected override void LogFailure(Exception exception) => LogNotWritten(exception, waiting.Count);

    /// <summary>Writes the first uses as the last ones. Changes nothing if a later use has already been written.</summary>
    static async Task WriteLastUsesAsync(DashboardContext context, IEnumerable<KeyFirstUse> uses, CancellationToken cancellationToken)
    {
        foreach (var use in uses)
        {
            await context.Keys.Where(key => key.KeyId == use.KeyId).ExecuteUpdateAsync(
                set => set.SetProperty(key => key.LastUsedFrom, key => key.LastUsedAt == null ? use.Network : key.LastUsedFrom)
                    .SetProperty(key => key.LastUsedOrder, key => key.LastUsedAt == null ? use.At : key.LastUsedOrder)
                    .SetProperty(key => key.LastUsedAt, key => key.LastUsedAt == null ? use.At : key.LastUsedAt),
                cancellationToken);
        }
    }

    /// <summary>Writes the first uses. Of two nodes that write the same one, the second fails, runs again and finds it.</summary>
    /// <returns>The keys whose first use was not yet written.</returns>
    static async Task<IReadOnlyList<FeedSubject>> WriteAsync(
        DashboardContext context, IEnumerable<KeyFirstUse> uses, CancellationToken cancellationToken)
    {
        var written = new List<FeedSubject>();
        foreach (var use in uses)
        {
            if (!await context.KeyFirstUses.AnyAsync(x => x.KeyId == use.KeyId, cancellationToken))
            {
                context.Add(use);
                written.Add(new(FeedSubject.KeyUse, use.KeyId));
            }
        }

        return written;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The first use of {Count} keys could not be written yet; it is tried again.")]
    partial void LogNotWritten(Exception exception, int count);
}
