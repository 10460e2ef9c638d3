using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Limits;

/// <summary>The settings under <c>Limits</c> that bound what one tenant stores and how often it writes. 0 is no limit.</summary>
[SettingsSection("Limits")]
public sealed class TenantLimitOptions
{
    const int Max = 10_000_000;

    /// <summary>Published apps of a project. Those that are no longer published do not count.</summary>
    [Range(0, Max)]
    public int AppsPerProject { get; init; } = 100;

    /// <summary>Service accounts of an organization. Deleted ones do not count.</summary>
    [Range(0, Max)]
    public int ServiceAccountsPerOrganization { get; init; } = 100;

    /// <summary>Resources of a project.</summary>
    [Range(0, Max)]
    public int ResourcesPerProject { get; init; } = 10_000;

    /// <summary>Organizations that one person owns.</summary>
    [Range(0, Max)]
    public int OrganizationsPerPerson { get; init; } = 10;

    /// <summary>Members and open invitations of an organization.</summary>
    [Range(0, Max)]
    public int MembersPerOrganization { get; init; } = 1000;

    /// <summary>Changes of one person or service account in a minute, through REST and pages together, on each node by itself. One call or
    /// one action on a page is one change, however many rows it writes.</summary>
    [Range(0, Max)]
    public int WritesPerMinute { get; init; } = 240;
}
