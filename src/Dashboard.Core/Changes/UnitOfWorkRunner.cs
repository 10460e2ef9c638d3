using System.Globalization;
using Dashboard.Core.Data;
using Dashboard.Core.Limits;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dashboard.Core.Changes;

/// <summary>The one way to write: a change, its audit rows and its feed rows are one transaction, or nothing is. Writers wait in
/// <see cref="WriterQueue"/> for their turn. Locks are taken in one order: the actor's session, the actor's memberships, the actor's
/// authorization and access token, project or organization row, installation row, chain heads by identifier, feed counter.</summary>
public sealed class UnitOfWorkRunner(
    WriterContexts contexts, AuditLogWriter audit, ChangeFeed feed, IEnumerable<IActorLock> actorLocks, WriterQueue queue,
    WriteLimits limits, DatabaseFile file, RefusalLedger refusals, TimeProvider time)
{
    static readonly Error Busy = new(
        ErrorCode.Unavailable, "The database is busy. Nothing was changed. Try again in a few seconds.", RetryAfter: WriterQueue.MaxWait);

    /// <summary>How often a change runs again after it added a row that another node had just added. It finds the row then.</summary>
    const int MaxDuplicates = 3;

    readonly IActorLock[] locks = [.. actorLocks.OrderBy(x => x.Order)];

    /// <summary>A timestamp of the clock; <see cref="long.MinValue"/> before the first commit and after one that failed.</summary>
    long committedAt = long.MinValue;

    /// <summary>How long ago something was last committed; null if nothing was, or something failed since.</summary>
    public TimeSpan? SinceCommit => Interlocked.Read(ref committedAt) is var at && at == long.MinValue ? null : time.GetElapsedTime(at);

    /// <summary>Runs <paramref name="change"/> and writes what it recorded. A fault rolls everything back. May run
    /// <paramref name="change"/> more than once, each time on an empty context, where the database asks to try again or another node has
    /// just added the same row.</summary>
    /// <param name="actor">Who acts. Its session or access token, if it has one, must still count.</param>
    /// <param name="change">The change. Success without a recorded event means that there was nothing to do, and nothing is
    /// written.</param>
    /// <param name="cancellationToken">Cancels the change, unless it has been committed.</param>
    /// <param name="isCounted">False for what must always be possible, such as signing out: it does not count toward the limit of the
    /// actor's changes.</param>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <returns>What <paramref name="change"/> returned; or <see cref="Error.SessionRequired"/>, <see cref="ErrorCode.RateLimited"/> for a
    /// member who changes too much, or <see cref="ErrorCode.Unavailable"/> if no turn to write came in time.</returns>
    public Task<Result<T>> RunAsync<T>(
        Actor actor, Func<UnitOfWork, CancellationToken, Task<Result<T>>> change, CancellationToken cancellationToken,
        bool isCounted = true) => RunOnAsync(null, actor, isCounted, change, cancellationToken);

    /// <summary>Runs <paramref name="change"/> on an existing context, because Identity's managers write through the context of their
    /// request.</summary>
    /// <param name="context">The context. It stops tracking everything first.</param>
    /// <typeparam name="T">The type of the result.</typeparam>
    public Task<Result<T>> RunAsync<T>(
        DashboardContext context, Actor actor, Func<UnitOfWork, CancellationToken, Task<Result<T>>> change,
        CancellationToken cancellationToken, bool isCounted = true) => RunOnAsync(context, actor, isCounted, change, cancellationToken);

    async Task<Result<T>> RunOnAsync<T>(
        DashboardContext? own, Actor actor, bool isCounted, Func<UnitOfWork, CancellationToken, Task<Result<T>>> change,
        CancellationToken cancellationToken)
    {
        if (isCounted && limits.Take(actor) is { } wait)
        {
            var tooMany = TooMany(wait);
            refusals.NoteChange(actor, tooMany);
            return tooMany;
        }

        var changeId = Guid.CreateVersion7(time.GetUtcNow());
        Result<T> outcome = default;
        UnitOfWork? unit = null;
        Result<T> result;
        try
        {
            result = await InTurnAsync(own, actor, context => context.Database.CreateExecutionStrategy().ExecuteAsync(
                changeId,
                async (_, id, token) =>
                {
                    var committed = false;
                    context.ChangeTracker.Clear();
                    try
                    {
                        await using var transaction = await context.Database.BeginTransactionAsync(token);
                        unit = new UnitOfWork(context, actor, UtcMilliseconds.TruncateToMilliseconds(time.GetUtcNow()), locks);
                        outcome = await AttemptAsync(unit, id, change, token);
                        if (outcome.Commits && unit.Events.Count > 0)
                        {
                            await CommitAsync(transaction, token);
                            committed = true;
                        }

                        return outcome;
                    }
                    finally
                    {
                        if (!committed)
                        {
                            context.ChangeTracker.Clear(); // otherwise the next use of the context would write what was rolled back
                        }
                    }
                },
                // Called after a connection failure to find out whether the commit succeeded. If so, the result is the one from before the
                // commit.
                async (_, id, token) => new(await context.AuditEntries.AnyAsync(entry => entry.ChangeId == id, token), outcome),
                cancellationToken), cancellationToken);
        }
        catch (WritersBusyException) when (actor.Type != PartyType.System) // Latchkey's own work fails as in any outage
        {
            return Busy;
        }
        catch (DatabaseFileException exception) when (actor.Type != PartyType.System)
        {
            return new Error(ErrorCode.Unavailable, exception.Message);
        }

        if (result.Commits)
        {
            feed.Announce(unit!.Feed); // before the caller gets the result
        }

        if (result.Error is { } refused)
        {
            refusals.NoteChange(actor, refused);
        }

        return result;
    }

    /// <summary>Writes data that no person decided on, such as the last use of a key, in one transaction without audit and feed
    /// entries.</summary>
    /// <param name="write">Writes the data. It may run more than once, so it must be idempotent.</param>
    /// <param name="caller">Whose turn it takes; null for Latchkey's own work.</param>
    /// <exception cref="WritersBusyException">No turn to write came in time.</exception>
    public Task RunBehindAsync(Func<DashboardContext, CancellationToken, Task> write, CancellationToken cancellationToken,
        Actor? caller = null) => AnnounceBehindAsync(
        async (context, token) =>
        {
            await write(context, token);
            return [];
        },
        cancellationToken,
        caller);

    /// <summary>Writes data that no person decided on but that pages or other nodes must be notified of, in one transaction with feed
    /// entries and without audit entries.</summary>
    /// <param name="write">Writes the data and returns what has changed. It may run more than once, so it must be idempotent.</param>
    /// <param name="caller">Whose turn it takes; null for Latchkey's own work.</param>
    /// <exception cref="WritersBusyException">No turn to write came in time.</exception>
    public async Task AnnounceBehindAsync(
        Func<DashboardContext, CancellationToken, Task<IReadOnlyList<FeedSubject>>> write, CancellationToken cancellationToken,
        Actor? caller = null)
    {
        var now = UtcMilliseconds.TruncateToMilliseconds(time.GetUtcNow());
        feed.Announce(await InTurnAsync(null, caller ?? Actor.System, context => context.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                context.ChangeTracker.Clear();
                await using var transaction = await context.Database.BeginTransactionAsync(token);
                var subjects = await write(context, token);
                await SaveAsync(context, [], token);
                var entries = await AppendFeedAsync(context, [], subjects, now, token);
                await CommitAsync(transaction, token);
                return entries;
            },
            cancellationToken), cancellationToken));
    }

    static Error TooMany(TimeSpan wait)
    {
        var seconds = (int)Math.Ceiling(wait.TotalSeconds);
        var time = seconds == 1 ? "1 second" : string.Create(CultureInfo.InvariantCulture, $"{seconds} seconds");
        return new(ErrorCode.RateLimited, $"You have made too many changes in the last minute. Nothing was changed. Try again in {time}.",
            RetryAfter: wait);
    }

    /// <summary>Runs a transaction in its turn.</summary>
    /// <param name="own">The caller's context; null for one of the writers'.</param>
    /// <exception cref="WritersBusyException">No turn came in time, or another process holds the database.</exception>
    /// <exception cref="DatabaseFileException">Nothing was written, or it is not in the database that the next start will open.</exception>
    async Task<T> InTurnAsync<T>(
        DashboardContext? own, Actor actor, Func<DashboardContext, Task<T>> run, CancellationToken cancellationToken)
    {
        if (own?.Database.CurrentTransaction is not null)
        {
            throw new InvalidOperationException("A change cannot run inside another."); // it would wait for itself
        }

        using var turn = await queue.EnterAsync(actor, cancellationToken) ?? throw new WritersBusyException();
        try
        {
            file.Check();
            var result = await contexts.UseAsync(
                own, context => AgainAfterDuplicatesAsync(() => RunLockedAsync(context, turn, run, cancellationToken)), cancellationToken);
            file.CheckWritten(); // what went to a file that has been replaced is not acknowledged
            return result;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Interlocked.Exchange(ref committedAt, long.MinValue);
            throw;
        }
    }

    /// <summary>Runs a transaction once no other process writes to the embedded database.</summary>
    static async Task<T> RunLockedAsync<T>(
        DashboardContext context, WriterQueue.Turn turn, Func<DashboardContext, Task<T>> run, CancellationToken cancellationToken)
    {
        if (context is not SqliteContext)
        {
            return await run(context);
        }

        await context.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            return await SqliteWriteLock.WaitAsync(context, turn.Left, cancellationToken) ? await run(context)
                : throw new WritersBusyException();
        }
        catch (Exception exception) when (SqliteWriteLock.IsHeld(exception))
        {
            throw new WritersBusyException(exception); // another process took the lock after the wait, and kept it
        }
        finally
        {
            await context.Database.CloseConnectionAsync();
        }
    }

    async Task CommitAsync(IDbContextTransaction transaction, CancellationToken cancellationToken)
    {
        await transaction.CommitAsync(cancellationToken);
        Interlocked.Exchange(ref committedAt, time.GetTimestamp());
    }

    static async Task<T> AgainAfterDuplicatesAsync<T>(Func<Task<T>> run)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await run();
            }
            catch (DbUpdateException exception) when (attempt <= MaxDuplicates && Duplicates.Caused(exception))
            {
                // The transaction has been rolled back.
            }
        }
    }

    /// <summary>All of a change but its commit.</summary>
    async Task<Result<T>> AttemptAsync<T>(
        UnitOfWork unit, Guid changeId, Func<UnitOfWork, CancellationToken, Task<Result<T>>> change, CancellationToken cancellationToken)
    {
        if (!await HoldActorAsync(unit, cancellationToken))
        {
            return Error.SessionRequired;
        }

        var saved = 0;
        void Count(object? sender, SavedChangesEventArgs args) => saved += args.EntitiesSavedCount;
        unit.Context.SavedChanges += Count;
        var outcome = await change(unit, cancellationToken);
        unit.Context.SavedChanges -= Count;
        if (!outcome.Commits)
        {
            return outcome; // the transaction is rolled back
        }

        if (unit.Events.Count == 0)
        {
            return saved > 0 || unit.Rows.Count > 0 || unit.Context.ChangeTracker.HasChanges()
                ? throw new InvalidOperationException("A change must record an event.") : outcome;
        }

        if (!unit.WritesAtOnce)
        {
            await SaveAsync(unit.Context, unit.Rows, cancellationToken);
        }

        await audit.AppendAsync(unit, changeId, cancellationToken);
        unit.Feed = await AppendFeedAsync(
            unit.Context, unit.Rows, [.. unit.Events.Where(x => !x.IsSilent)
                .Select(x => new FeedSubject(x.Event.Target.Type, x.Event.Target.Id)).Distinct()], unit.Now, cancellationToken);
        return outcome;
    }

    /// <summary>Takes the locks of everything that lets the actor act.</summary>
    /// <returns>False when the actor's session or access token no longer counts.</returns>
    async Task<bool> HoldActorAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        foreach (var hold in locks)
        {
            if (!await hold.TakeAsync(unit, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    sealed record FeedEnd(long Number);

    static async Task<IReadOnlyList<FeedEntry>> AppendFeedAsync(
        DashboardContext context, List<UntrackedRow> rows, IReadOnlyList<FeedSubject> subjects, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        if (subjects.Count == 0)
        {
            await SaveAsync(context, rows, cancellationToken); // entries of the audit log that announce nothing
            return [];
        }

        var end = await context.RaiseAsync<FeedCounter, FeedEnd>(
            nameof(FeedCounter.Number), subjects.Count, (nameof(FeedCounter.Id), FeedCounter.TheOne), cancellationToken);
        var before = end!.Number - subjects.Count;
        var entries = subjects
            .Select((subject, index) =>
                new FeedEntry { Number = before + index + 1, SubjectType = subject.Type, SubjectId = subject.Id, At = now }).ToList();
        rows.AddRange(entries.Select(entry => new UntrackedRow(entry)));
        await SaveAsync(context, rows, cancellationToken);
        return entries;
    }

    /// <summary>Writes what the context tracks and the rows that it does not, in one round trip.</summary>
    static async Task SaveAsync(DashboardContext context, List<UntrackedRow> rows, CancellationToken cancellationToken)
    {
        var tracker = context.ChangeTracker;
        if (tracker.HasChanges())
        {
            tracker.AutoDetectChangesEnabled = false; // the changes have just been detected
            try
            {
                foreach (var (row, replaces, only) in rows)
                {
                    var entry = context.Entry(row);
                    entry.State = only is not null ? EntityState.Unchanged : replaces ? EntityState.Modified : EntityState.Added;
                    if (only is not null)
                    {
                        entry.Property(only).IsModified = true;
                    }
                }

                await context.SaveChangesAsync(cancellationToken);
            }
            finally
            {
                tracker.AutoDetectChangesEnabled = true;
            }
        }
        else
        {
            await context.WriteAsync(rows, cancellationToken);
        }

        rows.Clear();
    }
}
