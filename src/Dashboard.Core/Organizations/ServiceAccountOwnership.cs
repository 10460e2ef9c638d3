using Dashboard.Core.Data;

namespace Dashboard.Core.Organizations;

/// <summary>Makes ownership of service accounts part of each query.</summary>
static class ServiceAccountOwnership
{
    /// <summary>The service accounts of an organization that a person owns.</summary>
    public static IQueryable<ServiceAccount> AccountsOwnedBy(this DashboardContext context, long organization, string userId) =>
        from owner in context.ServiceAccountOwners
        where owner.UserId == userId && owner.OrganizationId == organization
        join account in context.ServiceAccounts on owner.ServiceAccountId equals account.Id
        where account.DeletedAt == null
        select account;

    /// <summary>The members of an organization who may own keys and service accounts: those who can create keys, disabled ones excepted,
    /// also in a query that finds these otherwise.</summary>
    public static IQueryable<Member> PossibleOwners(this DashboardContext context, long organization)
    {
        var roles = RoleTable.RolesFor(MemberAction.CreateKeys);
        return context.Members
            .Where(member => member.OrganizationId == organization && member.DisabledAt == null && roles.Contains(member.Role));
    }
}
