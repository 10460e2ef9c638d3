using System.Text.Json.Nodes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Changes;

/// <summary>The only way to write: a change, its audit entries and its feed entries are committed in one transaction. Locks are taken in
/// this order: the actor's session, the actor's memberships, the actor's authorization and access token, organization or project row,
/// installation row, audit chain heads by identifier, feed counter.</summary>
public sealed class UnitOfWorkRunner(IDbContextFactory<DashboardContext> contexts, ChangeFeed feed, IEnumerable<IActorLock> actorLocks, TimeProvider time)
{
    readonly IActorLock[] locks = [.. actorLocks.OrderBy(x => x.Order)];

    /// <summary>Runs <paramref name="change"/> and writes the events that it records. An error rolls everything back. If the database asks
    /// for a retry, <paramref name="change"/> runs again on an empty context.</summary>
    /// <param name="actor">The actor. Its session or access token, if any, must still be valid.</param>
    /// <param name="change">The change. If it succeeds without recording an event, there was nothing to do and nothing is written.</param>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <returns>The result of <paramref name="change"/>, or <see cref="Error.SessionRequired"/>.</returns>
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
        var result = await context.Database.CreateExecutionStrategy().ExecuteAsync(
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
            cancellationToken);
        if (result.Commits)
        {
            feed.Announce(unit!.Feed); // before the caller gets the result
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
        feed.Announce(await context.Database.CreateExecutionStrategy().ExecuteAsync(
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
            cancellationToken));
    }

    /// <summary>Performs a change except for the commit.</summary>
    async Task<Result<T>> AttemptAsync<T>(
        UnitOfWork unit, Guid changeId, Func<UnitOfWork, CancellationToken, Task<Result<T>>> change, CancellationToken cancellationToken)
    {
        if (!await LockActorAsync(unit, cancellationToken))
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
        await AppendAuditAsync(unit, changeId, cancellationToken);
        unit.Feed = await AppendFeedAsync(
            unit.Context, [.. unit.Events.Select(x => new FeedSubject(x.Event.Target.Type, x.Event.Target.Id)).Distinct()], unit.Now, cancellationToken);
        return outcome;
    }

    /// <summary>Takes the locks of everything that lets the actor act.</summary>
    /// <returns>False when the actor's session or access token no longer counts.</returns>
    async Task<bool> LockActorAsync(UnitOfWork unit, CancellationToken cancellationToken)
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

    /// <summary>The details of the event and the client that the actor used.</summary>
    static string Details(string details, ActorToken? through)
    {
        if (through is null)
        {
            return details;
        }

        var members = JsonNode.Parse(details)!.AsObject();
        members["through"] = through.ClientId;
        return members.ToJsonString();
    }

    static async Task AppendAuditAsync(UnitOfWork change, Guid changeId, CancellationToken cancellationToken)
    {
        foreach (var chain in change.Events.GroupBy(x => x.Chain).OrderBy(x => x.Key))
        {
            var heads = change.Context.AuditChains.Where(head => head.Id == chain.Key);
            await heads.ExecuteUpdateAsync(set => set.SetProperty(head => head.Sequence, head => head.Sequence + chain.Count()), cancellationToken);
            var last = await heads.AsNoTracking().SingleAsync(cancellationToken);
            var (sequence, hash) = (last.Sequence - chain.Count(), last.Hash);
            foreach (var (_, what) in chain)
            {
                var entry = new AuditEntry
                {
                    ChainId = chain.Key,
                    Sequence = ++sequence,
                    ChangeId = changeId,
                    At = change.Now,
                    ActorType = change.Actor.Type.ToWireName(),
                    ActorId = change.Actor.Id,
                    ActorName = AuditEntry.Fit(change.Actor.Name, AuditEntry.MaxActorName),
                    Address = change.Actor.Address is { } address ? AuditEntry.FitAscii(address, AuditEntry.MaxAddress) : null,
                    Category = what.Category,
                    Action = what.Action,
                    TargetType = what.Target.Type,
                    TargetId = what.Target.Id,
                    TargetName = what.Target.Name,
                    Succeeded = what.Succeeded,
                    Details = Details(what.Details, change.Actor.Token),
                    PreviousHash = hash,
                };
                hash = entry.Hash = entry.ComputeHash();
                change.Context.Add(entry);
            }

            await change.Context.SaveChangesAsync(cancellationToken);
            await heads.ExecuteUpdateAsync(set => set.SetProperty(head => head.Hash, hash), cancellationToken);
        }
    }

    static async Task<IReadOnlyList<FeedEntry>> AppendFeedAsync(
        DashboardContext context, IReadOnlyList<FeedSubject> subjects, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (subjects.Count == 0)
        {
            return [];
        }

        await context.FeedCounters.ExecuteUpdateAsync(set => set.SetProperty(x => x.Number, x => x.Number + subjects.Count), cancellationToken);
        var before = await context.FeedCounters.Select(x => x.Number).SingleAsync(cancellationToken) - subjects.Count;
        var entries = subjects
            .Select((subject, index) => new FeedEntry { Number = before + index + 1, SubjectType = subject.Type, SubjectId = subject.Id, At = now }).ToList();
        context.AddRange(entries);
        await context.SaveChangesAsync(cancellationToken);
        return entries;
    }
}
