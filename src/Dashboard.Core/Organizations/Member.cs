namespace Dashboard.Core.Organizations;

/// <summary>The roles of a member. Each includes the permissions of those before it.</summary>
public enum OrganizationRole
{
    /// <summary>Can view.</summary>
    Viewer,

    /// <summary>Can create keys, manage their own keys, and view all keys.</summary>
    Developer,

    /// <summary>Can manage projects, resources, members, service accounts and all keys, and view the audit log.</summary>
    Admin,

    /// <summary>Can do everything, including managing the organization itself.</summary>
    Owner,
}

/// <summary>A person's membership in an organization.</summary>
public sealed class Member
{
    /// <summary>The organization.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The person.</summary>
    public required string UserId { get; init; }

    /// <summary>Their role.</summary>
    public required OrganizationRole Role { get; set; }

    /// <summary>When they joined, UTC.</summary>
    public required DateTimeOffset JoinedAt { get; init; }

    /// <summary>When an owner disabled the membership, UTC, or null. A disabled one gives access to nothing: queries do not find it unless
    /// they ask for all.</summary>
    public DateTimeOffset? DisabledAt { get; set; }
}

/// <summary>The names of <see cref="OrganizationRole"/> values in responses and rows.</summary>
public static class OrganizationRoles
{
    /// <summary>Returns the name of <paramref name="role"/>: <c>viewer</c>, <c>developer</c>, <c>admin</c> or <c>owner</c>.</summary>
    public static string ToWireName(this OrganizationRole role) => role switch
    {
        OrganizationRole.Owner => "owner",
        OrganizationRole.Admin => "admin",
        OrganizationRole.Developer => "developer",
        _ => "viewer",
    };

    /// <summary>Returns the role whose name is <paramref name="word"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No role has that name.</exception>
    public static OrganizationRole FromWireName(string word) => word switch
    {
        "owner" => OrganizationRole.Owner,
        "admin" => OrganizationRole.Admin,
        "developer" => OrganizationRole.Developer,
        "viewer" => OrganizationRole.Viewer,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, "Unknown role."),
    };
}
