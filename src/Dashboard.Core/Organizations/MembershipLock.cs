using Dashboard.Core.Changes;
using Dashboard.Core.Data;

namespace Dashboard.Core.Organizations;

/// <summary>Holds a user's memberships. Whether one of them allows the change is for the change itself to ask. On SQLite the transaction
/// holds them already.</summary>
sealed class MembershipLock : IActorLock
{
    static readonly HandWrittenSql hold = new(sql =>
    {
        var row = typeof(Member);
        var which = $"{sql.Name(nameof(Member.UserId))} = {sql.Value(row, nameof(Member.UserId))}";
        return sql.Hold(row, nameof(Member.Role), which, order: nameof(Member.OrganizationId));
    });

    public ActorLockOrder Order => ActorLockOrder.Memberships;

    public async Task<bool> TakeAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        var actor = unit.Actor;
        if (actor.Type == PartyType.User && unit.Context is not SqliteContext)
        {
            await hold.ExecuteAsync(unit.Context, [actor.Id], cancellationToken);
        }

        return true;
    }
}
