using System.Collections.Concurrent;
using System.Threading.Channels;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Usage;

/// <summary>Writes the first use of each key as soon as it occurs, outside the request, and notifies the open pages of every node that wait
/// for it.</summary>
public sealed partial class FirstUses(UnitOfWorkRunner changes, KnownKeyTemplates shapes, TimeProvider time, ILogger<FirstUses> logger) : BackgroundService
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
    readonly Channel<bool> signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Allows one write at a time. A caller of FlushAsync returns only when a running write has been committed and
    /// announced.</summary>
    readonly SemaphoreSlim writing = new(1, 1);

    /// <summary>Records that a key was accepted for the first time. Does not block. Of several concurrent requests the first
    /// counts.</summary>
    /// <param name="at">The time of the request.</param>
    /// <param name="facts">What is known about the request.</param>
    /// <param name="rawKey">The raw key, so that it can be recognized and never stored.</param>
    public void Note(string keyId, DateTimeOffset at, CallerContext? facts, ReadOnlySpan<char> rawKey)
    {
        if (!waiting.ContainsKey(keyId) && waiting.Count < MaxWaiting && waiting.TryAdd(keyId, KeyFirstUse.Of(keyId, at, facts, rawKey, shapes)))
        {
            signal.Writer.TryWrite(true);
        }
    }

    /// <summary>Writes what is waiting. What cannot be written keeps waiting.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            foreach (var batch in waiting.ToArray().OrderBy(x => x.Key, StringComparer.Ordinal).Chunk(BatchSize)) // in one order, so that nodes never deadlock
            {
                await changes.AnnounceBehindAsync((context, token) => WriteAsync(context, batch.Select(x => x.Value), token), cancellationToken);
                foreach (var written in batch)
                {
                    waiting.TryRemove(written);
                }
            }
        }
        finally
        {
            writing.Release();
        }
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await signal.Reader.ReadAsync(stoppingToken))
            {
                if (!await TryFlushAsync(stoppingToken))
                {
                    await Task.Delay(RetryAfter, time, stoppingToken);
                    signal.Writer.TryWrite(true);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync writes the rest.
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        writing.Dispose();
        base.Dispose();
    }

    static async Task<IReadOnlyList<FeedSubject>> WriteAsync(DashboardContext context, IEnumerable<KeyFirstUse> uses, CancellationToken cancellationToken)
    {
        var written = new List<FeedSubject>();
        foreach (var use in uses)
        {
            // The update locks the row of the key, so that only one of two nodes writes the first use. It changes nothing if a later use
            // has already been written.
            await context.Keys.Where(key => key.KeyId == use.KeyId).ExecuteUpdateAsync(
                set => set.SetProperty(key => key.LastUsedFrom, key => key.LastUsedAt == null ? use.Network : key.LastUsedFrom)
                    .SetProperty(key => key.LastUsedOrder, key => key.LastUsedAt == null ? use.At : key.LastUsedOrder)
                    .SetProperty(key => key.LastUsedAt, key => key.LastUsedAt == null ? use.At : key.LastUsedAt),
                cancellationToken);
            if (!await context.KeyFirstUses.AnyAsync(x => x.KeyId == use.KeyId, cancellationToken))
            {
                context.Add(use);
                written.Add(new(FeedSubject.KeyUse, use.KeyId));
            }
        }

        return written;
    }

    async Task<bool> TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested) // no failure may stop the host
        {
            LogNotWritten(exception, waiting.Count);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The first use of {Count} keys could not be written. Writing is retried.")]
    partial void LogNotWritten(Exception exception, int count);
}
