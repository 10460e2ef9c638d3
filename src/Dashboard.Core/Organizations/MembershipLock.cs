using Dashboard.Core.Changes;
using Dashboard.Core.Data;

namespace Dashboard.Core.Organizations;

/// <summary>Holds a user's memberships. Whether one of them allows the change is for the change itself to ask.</summary>
sealed class MembershipLock : IActorLock
{
    static readonly HandWrittenSql hold = new(sql =>
    {
        var (row, role) = (typeof(Member), sql.Name(nameof(Member.Role)));
        return $"UPDATE {sql.Table(row)} SET {role} = {role} WHERE {sql.Name(nameof(Member.UserId))} = {sql.Value(row, nameof(Member.UserId))}";
    });

    public ActorLockOrder Order => ActorLockOrder.Memberships;

    public async Task<bool> TakeAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        var actor = unit.Actor;
        if (actor.Type == PartyType.User)
        {
            await hold.ExecuteAsync(unit.Context, [actor.Id], cancellationToken);
        }

        return true;
    }
}
