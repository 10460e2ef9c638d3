using System.Collections.Concurrent;
using Dashboard.Core.Changes;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Usage;

/// <summary>Gathers what the meters of the keys have counted and writes it behind the requests: every <see cref="Interval"/>, and whole at
/// a graceful stop. A process that is killed loses what came since the last batch.</summary>
public sealed partial class UsageLedger(UnitOfWorkRunner changes, PermissionCatalog catalog, TimeProvider time, ILogger<UsageLedger> logger)
    : PeriodicService(Interval, time)
{
    /// <summary>How long counts wait in memory before they are written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>The maximum number of keys with waiting counts, about 100 MB. It is reached only if nothing can be written for long, in
    /// which case little is verified.</summary>
    const int MaxWaiting = 200_000;

    const int Gates = 64;

    readonly ConcurrentQueue<KeyMeter> waiting = new();
    readonly Lock[] gates = [.. Enumerable.Range(0, Gates).Select(_ => new Lock())];
    readonly string[] permissions = [.. catalog.Permissions.Select(x => x.Name), PermissionCatalog.Verify];
    readonly string node = Guid.CreateVersion7().ToString("N");
    UsageBatch? unwritten;
    long batches;
    int waitingCount;
    bool isFull;

    /// <summary>Creates a meter for a key. A key may have several meters, whose counts are added.</summary>
    public KeyMeter Meter(string keyId, long projectId) =>
        new(this, gates[(uint)keyId.GetHashCode(StringComparison.Ordinal) % Gates], keyId, projectId);

    /// <summary>Writes what was counted until now, and before that what could not be written the last time. What cannot be written waits
    /// on.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    /// <summary>Returns the bit of a permission, or 0 for null or an unknown permission.</summary>
    internal ulong PermissionBit(string? permission) =>
        permission is not null && Array.IndexOf(permissions, permission) is >= 0 and var index ? 1UL << index : 0;

    /// <summary>Queues a meter that has started to count. Returns false if the queue is full.</summary>
    internal bool TryEnqueue(KeyMeter meter)
    {
        if (Interlocked.Increment(ref waitingCount) > MaxWaiting)
        {
            Interlocked.Decrement(ref waitingCount);
            if (!Interlocked.Exchange(ref isFull, true))
            {
                LogFull(MaxWaiting);
            }

            return false;
        }

        waiting.Enqueue(meter);
        return true;
    }

    /// <inheritdoc />
    protected override bool RunsAtStop => true;

    /// <inheritdoc />
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        // The batch that failed goes first and as it was: it may have been written, and only the answer lost.
        var left = (unwritten is null ? 0 : 1) + ((waiting.Count + UsageBatch.MaxMeters - 1) / UsageBatch.MaxMeters);
        for (; left > 0 && (unwritten ??= TakeBatch()) is { } batch; left--)
        {
            await changes.RunBehindAsync(
                (context, token) => UsageWriter.WriteAsync(context, batch, Time.GetUtcNow(), token), cancellationToken);
            unwritten = null;
        }
    }

    /// <summary>Takes the waiting meters, sorted by key so that nodes never deadlock. Returns null if there are none. A meter that counts
    /// again is queued again.</summary>
    UsageBatch? TakeBatch()
    {
        var taken = new List<(KeyMeter Meter, MeterWindow Window)>();
        for (var left = UsageBatch.MaxMeters; left > 0 && waiting.TryDequeue(out var meter); left--)
        {
            Interlocked.Decrement(ref waitingCount);
            for (var window = meter.Take(); window is not null; window = window.Previous)
            {
                taken.Add((meter, window));
            }
        }

        Volatile.Write(ref isFull, false);
        return taken.Count == 0 ? null : UsageBatch.Of(node, ++batches, taken, permissions, Time.GetUtcNow());
    }

    /// <inheritdoc />
    [LoggerMessage(Level = LogLevel.Warning, Message = "The usage of keys could not be written yet; it is tried again.")]
    protected override partial void LogFailure(Exception exception);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "The usage of {Count} keys is waiting to be written. The usage of other keys is not counted until some of it has been.")]
    partial void LogFull(int count);
}
