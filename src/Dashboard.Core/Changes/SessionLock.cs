using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Changes;

/// <summary>Holds the session that the actor acts through, if there is one.</summary>
sealed class SessionLock(SessionOptions options) : IActorLock
{
    static readonly HandWrittenSql hold = new(sql =>
    {
        var (row, ended) = (typeof(Session), sql.Name(nameof(Session.EndedAt)));
        return $"UPDATE {sql.Table(row)} SET {ended} = {ended} WHERE {sql.Name(nameof(Session.Id))} = {sql.Value(row, nameof(Session.Id))} "
            + $"AND {sql.Name(nameof(Session.UserId))} = {sql.Value(row, nameof(Session.UserId))} AND {ended} IS NULL "
            + $"AND {sql.Name(nameof(Session.ExpiresAt))} > {sql.Value(row, nameof(Session.ExpiresAt))} "
            + $"AND {sql.Name(nameof(Session.IdleAt))} > {sql.Value(row, nameof(Session.IdleAt))}";
    });

    public ActorLockOrder Order => ActorLockOrder.Session;

    public async Task<bool> TakeAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        var (actor, now) = (unit.Actor, unit.Now);
        return actor.SessionId is not { } id || await hold.ExecuteAsync(unit.Context, [id, actor.Id, now, now], cancellationToken) > 0;
    }

    public async Task<bool> IsFreshAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        var (id, since) = (unit.Actor.SessionId, unit.Now - options.Fresh);
        return id is null || await unit.Context.Sessions.AnyAsync(session => session.Id == id && session.ConfirmedAt > since, cancellationToken);
    }
}
