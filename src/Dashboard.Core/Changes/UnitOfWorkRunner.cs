using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Changes;

/// <summary>The one way to write: a change, its audit rows and its feed rows are one transaction, or nothing is. Locks are taken in one order: the actor's
/// session, the actor's memberships, the actor's authorization and access token, project or organization row, installation row, chain heads by identifier, feed counter.</summary>
public sealed class UnitOfWorkRunner(
    IDbContextFactory<DashboardContext> contexts, AuditLogWriter audit, ChangeFeed feed, IEnumerable<IActorLock> actorLocks, RefusalLedger refusals, TimeProvider time)
{
    /// <summary>How often a change runs again after it added a row that another node had just added. It finds the row then.</summary>
    const int MaxDuplicates = 3;

    readonly IActorLock[] locks = [.. actorLocks.OrderBy(x => x.Order)];

    /// <summary>Runs <paramref name="change"/> and writes what it recorded. A fault rolls everything back. May run <paramref name="change"/> more than
    /// once, each time on an empty context, where the database asks to try again or another node has just added the same row.</summary>
    /// <param name="actor">Who acts. Its session or access token, if it has one, must still count.</param>
    /// <param name="change">The change. Success without a recorded event means that there was nothing to do, and nothing is written.</param>
    /// <param name="cancellationToken">Cancels the change, unless it has been committed.</param>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <returns>What <paramref name="change"/> returned, or <see cref="Error.SessionRequired"/>.</returns>
    public async Task<Result<T>> RunAsync<T>(Actor actor, Func<UnitOfWork, CancellationToken, Task<Result<T>>> change, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await RunAsync(context, actor, change, cancellationToken);
    }

    /// <summary>Runs <paramref name="change"/> on an existing context, because Identity's managers write through the context of their
    /// request.</summary>
    /// <param name="context">The context. It stops tracking everything first.</param>
    /// <typeparam name="T">The type of the result.</typeparam>
    public async Task<Result<T>> RunAsync<T>(
        DashboardContext context, Actor actor, Func<UnitOfWork, CancellationToken, Task<Result<T>>> change, CancellationToken cancellationToken)
    {
        var changeId = Guid.CreateVersion7(time.GetUtcNow());
        Result<T> outcome = default;
        UnitOfWork? unit = null;
        var result = await AgainAfterDuplicatesAsync(() => context.Database.CreateExecutionStrategy().ExecuteAsync(
            changeId,
            async (_, id, token) =>
            {
                var committed = false;
                context.ChangeTracker.Clear();
                try
                {
                    await using var transaction = await context.Database.BeginTransactionAsync(token);
                    unit = new UnitOfWork(context, actor, UtcMilliseconds.TruncateToMilliseconds(time.GetUtcNow()));
                    outcome = await AttemptAsync(unit, id, change, token);
                    if (outcome.Commits && unit.Events.Count > 0)
                    {
                        await transaction.CommitAsync(token);
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
            cancellationToken));
        if (result.Commits)
        {
            feed.Announce(unit!.Feed); // before the caller gets the result
        }

        if (result.Error is { } refused)
        {
            refusals.NoteChange(actor, refused.Code);
        }

        return result;
    }

    /// <summary>Writes data that no person decided on, such as the last use of a key, in one transaction without audit and feed
    /// entries.</summary>
    /// <param name="write">Writes the data. It may run more than once, so it must be idempotent.</param>
    public Task RunBehindAsync(Func<DashboardContext, CancellationToken, Task> write, CancellationToken cancellationToken) => AnnounceBehindAsync(
        async (context, token) =>
        {
            await write(context, token);
            return [];
        },
        cancellationToken);

    /// <summary>Writes data that no person decided on but that pages or other nodes must be notified of, in one transaction with feed
    /// entries and without audit entries.</summary>
    /// <param name="write">Writes the data and returns what has changed. It may run more than once, so it must be idempotent.</param>
    public async Task AnnounceBehindAsync(
        Func<DashboardContext, CancellationToken, Task<IReadOnlyList<FeedSubject>>> write, CancellationToken cancellationToken)
    {
        var now = UtcMilliseconds.TruncateToMilliseconds(time.GetUtcNow());
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        feed.Announce(await AgainAfterDuplicatesAsync(() => context.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                context.ChangeTracker.Clear();
                await using var transaction = await context.Database.BeginTransactionAsync(token);
                var subjects = await write(context, token);
                await context.SaveChangesAsync(token);
                var entries = await AppendFeedAsync(context, subjects, now, token);
                await transaction.CommitAsync(token);
                return entries;
            },
            cancellationToken)));
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
            return saved > 0 || unit.Context.ChangeTracker.HasChanges() ? throw new InvalidOperationException("A change must record an event.") : outcome;
        }

        await unit.Context.SaveChangesAsync(cancellationToken);
        await audit.AppendAsync(unit, changeId, cancellationToken);
        unit.Feed = await AppendFeedAsync(
            unit.Context, [.. unit.Events.Where(x => !x.IsSilent).Select(x => new FeedSubject(x.Event.Target.Type, x.Event.Target.Id)).Distinct()], unit.Now, cancellationToken);
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
        DashboardContext context, IReadOnlyList<FeedSubject> subjects, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (subjects.Count == 0)
        {
            return [];
        }

        var end = await context.RaiseAsync<FeedCounter, FeedEnd>(nameof(FeedCounter.Number), subjects.Count, (nameof(FeedCounter.Id), FeedCounter.TheOne), cancellationToken);
        var before = end!.Number - subjects.Count;
        var entries = subjects
            .Select((subject, index) => new FeedEntry { Number = before + index + 1, SubjectType = subject.Type, SubjectId = subject.Id, At = now }).ToList();
        context.AddRange(entries);
        await context.SaveChangesAsync(cancellationToken);
        return entries;
    }
}
