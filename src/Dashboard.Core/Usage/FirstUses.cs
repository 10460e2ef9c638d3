using System.Collections.Concurrent;
using System.Threading.Channels;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Usage;

/// <summary>Writes the first use of each key as soon as there is one, beside the requests, and lets the open pages of every node know: they wait for it.</summary>
public sealed partial class FirstUses(UnitOfWorkRunner changes, KnownKeyTemplates shapes, TimeProvider time, ILogger<FirstUses> logger) : BackgroundService
{
    /// <summary>How long it waits after a failure.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>The most keys that may wait. Beyond them a first use is forgotten, and the key's next one counts as its first.</summary>
    const int MostWaiting = 10_000;

    /// <summary>The most keys of one transaction.</summary>
    const int BatchSize = 100;

    readonly ConcurrentDictionary<string, KeyFirstUse> waiting = new(StringComparer.Ordinal);

    /// <summary>Holds one signal or none: however many come at once, they are written together.</summary>
    readonly Channel<bool> signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>One writing at a time: whoever asks for one waits until what was under way is written and announced.</summary>
    readonly SemaphoreSlim writing = new(1, 1);

    /// <summary>Notes that a key that was never used before was accepted. Waits for nothing; of many at once the first counts.</summary>
    /// <param name="keyId">The key.</param>
    /// <param name="at">When.</param>
    /// <param name="facts">What is known of the request.</param>
    /// <param name="rawKey">The key's text, so that it is kept nowhere.</param>
    public void Note(string keyId, DateTimeOffset at, CallerContext? facts, ReadOnlySpan<char> rawKey)
    {
        if (!waiting.ContainsKey(keyId) && waiting.Count < MostWaiting && waiting.TryAdd(keyId, KeyFirstUse.Of(keyId, at, facts, rawKey, shapes)))
        {
            signal.Writer.TryWrite(true);
        }
    }

    /// <summary>Writes what waits. What cannot be written waits on.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            foreach (var batch in waiting.ToArray().OrderBy(x => x.Key, StringComparer.Ordinal).Chunk(BatchSize)) // in one order, so that two nodes never wait for each other
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
            // The update takes the key's row lock, so that of two nodes one writes the first use. It changes nothing where a later use is written already.
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
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested) // whatever it is, it does not stop the host
        {
            LogNotWritten(exception, waiting.Count);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The first use of {Count} keys could not be written yet; it is tried again.")]
    partial void LogNotWritten(Exception exception, int count);
}
