using System.Collections.Concurrent;
using Dashboard.Core.Changes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Usage;

/// <summary>Gathers what the meters of the keys have counted and writes it behind the requests: every <see cref="Interval"/>, and whole at a graceful stop. A process that
/// is killed loses what came since the last batch.</summary>
public sealed partial class UsageLedger(UnitOfWorkRunner changes, PermissionCatalog catalog, TimeProvider time, ILogger<UsageLedger> logger) : BackgroundService
{
    /// <summary>How long counts may wait in memory before they are written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>The most keys whose counts wait at a time, some 100 MB. There are more only where nothing can be written for long, and so little is verified.</summary>
    const int MostWaiting = 200_000;

    const int Gates = 64;

    readonly ConcurrentQueue<KeyMeter> waiting = new();
    readonly Lock[] gates = [.. Enumerable.Range(0, Gates).Select(_ => new Lock())];
    readonly string[] permissions = [.. catalog.Permissions.Select(x => x.Name), PermissionCatalog.Verify];
    readonly SemaphoreSlim writing = new(1, 1);
    readonly string node = Guid.CreateVersion7().ToString("N");
    UsageBatch? unwritten;
    long batches;
    int waitingCount;
    bool isFull;

    /// <summary>A new meter for a key. There may be several of one key: they are added up.</summary>
    /// <param name="keyId">The key.</param>
    /// <param name="projectId">The project that it lives in.</param>
    public KeyMeter Meter(string keyId, long projectId) => new(this, gates[(uint)keyId.GetHashCode(StringComparison.Ordinal) % Gates], keyId, projectId);

    /// <summary>Writes what was counted until now, and before that what could not be written the last time. What cannot be written waits on.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (waiting.IsEmpty && Volatile.Read(ref unwritten) is null)
        {
            return;
        }

        await writing.WaitAsync(cancellationToken);
        try
        {
            // The batch that failed goes first and as it was: it may have been written, and only the answer lost.
            var left = (unwritten is null ? 0 : 1) + ((waiting.Count + UsageBatch.MostMeters - 1) / UsageBatch.MostMeters);
            for (; left > 0 && (unwritten ??= TakeBatch()) is { } batch; left--)
            {
                await changes.RunBehindAsync((context, token) => UsageWriter.WriteAsync(context, batch, token), cancellationToken);
                unwritten = null;
            }
        }
        finally
        {
            writing.Release();
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

    /// <summary>A permission as one bit; 0 for none and for what is no permission here.</summary>
    internal ulong PermissionBit(string? permission) =>
        permission is not null && Array.IndexOf(permissions, permission) is >= 0 and var index ? 1UL << index : 0;

    /// <summary>Takes a meter that has begun to count. False when there is no room.</summary>
    internal bool TryEnqueue(KeyMeter meter)
    {
        if (Interlocked.Increment(ref waitingCount) > MostWaiting)
        {
            Interlocked.Decrement(ref waitingCount);
            if (!Interlocked.Exchange(ref isFull, true))
            {
                LogFull(MostWaiting);
            }

            return false;
        }

        waiting.Enqueue(meter);
        return true;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryFlushAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync writes the rest.
        }
    }

    /// <summary>What waits now, in the order of the keys, so that two nodes never wait for each other; null for nothing. A meter that counts again meanwhile is in the next one.</summary>
    UsageBatch? TakeBatch()
    {
        var taken = new List<(KeyMeter Meter, MeterWindow Window)>();
        for (var left = UsageBatch.MostMeters; left > 0 && waiting.TryDequeue(out var meter); left--)
        {
            Interlocked.Decrement(ref waitingCount);
            for (var window = meter.Take(); window is not null; window = window.Before)
            {
                taken.Add((meter, window));
            }
        }

        Volatile.Write(ref isFull, false);
        return taken.Count == 0 ? null : UsageBatch.Of(node, ++batches, taken, permissions, time.GetUtcNow());
    }

    async Task TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested) // whatever it is, it does not stop the host
        {
            LogNotWritten(exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The usage of keys could not be written yet; it is tried again.")]
    partial void LogNotWritten(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The usage of more than {Count} keys waits to be written: what others are used for is not counted until there is room.")]
    partial void LogFull(int count);
}
