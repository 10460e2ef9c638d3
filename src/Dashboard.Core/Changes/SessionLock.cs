using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Changes;

/// <summary>Holds the session that the actor acts through, if there is one.</summary>
sealed class SessionLock : IActorLock
{
    public ActorLockOrder Order => ActorLockOrder.Session;

    public async Task<bool> TakeAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        var (actor, now) = (unit.Actor, unit.Now);
        return actor.SessionId is not { } id || await unit.Context.Sessions
            .Where(session => session.Id == id && session.UserId == actor.Id && session.EndedAt == null && session.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.EndedAt, session => session.EndedAt), cancellationToken) > 0;
    }
}
