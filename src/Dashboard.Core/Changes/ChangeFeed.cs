using System.Collections.Immutable;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Changes;

/// <summary>Tells this process what changes in the installation: this node's own changes before they are answered, those of other nodes
/// within <see cref="Interval"/>, each once. One query a second for the whole node, however many listen.</summary>
public sealed partial class ChangeFeed(
    IDbContextFactory<DashboardContext> contexts, DatabaseFile file, TimeProvider time, ILogger<ChangeFeed> logger)
    : PeriodicService(Interval, time)
{
    /// <summary>How often the feed is read.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long a read keeps cached data trusted, from the time at which the read was sent.</summary>
    public static readonly TimeSpan Trusted = TimeSpan.FromSeconds(30);

    const int MaxBatch = 1000;

    /// <summary>The maximum number of own changes that wait to be read back from the feed. It is reached only if nothing reads the
    /// feed.</summary>
    const int MaxOwn = 10_000;

    /// <summary>Held while subscribers are notified, so that they know of an own change when <see cref="Announce"/> returns, whichever
    /// thread notified them.</summary>
    readonly Lock gate = new();
    readonly SortedSet<long> own = [];
    ImmutableList<Subscription> subscriptions = [];
    readonly FeedWaiters waiters = new(TimeSpan.FromSeconds(5));

    Position? last;
    bool failing;

    /// <summary>A timestamp of the clock.</summary>
    long trustedUntil = long.MinValue;

    /// <summary>Whether no more than <see cref="Trusted"/> has passed since the last read that succeeded was sent. The clock is monotonic,
    /// so nobody turns it back, and counts the time that the machine was suspended.</summary>
    public bool IsFresh => Time.GetTimestamp() < Volatile.Read(ref trustedUntil);

    /// <summary>Subscribes to the feed. Subscribe before reading the current state, so that no change is missed.</summary>
    /// <param name="onEntry">Receives each entry, on the thread that made or read the change. It must be fast and must not block.
    /// Exceptions are logged and reach neither that thread nor other subscribers. Entries of one node arrive in order; those of different
    /// nodes may not.</param>
    /// <param name="onReset">Called when entries may have been missed, because the feed was cleared or the database was restored from a
    /// backup. Everything that was read before is invalid.</param>
    /// <param name="onRead">Runs at the end of each read, after its entries, on the context of the read. If it throws, the read
    /// fails.</param>
    /// <returns>Unsubscribes when disposed.</returns>
    public IDisposable Subscribe(
        Action<FeedEntry> onEntry, Action? onReset = null, Func<DashboardContext, CancellationToken, Task>? onRead = null)
    {
        var subscription = new Subscription(this, onEntry, onReset, onRead);
        ImmutableInterlocked.Update(ref subscriptions, (list, added) => list.Add(added), subscription);
        return subscription;
    }

    /// <summary>Notifies subscribers of a change that this node has just committed. They are not notified again when the feed returns
    /// it.</summary>
    internal void Announce(IReadOnlyList<FeedEntry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        lock (gate)
        {
            foreach (var entry in entries)
            {
                if (last is null || entry.Number > last.Number) // otherwise the feed already returned it
                {
                    own.Add(entry.Number);
                    Notify(entry);
                }
            }

            while (own.Count > MaxOwn)
            {
                own.Remove(own.Min);
            }
        }
    }

    /// <summary>Waits until a read has ended that began after this call. However many wait, they share one, and there are at most 20 such
    /// reads a second.</summary>
    /// <returns>Whether it succeeded, within five seconds.</returns>
    public Task<bool> CatchUpAsync(CancellationToken cancellationToken) => waiters.WaitAsync(TryRunAsync, cancellationToken);

    /// <summary>Reads the rows after the last that was read, and tells them. The first time it only finds out where the feed is.</summary>
    public Task ReadAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryRunAsync(cancellationToken); // before the first page is shown
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        waiters.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        var read = waiters.Begin();
        var succeeded = false;
        try
        {
            var sent = Time.GetTimestamp();
            file.Check(); // reading the old file would say that nothing changes
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            await ReadRowsAsync(context, cancellationToken);
            foreach (var subscription in subscriptions)
            {
                await (subscription.OnRead?.Invoke(context, cancellationToken) ?? Task.CompletedTask);
            }

            Volatile.Write(ref trustedUntil, sent + (long)(Trusted.TotalSeconds * Time.TimestampFrequency));
            (succeeded, failing) = (true, false);
        }
        finally
        {
            read?.Complete(succeeded);
        }
    }

    /// <inheritdoc />
    protected override void LogFailure(Exception exception)
    {
        if (!failing) // once, not every second
        {
            LogNotRead(exception);
        }

        failing = true;
    }

    async Task ReadRowsAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        if (last is null)
        {
            await BeginAsync(context, cancellationToken);
            return;
        }

        int count;
        do
        {
            var from = last.Number;
            // Starts with the last entry again: if it is missing or different, this is not the feed that was read before.
            var rows = await context.FeedEntries.AsNoTracking().Where(x => x.Number >= from)
                .OrderBy(x => x.Number).Take(MaxBatch).ToListAsync(cancellationToken);
            if (!last.Continues(rows))
            {
                LogReset(from);
                await BeginAsync(context, cancellationToken);
                Notify(subscription => subscription.OnReset?.Invoke());
                return;
            }

            NotifyRead(rows);
            count = rows.Count;
        }
        while (count == MaxBatch);
    }

    async Task BeginAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        var number = await context.FeedCounters.Select(x => x.Number).SingleAsync(cancellationToken);
        var place = new Position(
            number, await context.FeedEntries.AsNoTracking().SingleOrDefaultAsync(x => x.Number == number, cancellationToken));
        lock (gate)
        {
            if (last is not null)
            {
                own.Clear(); // numbers of another feed
            }

            last = place;
        }
    }

    void NotifyRead(List<FeedEntry> rows)
    {
        foreach (var row in rows)
        {
            lock (gate)
            {
                if (row.Number == last!.Number)
                {
                    continue;
                }

                last = new(row.Number, row);
                if (!own.Remove(row.Number))
                {
                    Notify(row);
                }
            }
        }

        lock (gate)
        {
            own.RemoveWhere(number => number <= last!.Number);
        }
    }

    void Notify(FeedEntry entry) => Notify(subscription => subscription.OnEntry(entry));

    void Notify(Action<Subscription> call)
    {
        foreach (var subscription in subscriptions)
        {
            try
            {
                call(subscription);
            }
            catch (Exception exception)
            {
                LogListenerFailed(exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The change feed cannot be read. Reading is retried every second. If it keeps failing, keys cannot be verified after 30 seconds.")]
    partial void LogNotRead(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The change feed does not continue after number {Number}: rows were cleared, or the database was restored from a backup. Reading starts over.")]
    partial void LogReset(long number);

    [LoggerMessage(Level = LogLevel.Error, Message = "A subscriber of the change feed failed.")]
    partial void LogListenerFailed(Exception exception);

    /// <summary>The position up to which the feed has been read.</summary>
    /// <param name="Row">The entry at that position, or null if there was none.</param>
    sealed record Position(long Number, FeedEntry? Row)
    {
        /// <summary>Returns whether <paramref name="rows"/>, which start at <see cref="Number"/>, continue the same feed without a
        /// gap.</summary>
        public bool Continues(List<FeedEntry> rows)
        {
            var first = Row is null ? Number + 1 : Number;
            return (Row is null || (rows.Count > 0 && IsSame(rows[0], Row)))
                && rows.Select(row => row.Number).SequenceEqual(rows.Select((_, index) => first + index));
        }

        static bool IsSame(FeedEntry one, FeedEntry other) =>
            one.Number == other.Number && one.At == other.At && one.SubjectType == other.SubjectType && one.SubjectId == other.SubjectId;
    }

    sealed class Subscription(
        ChangeFeed feed, Action<FeedEntry> onEntry, Action? onReset, Func<DashboardContext, CancellationToken, Task>? onRead) : IDisposable
    {
        public Action<FeedEntry> OnEntry { get; } = onEntry;

        public Action? OnReset { get; } = onReset;

        public Func<DashboardContext, CancellationToken, Task>? OnRead { get; } = onRead;

        public void Dispose() => ImmutableInterlocked.Update(ref feed.subscriptions, (list, removed) => list.Remove(removed), this);
    }
}
