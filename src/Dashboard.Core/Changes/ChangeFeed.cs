using System.Collections.Immutable;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Changes;

/// <summary>Tells this process what changes in the installation: this node's own changes before they are answered, those of other nodes within
/// <see cref="Interval"/>, each once. One query a second for the whole node, however many listen.</summary>
public sealed partial class ChangeFeed(IDbContextFactory<DashboardContext> contexts, TimeProvider time, ILogger<ChangeFeed> logger) : BackgroundService
{
    /// <summary>How often the feed is read.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How long what was read is trusted, from when the read was sent.</summary>
    public static readonly TimeSpan Trusted = TimeSpan.FromSeconds(30);

    const int MostAtOnce = 1000;

    /// <summary>So many own changes may wait to be met again in the feed; there are more only where nobody reads it.</summary>
    const int MostOwn = 10_000;

    /// <summary>Held while listeners are told, so that an own change is told when <see cref="Announce"/> returns, whoever told it.</summary>
    readonly Lock gate = new();
    readonly SortedSet<long> own = [];
    ImmutableList<Subscription> subscriptions = [];
    readonly FeedWaiters waiters = new(TimeSpan.FromSeconds(5));

    /// <summary>One read at a time.</summary>
    readonly SemaphoreSlim turn = new(1);

    PeriodicTimer? timer;
    Place? last;
    bool failing;

    /// <summary>As the clock's timestamps count.</summary>
    long trustedUntil = long.MinValue;

    /// <summary>Whether no more than <see cref="Trusted"/> has passed since the last read that succeeded was sent. The clock is monotonic: nobody turns it back.</summary>
    public bool IsFresh => time.GetTimestamp() < Volatile.Read(ref trustedUntil);

    /// <summary>Listens. To miss nothing, listen first and read the state of things then.</summary>
    /// <param name="onEntry">Takes each row, on the thread that changed or read it: it has to be short, and must wait for nothing. What it throws is logged
    /// and reaches neither that thread nor other listeners. Rows of one node come in order; between nodes a later one may come first.</param>
    /// <param name="onReset">Called when rows may have been missed: the feed was cleared, or the database went back to a backup. Everything that was read
    /// before counts for nothing.</param>
    /// <param name="onRead">Runs at the end of each read, after its rows have been told, on the read's context: what it throws, the read has failed with.</param>
    /// <returns>Ends the listening when disposed.</returns>
    public IDisposable Subscribe(Action<FeedEntry> onEntry, Action? onReset = null, Func<DashboardContext, CancellationToken, Task>? onRead = null)
    {
        var subscription = new Subscription(this, onEntry, onReset, onRead);
        ImmutableInterlocked.Update(ref subscriptions, (list, added) => list.Add(added), subscription);
        return subscription;
    }

    /// <summary>Tells what this node has just committed. The feed, when it gets there, does not tell it again.</summary>
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
                if (last is null || entry.Number > last.Number) // else the feed was faster
                {
                    own.Add(entry.Number);
                    Tell(entry);
                }
            }

            while (own.Count > MostOwn)
            {
                own.Remove(own.Min);
            }
        }
    }

    /// <summary>Waits until a read has ended that began after this call. However many wait, they share one, and there are at most 20 such reads a second.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it succeeded, within five seconds.</returns>
    public Task<bool> CatchUpAsync(CancellationToken cancellationToken) => waiters.WaitAsync(TryReadAsync, cancellationToken);

    /// <summary>Reads the rows after the last that was read, and tells them. The first time it only finds out where the feed is.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        var read = waiters.Begin();
        var succeeded = false;
        try
        {
            var sent = time.GetTimestamp();
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            await ReadRowsAsync(context, cancellationToken);
            foreach (var subscription in subscriptions)
            {
                await (subscription.OnRead?.Invoke(context, cancellationToken) ?? Task.CompletedTask);
            }

            Volatile.Write(ref trustedUntil, sent + (long)(Trusted.TotalSeconds * time.TimestampFrequency));
            succeeded = true;
        }
        finally
        {
            turn.Release();
            read?.Tell(succeeded);
        }
    }

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        timer = new(Interval, time);
        await TryReadAsync(cancellationToken); // before the first page is shown
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await timer!.WaitForNextTickAsync(stoppingToken))
            {
                await TryReadAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Nothing is left to do.
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        waiters.Dispose();
        timer?.Dispose();
        turn.Dispose();
        base.Dispose();
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
            // With the last one again: if it is not there, or another, then this is not the feed that was read before.
            var rows = await context.FeedEntries.AsNoTracking().Where(x => x.Number >= from).OrderBy(x => x.Number).Take(MostAtOnce).ToListAsync(cancellationToken);
            if (!last.Continues(rows))
            {
                LogReset(from);
                await BeginAsync(context, cancellationToken);
                Tell(subscription => subscription.OnReset?.Invoke());
                return;
            }

            TellRead(rows);
            count = rows.Count;
        }
        while (count == MostAtOnce);
    }

    async Task TryReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(cancellationToken);
            failing = false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested) // whatever it is, it does not stop the host
        {
            if (!failing)
            {
                LogNotRead(exception);
            }

            failing = true;
        }
    }

    async Task BeginAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        var number = await context.FeedCounters.Select(x => x.Number).SingleAsync(cancellationToken);
        var place = new Place(number, await context.FeedEntries.AsNoTracking().SingleOrDefaultAsync(x => x.Number == number, cancellationToken));
        lock (gate)
        {
            if (last is not null)
            {
                own.Clear(); // of another feed
            }

            last = place;
        }
    }

    void TellRead(List<FeedEntry> rows)
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
                    Tell(row);
                }
            }
        }

        lock (gate)
        {
            own.RemoveWhere(number => number <= last!.Number);
        }
    }

    void Tell(FeedEntry entry) => Tell(subscription => subscription.OnEntry(entry));

    void Tell(Action<Subscription> call)
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The change feed cannot be read. It is tried again every second; until then, keys cannot be verified for longer than 30 seconds.")]
    partial void LogNotRead(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The change feed does not go on after number {Number}: rows were cleared, or the database is a restored backup. Reading begins anew.")]
    partial void LogReset(long number);

    [LoggerMessage(Level = LogLevel.Error, Message = "Something that listens to the change feed failed.")]
    partial void LogListenerFailed(Exception exception);

    /// <summary>How far the feed has been read.</summary>
    /// <param name="Number">The last number.</param>
    /// <param name="Row">Its row; null where there was none.</param>
    sealed record Place(long Number, FeedEntry? Row)
    {
        /// <summary>Whether <paramref name="rows"/>, all from <see cref="Number"/> on, are the same feed without a gap.</summary>
        public bool Continues(List<FeedEntry> rows)
        {
            var first = Row is null ? Number + 1 : Number;
            return (Row is null || (rows.Count > 0 && IsSame(rows[0], Row))) && rows.Select(row => row.Number).SequenceEqual(rows.Select((_, index) => first + index));
        }

        static bool IsSame(FeedEntry one, FeedEntry other) =>
            one.Number == other.Number && one.At == other.At && one.SubjectType == other.SubjectType && one.SubjectId == other.SubjectId;
    }

    sealed class Subscription(ChangeFeed feed, Action<FeedEntry> onEntry, Action? onReset, Func<DashboardContext, CancellationToken, Task>? onRead) : IDisposable
    {
        public Action<FeedEntry> OnEntry { get; } = onEntry;

        public Action? OnReset { get; } = onReset;

        public Func<DashboardContext, CancellationToken, Task>? OnRead { get; } = onRead;

        public void Dispose() => ImmutableInterlocked.Update(ref feed.subscriptions, (list, removed) => list.Remove(removed), this);
    }
}
