using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Organizations;

/// <summary>Holds a user's memberships. Whether one of them allows the change is for the change itself to ask.</summary>
sealed class MembershipLock : IActorLock
{
    public ActorLockOrder Order => ActorLockOrder.Memberships;

    public async Task<bool> TakeAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        var actor = unit.Actor;
        if (actor.Type == PartyType.User)
        {
            await unit.Context.Members.Where(member => member.UserId == actor.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(member => member.Role, member => member.Role), cancellationToken);
        }

        return true;
    }
}
