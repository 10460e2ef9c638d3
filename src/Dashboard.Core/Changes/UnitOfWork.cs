using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Changes;

/// <summary>The transaction in which an operation runs. The operation reads and writes through <see cref="Context"/> and records what
/// happened.</summary>
public sealed class UnitOfWork
{
    readonly List<(long Chain, AuditEvent Event)> events = [];

    internal UnitOfWork(DashboardContext context, Actor actor, DateTimeOffset now) => (Context, Actor, Now) = (context, actor, now);

    /// <summary>The transaction's context.</summary>
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
    public void Record(long chain, AuditEvent what) => events.Add((chain, what with { Target = what.Target.Fitted() }));

    /// <summary>Locks the head of an audit chain before the change reads something that only one transaction may decide at a time. No
    /// organization or project row may be locked after it.</summary>
    /// <param name="chain">The organization's identifier, or <see cref="AuditChain.Installation"/>.</param>
    public Task LockAuditChainAsync(long chain, CancellationToken cancellationToken) =>
        Context.AuditChains.Where(x => x.Id == chain).ExecuteUpdateAsync(set => set.SetProperty(x => x.Sequence, x => x.Sequence), cancellationToken);
}
