using System.Text.Json.Nodes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Changes;

/// <summary>The transaction in which an operation runs. The operation reads and writes through <see cref="Context"/> and records what
/// happened.</summary>
public sealed class UnitOfWork
{
    readonly List<(long Chain, AuditEvent Event)> events = [];

    internal UnitOfWork(DashboardContext context, Actor actor, DateTimeOffset now) => (Context, Actor, Now) = (context, actor, now);

    /// <summary>The context of the transaction.</summary>
    public DashboardContext Context { get; }

    /// <summary>Who acts.</summary>
    public Actor Actor { get; }

    /// <summary>The time of the change in UTC, in whole milliseconds. The same for everything that the change writes.</summary>
    public DateTimeOffset Now { get; }

    internal IReadOnlyList<(long Chain, AuditEvent Event)> Events => events;

    /// <summary>The feed entries, once they have been written.</summary>
    internal IReadOnlyList<FeedEntry> Feed { get; set; } = [];

    /// <summary>Records an event, which becomes an entry of the audit log and an entry of the change feed for its target.</summary>
    /// <param name="chain">The organization's identifier, or <see cref="AuditChain.Installation"/>.</param>
    /// <param name="auditEvent">The event. The identifier and name of its target are truncated to the length of their columns.</param>
    public void Record(long chain, AuditEvent auditEvent) => events.Add((chain, auditEvent with { Target = auditEvent.Target.Fitted() }));

    /// <summary>Locks the row of the project until the transaction ends, so that counts within the project stay correct.</summary>
    /// <returns>False if the project has been deleted.</returns>
    public async Task<bool> LockProjectAsync(long id, CancellationToken cancellationToken) =>
        await Context.Projects.Where(x => x.Id == id && x.DeletedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.Revision, x => x.Revision + 1), cancellationToken) == 1;

    /// <summary>Locks the row of the organization until the transaction ends, so that counts within the organization stay
    /// correct.</summary>
    public Task LockOrganizationAsync(long id, CancellationToken cancellationToken) =>
        Context.Organizations.Where(x => x.Id == id).ExecuteUpdateAsync(set => set.SetProperty(x => x.Revision, x => x.Revision + 1), cancellationToken);

    /// <summary>Locks the row of the installation until the transaction ends, for what belongs to no organization or project. Must be taken
    /// after their locks.</summary>
    public Task LockInstallationAsync(CancellationToken cancellationToken) =>
        Context.Installations.ExecuteUpdateAsync(set => set.SetProperty(x => x.SetUpAt, x => x.SetUpAt), cancellationToken);

    /// <summary>Locks the head of an audit chain before the change reads something that only one transaction may decide at a time. No
    /// organization or project row may be locked after it.</summary>
    /// <param name="chain">The organization's identifier, or <see cref="AuditChain.Installation"/>.</param>
    public Task LockAuditChainAsync(long chain, CancellationToken cancellationToken) =>
        Context.AuditChains.Where(x => x.Id == chain).ExecuteUpdateAsync(set => set.SetProperty(x => x.Sequence, x => x.Sequence), cancellationToken);
}

/// <summary>The only way to write: a change, its audit entries and its feed entries are committed in one transaction. Locks are taken in
/// this order: the actor's session, the actor's memberships, the actor's authorization and access token, organization or project row,
/// installation row, audit chain heads by identifier, feed counter.</summary>
public sealed class UnitOfWorkRunner(IDbContextFactory<DashboardContext> contexts, ChangeFeed feed, TimeProvider time)
{
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
                    if (outcome.Succeeded && unit.Events.Count > 0)
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
                        context.ChangeTracker.Clear(); // otherwise the next use of the context would write auditEvent was rolled back
                    }
                }
            },
            // Called after a connection failure to find out whether the commit succeeded. If so, the result is the one from before the
            // commit.
            async (_, id, token) => new(await context.AuditEntries.AnyAsync(entry => entry.ChangeId == id, token), outcome),
            cancellationToken);
        if (result.Succeeded)
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
    static async Task<Result<T>> AttemptAsync<T>(
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
        if (!outcome.Succeeded)
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

    /// <summary>Locks the rows that authorize the actor until the transaction ends. If the session is ended, the member removed or the role
    /// lowered at the same time, either that change waits for this one or this one sees its result.</summary>
    /// <returns>False if the actor's session or access token is no longer valid.</returns>
    static async Task<bool> LockActorAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        var (context, actor, now) = (unit.Context, unit.Actor, unit.Now);
        if (actor.SessionId is { } id && 0 == await context.Sessions
            .Where(session => session.Id == id && session.UserId == actor.Id && session.EndedAt == null && session.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.EndedAt, session => session.EndedAt), cancellationToken))
        {
            return false;
        }

        if (actor.Type == PartyType.User)
        {
            await context.Members.Where(member => member.UserId == actor.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(member => member.Role, member => member.Role), cancellationToken);
        }

        return actor.Token is not { } token || await LockTokenAsync(context, token.Jti, now, cancellationToken);
    }

    static async Task<bool> LockTokenAsync(DashboardContext context, string jti, DateTimeOffset now, CancellationToken cancellationToken) =>
        await context.Authorizations
            .Where(authorization => authorization.EndedAt == null && context.AccessTokens.Any(token => token.Jti == jti && token.AuthorizationId == authorization.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(authorization => authorization.EndedAt, authorization => authorization.EndedAt), cancellationToken) == 1
        && await context.AccessTokens.Where(token => token.Jti == jti && token.RevokedAt == null && token.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(token => token.RevokedAt, token => token.RevokedAt), cancellationToken) == 1;

    /// <summary>The details of the event and the client that the actor used.</summary>
    static string Details(string details, ActorToken? token)
    {
        if (token is null)
        {
            return details;
        }

        var members = JsonNode.Parse(details)!.AsObject();
        members["through"] = token.ClientId;
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
            foreach (var (_, auditEvent) in chain)
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
                    Category = auditEvent.Category,
                    Action = auditEvent.Action,
                    TargetType = auditEvent.Target.Type,
                    TargetId = auditEvent.Target.Id,
                    TargetName = auditEvent.Target.Name,
                    Succeeded = auditEvent.Succeeded,
                    Details = Details(auditEvent.Details, change.Actor.Token),
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
