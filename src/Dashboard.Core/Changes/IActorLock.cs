namespace Dashboard.Core.Changes;

/// <summary>Locks the rows that let an actor act, until the transaction ends. Ending the session, removing the member or lowering the role
/// at the same time waits for the unit of work, or the unit of work sees that it is done.</summary>
public interface IActorLock
{
    /// <summary>Its place in the order in which locks are taken.</summary>
    ActorLockOrder Order { get; }

    /// <summary>Takes the lock.</summary>
    /// <param name="unit">The unit of work.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>False when the actor may not act, or no longer.</returns>
    Task<bool> TakeAsync(UnitOfWork unit, CancellationToken cancellationToken);

    /// <summary>Returns whether the person proved to be present a short time ago. True when the actor does not act through what this
    /// locks.</summary>
    /// <param name="unit">The unit of work, which has taken the lock.</param>
    Task<bool> IsFreshAsync(UnitOfWork unit, CancellationToken cancellationToken) => Task.FromResult(true);
}

/// <summary>The order in which an actor's locks are taken, the same in every transaction so that no two wait for each other.</summary>
public enum ActorLockOrder
{
    /// <summary>The browser session.</summary>
    Session,

    /// <summary>The memberships.</summary>
    Memberships,

    /// <summary>The authorization and the access token.</summary>
    Token,
}
