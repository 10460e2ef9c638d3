using System.Text.Json.Nodes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Changes;

/// <summary>What an operation does inside <see cref="UnitOfWorkRunner"/>: it reads and writes through <see cref="Context"/> and says what happened.</summary>
public sealed class UnitOfWork
{
    readonly List<(long Chain, AuditEvent Event)> events = [];

    internal UnitOfWork(DashboardContext context, Actor actor, DateTimeOffset now) => (Context, Actor, Now) = (context, actor, now);

    /// <summary>The transaction's context.</summary>
    public DashboardContext Context { get; }

    /// <summary>Who acts.</summary>
    public Actor Actor { get; }

    /// <summary>The change's time in whole milliseconds, the same for all that it writes. UTC.</summary>
    public DateTimeOffset Now { get; }

    internal IReadOnlyList<(long Chain, AuditEvent Event)> Events => events;

    /// <summary>The feed rows that were written, once they are.</summary>
    internal IReadOnlyList<FeedEntry> Feed { get; set; } = [];

    /// <summary>Says what happened. It becomes a row of the audit log and a row of the change feed about its target.</summary>
    /// <param name="chain">The organization's identifier, or <see cref="AuditChain.Installation"/>.</param>
    /// <param name="what">What happened. Of a target's identifier and name as much is kept as the log has room for.</param>
    public void Record(long chain, AuditEvent what) => events.Add((chain, what with { Target = what.Target.Fitted() }));

    /// <summary>Takes the project's row lock until the transaction ends, so that what is counted in it stays as counted.</summary>
    /// <param name="id">The project.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the project has been deleted.</returns>
    public async Task<bool> LockProjectAsync(long id, CancellationToken cancellationToken) =>
        await Context.Projects.Where(x => x.Id == id && x.DeletedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.Revision, x => x.Revision + 1), cancellationToken) == 1;

    /// <summary>Takes the organization's row lock until the transaction ends, so that what is counted in it stays as counted.</summary>
    /// <param name="id">The organization.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task LockOrganizationAsync(long id, CancellationToken cancellationToken) =>
        Context.Organizations.Where(x => x.Id == id).ExecuteUpdateAsync(set => set.SetProperty(x => x.Revision, x => x.Revision + 1), cancellationToken);

    /// <summary>Takes the installation's row lock until the transaction ends: for the little that is neither an organization's nor a project's. After theirs.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task LockInstallationAsync(CancellationToken cancellationToken) =>
        Context.Installations.ExecuteUpdateAsync(set => set.SetProperty(x => x.SetUpAt, x => x.SetUpAt), cancellationToken);

    /// <summary>Takes the lock of a chain's newest end before the change reads what only one may decide at a time. No organization's or project's row may
    /// be locked after it.</summary>
    /// <param name="chain">The organization's identifier, or <see cref="AuditChain.Installation"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task LockAuditChainAsync(long chain, CancellationToken cancellationToken) =>
        Context.AuditChains.Where(x => x.Id == chain).ExecuteUpdateAsync(set => set.SetProperty(x => x.Sequence, x => x.Sequence), cancellationToken);
}

/// <summary>The one way to write: a change, its audit rows and its feed rows are one transaction, or nothing is. Locks are taken in one order: the actor's
/// session, the actor's memberships, the actor's authorization and access token, project or organization row, installation row, chain heads by identifier, feed counter.</summary>
public sealed class UnitOfWorkRunner(IDbContextFactory<DashboardContext> contexts, ChangeFeed feed, TimeProvider time)
{
    /// <summary>Runs <paramref name="change"/> and writes what it recorded. A fault rolls everything back. May run <paramref name="change"/> more than
    /// once, each time on an empty context, where the database asks to try again.</summary>
    /// <param name="actor">Who acts. Its session or access token, if it has one, must still count.</param>
    /// <param name="change">The change. Success without a recorded event means that there was nothing to do, and nothing is written.</param>
    /// <param name="cancellationToken">Ends the wait; what has not been committed is not done.</param>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <returns>What <paramref name="change"/> returned, or <see cref="Error.SessionRequired"/>.</returns>
    public async Task<Result<T>> RunAsync<T>(Actor actor, Func<UnitOfWork, CancellationToken, Task<Result<T>>> change, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await RunAsync(context, actor, change, cancellationToken);
    }

    /// <summary>The same on a context that is there already: Identity's managers write through their request's.</summary>
    /// <param name="context">The context; what it tracks is forgotten first.</param>
    /// <param name="actor">Who acts.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <typeparam name="T">What comes of it.</typeparam>
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
                        context.ChangeTracker.Clear(); // or the context's next use would write what was taken back
                    }
                }
            },
            // Asked when the connection broke: had the commit gone through? Then what it came to is known since before the commit.
            async (_, id, token) => new(await context.AuditEntries.AnyAsync(entry => entry.ChangeId == id, token), outcome),
            cancellationToken);
        if (result.Succeeded)
        {
            feed.Announce(unit!.Feed); // before anybody hears that it is done
        }

        return result;
    }

    /// <summary>Writes what no person decided, such as when a key was last used: one transaction, no audit row, no feed row.</summary>
    /// <param name="write">The writing. It may run more than once, so it must come to the same then.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task RunBehindAsync(Func<DashboardContext, CancellationToken, Task> write, CancellationToken cancellationToken) => AnnounceBehindAsync(
        async (context, token) =>
        {
            await write(context, token);
            return [];
        },
        cancellationToken);

    /// <summary>The same for what no person decided and pages or other nodes have to hear of: one transaction, no audit row, but feed rows.</summary>
    /// <param name="write">The writing; it returns what has changed. It may run more than once, so it must come to the same then.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
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

    /// <summary>All of a change but its commit.</summary>
    static async Task<Result<T>> AttemptAsync<T>(
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
        if (!outcome.Succeeded)
        {
            return outcome; // the transaction ends with what it sent undone
        }

        if (unit.Events.Count == 0)
        {
            return saved > 0 || unit.Context.ChangeTracker.HasChanges() ? throw new InvalidOperationException("A change has to say what happened.") : outcome;
        }

        await unit.Context.SaveChangesAsync(cancellationToken);
        await AppendAuditAsync(unit, changeId, cancellationToken);
        unit.Feed = await AppendFeedAsync(
            unit.Context, [.. unit.Events.Select(x => new FeedSubject(x.Event.Target.Type, x.Event.Target.Id)).Distinct()], unit.Now, cancellationToken);
        return outcome;
    }

    /// <summary>Takes the locks of what lets the actor act, until the transaction ends: whoever ends the session, removes the member or lowers the role at
    /// the same time waits for this change, or this change finds it done.</summary>
    /// <returns>False when the actor's session or access token no longer counts.</returns>
    static async Task<bool> HoldActorAsync(UnitOfWork unit, CancellationToken cancellationToken)
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

        return actor.Token is not { } through || await HoldTokenAsync(context, through.Jti, now, cancellationToken);
    }

    static async Task<bool> HoldTokenAsync(DashboardContext context, string jti, DateTimeOffset now, CancellationToken cancellationToken) =>
        await context.Authorizations
            .Where(authorization => authorization.EndedAt == null && context.AccessTokens.Any(token => token.Jti == jti && token.AuthorizationId == authorization.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(authorization => authorization.EndedAt, authorization => authorization.EndedAt), cancellationToken) == 1
        && await context.AccessTokens.Where(token => token.Jti == jti && token.RevokedAt == null && token.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(token => token.RevokedAt, token => token.RevokedAt), cancellationToken) == 1;

    /// <summary>What a reader needs, and the client that it was done through.</summary>
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
