using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.ServiceAccounts;

/// <content>The owners of an account.</content>
public sealed partial class ServiceAccountService
{
    /// <summary>Takes a person from the owners of a tracked account, which are loaded. Requires the lock of its organization.</summary>
    /// <param name="leaver">The owner.</param>
    /// <param name="heir">The member who owns it in their place; null if the other owners keep it.</param>
    internal static void HandOver(UnitOfWork change, ServiceAccount account, string leaver, string? heir)
    {
        var row = account.Owners.Single(owner => owner.UserId == leaver);
        change.Context.Remove(row);
        if (heir is not null)
        {
            change.Context.Add(OwnerOf(account, heir, row.Position));
        }

        RecordOwners(change, account, heir is null ? [] : [heir], [leaver]);
    }

    static ServiceAccountOwner OwnerOf(ServiceAccount account, string userId, int position) =>
        new() { ServiceAccountId = account.Id, OrganizationId = account.OrganizationId, UserId = userId, Position = position };

    /// <summary>Gives a tracked account the owners that are asked for. Requires the lock of its organization.</summary>
    static async Task<Error?> ChangeOwnersAsync(
        UnitOfWork change, ServiceAccount account, IReadOnlyList<string> wanted, CancellationToken cancellationToken)
    {
        var context = change.Context;
        var present = await context.ServiceAccountOwners.Where(owner => owner.ServiceAccountId == account.Id)
            .ToListAsync(cancellationToken);
        var added = wanted.Except(present.Select(owner => owner.UserId), StringComparer.Ordinal).ToList();
        if (await CheckPossibleAsync(context, account.OrganizationId, added, cancellationToken) is { } unfit)
        {
            return unfit;
        }

        var removed = present.FindAll(owner => !wanted.Contains(owner.UserId, StringComparer.Ordinal));
        var next = present.Max(owner => owner.Position) + 1;
        context.RemoveRange(removed);
        context.AddRange(added.Select((userId, i) => OwnerOf(account, userId, next + i)));
        if (added.Count + removed.Count > 0)
        {
            RecordOwners(change, account, added, removed.Select(owner => owner.UserId));
        }

        return null;
    }

    /// <summary>Returns the error for people who cannot own a service account of an organization, or null.</summary>
    static async Task<Error?> CheckPossibleAsync(
        DashboardContext context, long organizationId, IReadOnlyList<string> owners, CancellationToken cancellationToken)
    {
        var able = context.PossibleOwners(organizationId).Where(member => owners.Contains(member.UserId));
        return owners.Count > 0 && await able.CountAsync(cancellationToken) != owners.Count
            ? Error.Invalid("owner_ids", ServiceAccountRules.NoPossibleOwner)
            : null;
    }

    static void RecordOwners(UnitOfWork change, ServiceAccount account, IEnumerable<string> added, IEnumerable<string> removed) => Record(
        change, account, "service_account.owners_changed",
        new() { ["added"] = string.Join(' ', added), ["removed"] = string.Join(' ', removed) });

    /// <summary>Reads the owners of accounts, in the order in which they became owners.</summary>
    static async Task<ILookup<string, ServiceAccountOwnerSummary>> OwnersAsync(
        DashboardContext context, List<string> accounts, CancellationToken cancellationToken) => (await (
            from owner in context.ServiceAccountOwners
            where accounts.Contains(owner.ServiceAccountId)
            join person in context.Users on owner.UserId equals person.Id into people
            from person in people.DefaultIfEmpty()
            join member in context.Members.IgnoreQueryFilters()
                on new { owner.OrganizationId, owner.UserId } equals new { member.OrganizationId, member.UserId } into memberships
            from member in memberships.DefaultIfEmpty()
            orderby owner.Position, owner.UserId
            select new
            {
                owner.ServiceAccountId,
                owner.UserId,
                person!.Name,
                IsMember = member != null,
                IsDisabled = member != null && member.DisabledAt != null,
            }).ToListAsync(cancellationToken)).ToLookup(
                row => row.ServiceAccountId,
                row => new ServiceAccountOwnerSummary(
                    new(PartyType.User, row.UserId, row.Name ?? row.UserId), Left: !row.IsMember || row.IsDisabled, row.IsDisabled),
                StringComparer.Ordinal);
}
