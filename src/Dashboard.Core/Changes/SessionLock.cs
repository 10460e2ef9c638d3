using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Changes;

/// <summary>Holds the session that the actor acts through, if there is one.</summary>
sealed class SessionLock(SessionOptions options) : IActorLock
{
    public ActorLockOrder Order => ActorLockOrder.Session;

    public async Task<bool> TakeAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        var actor = unit.Actor;
        return actor.SessionId is not { } id || await Session.Live(unit.Context.Sessions, unit.Now)
            .Where(session => session.Id == id && session.UserId == actor.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.EndedAt, session => session.EndedAt), cancellationToken) > 0;
    }

    public async Task<bool> IsFreshAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        var (id, since) = (unit.Actor.SessionId, unit.Now - options.Fresh);
        return id is null || await unit.Context.Sessions.AnyAsync(session => session.Id == id && session.ConfirmedAt > since, cancellationToken);
    }
}
