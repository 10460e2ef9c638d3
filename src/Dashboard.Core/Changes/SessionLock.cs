using Dashboard.Core.Data;

namespace Dashboard.Core.Changes;

/// <summary>Holds the session that the actor acts through, if there is one.</summary>
sealed class SessionLock(SessionOptions options) : IActorLock
{
    static readonly HandWrittenSql hold = new(sql =>
    {
        var row = typeof(Session);
        var which = $"{sql.Name(nameof(Session.Id))} = {sql.Value(row, nameof(Session.Id))} "
            + $"AND {sql.Name(nameof(Session.UserId))} = {sql.Value(row, nameof(Session.UserId))} "
            + $"AND {sql.Name(nameof(Session.EndedAt))} IS NULL "
            + $"AND {sql.Name(nameof(Session.ExpiresAt))} > {sql.Value(row, nameof(Session.ExpiresAt))} "
            + $"AND {sql.Name(nameof(Session.IdleAt))} > {sql.Value(row, nameof(Session.IdleAt))}";
        return sql.Hold(row, nameof(Session.ConfirmedAt), which, order: nameof(Session.Id));
    });

    public ActorLockOrder Order => ActorLockOrder.Session;

    public async Task<bool> TakeAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        var (actor, now) = (unit.Actor, unit.Now);
        if (actor.SessionId is not { } id)
        {
            return true;
        }

        var held = await hold.ReadAsync(unit.Context, [id, actor.Id, now, now], reader => new Held(reader.GetInt64(0)), cancellationToken);
        unit.SessionConfirmedAt = held is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(held.ConfirmedAt);
        return held is not null;
    }

    /// <summary>Asks nothing: the row is locked, so it is as it was when the lock was taken.</summary>
    public Task<bool> IsFreshAsync(UnitOfWork unit, CancellationToken cancellationToken) =>
        Task.FromResult(unit.Actor.SessionId is null || unit.SessionConfirmedAt > unit.Now - options.Fresh);

    /// <param name="ConfirmedAt">As it is stored, in milliseconds since 1970.</param>
    sealed record Held(long ConfirmedAt);
}
