using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Changes;

/// <summary>What an operation does inside <see cref="UnitOfWorkRunner"/>: it reads and writes through <see cref="Context"/> and says what
/// happened.</summary>
public sealed class UnitOfWork
{
    readonly List<RecordedEvent> events = [];

    readonly IReadOnlyList<IActorLock> locks;

    internal UnitOfWork(DashboardContext context, Actor actor, DateTimeOffset now, IReadOnlyList<IActorLock> locks) =>
        (Context, Actor, Now, this.locks) = (context, actor, now, locks);

    /// <summary>The transaction's context.</summary>
    public DashboardContext Context { get; }

    /// <summary>Who acts.</summary>
    public Actor Actor { get; }

    /// <summary>The change's time in whole milliseconds, the same for all that it writes. UTC.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Whether the rows that the change has added or changed are written together with its audit and feed entries, in one round
    /// trip. Only for a change whose rows no other can add at the same time: one that waits for them would hold the locks of the log and
    /// the feed.</summary>
    internal bool WritesAtOnce { get; set; }

    /// <summary>The rows that are written without being tracked, in this order and with the rows of the log.</summary>
    internal List<UntrackedRow> Rows { get; } = [];

    /// <summary>When the person last proved to be present in the session that the actor acts through; null before its lock is
    /// taken.</summary>
    internal DateTimeOffset? SessionConfirmedAt { get; set; }

    internal IReadOnlyList<RecordedEvent> Events => events;

    /// <summary>The feed rows that were written, once they are.</summary>
    internal IReadOnlyList<FeedEntry> Feed { get; set; } = [];

    /// <summary>Checks that the person behind the actor proved to be present a short time ago, for what a borrowed session or token must
    /// not be enough for.</summary>
    /// <returns><see cref="ErrorCode.FreshSignInRequired"/>, or null. Always null for an actor without session and token.</returns>
    public async Task<Error?> CheckPresenceAsync(CancellationToken cancellationToken)
    {
        foreach (var hold in locks)
        {
            if (!await hold.IsFreshAsync(this, cancellationToken))
            {
                return Error.FreshSignInRequired(Actor.Token is not null);
            }
        }

        return null;
    }

    /// <summary>Says what happened. It becomes a row of the audit log and a row of the change feed about its target.</summary>
    /// <param name="chain">The organization's identifier, or <see cref="AuditChain.Installation"/>.</param>
    /// <param name="what">What happened. Of a target's identifier and name as much is kept as the log has room for.</param>
    public void Record(long chain, AuditEvent what) =>
        events.Add(new(chain, what with { Target = what.Target.Fitted() }, null, IsSilent: false));

    /// <summary>Says what happened and who it was, where only the change itself finds out.</summary>
    internal void RecordAs(Actor actor, long chain, AuditEvent what) =>
        events.Add(new(chain, what with { Target = what.Target.Fitted() }, actor, IsSilent: false));

    /// <summary>Records what somebody was refused earlier. It becomes an entry of the audit log with that actor, and no entry of the change
    /// feed: nothing has changed.</summary>
    internal void RecordRefusal(long chain, Actor actor, AuditEvent what) =>
        events.Add(new(chain, what with { Target = what.Target.Fitted() }, actor, IsSilent: true));

    /// <summary>Records an event of the audit log itself, which no node caches: it becomes no entry of the change feed.</summary>
    internal void RecordSilently(long chain, AuditEvent what) =>
        events.Add(new(chain, what with { Target = what.Target.Fitted() }, null, IsSilent: true));

    /// <summary>Takes the lock of a chain's newest end before the change reads what only one may decide at a time. No organization's or
    /// project's row may be locked after it.</summary>
    /// <param name="chain">The organization's identifier, or <see cref="AuditChain.Installation"/>.</param>
    public Task LockAuditChainAsync(long chain, CancellationToken cancellationToken) =>
        Context.AuditChains.Where(x => x.Id == chain)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.Sequence, x => x.Sequence), cancellationToken);
}

/// <summary>An event of a unit of work.</summary>
/// <param name="Refused">Who was refused it, or null for a change by the unit's actor.</param>
/// <param name="IsSilent">Whether the change feed has no entry of it.</param>
readonly record struct RecordedEvent(long Chain, AuditEvent Event, Actor? Refused, bool IsSilent);
