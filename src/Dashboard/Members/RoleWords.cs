using Dashboard.Components;
using Dashboard.Core.Organizations;

namespace Dashboard.Members;

/// <summary>What pages say of roles.</summary>
static class RoleWords
{
    /// <summary>Returns the roles that a member with a role may grant, the lowest first.</summary>
    public static IReadOnlyList<SelectOption<OrganizationRole>> GrantedBy(OrganizationRole own) =>
        [.. Enum.GetValues<OrganizationRole>().Where(role => role <= own)
            .Select(role => new SelectOption<OrganizationRole>(role, $"{role}"))];

    /// <summary>Returns what a role can do, in a sentence.</summary>
    public static string Of(OrganizationRole role) => role switch
    {
        OrganizationRole.Owner => "Can do everything, including changing the organization itself.",
        OrganizationRole.Admin => "Manages people, projects, service accounts and every key, and reads the audit log.",
        OrganizationRole.Developer => "Creates keys and apps, and manages their own.",
        _ => "Sees projects, keys and members. Changes nothing.",
    };
}
