namespace Dashboard.Core.Organizations;

/// <summary>What a member may do, each role all that the one before it may.</summary>
public enum OrganizationRole
{
    /// <summary>Sees.</summary>
    Viewer,

    /// <summary>Creates keys, manages their own, sees the list.</summary>
    Developer,

    /// <summary>Projects, resources, members, service accounts, every key, audit.</summary>
    Admin,

    /// <summary>All, and the organization itself.</summary>
    Owner,
}

/// <summary>A person's place in an organization.</summary>
public sealed class Member
{
    /// <summary>The organization.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The person.</summary>
    public required string UserId { get; init; }

    /// <summary>What they may do there.</summary>
    public required OrganizationRole Role { get; set; }

    /// <summary>When they joined, UTC.</summary>
    public required DateTimeOffset JoinedAt { get; init; }
}

/// <summary>The words for <see cref="OrganizationRole"/> in answers and rows.</summary>
public static class OrganizationRoles
{
    /// <summary>Returns the word for <paramref name="role"/>: <c>viewer</c>, <c>developer</c>, <c>admin</c> or <c>owner</c>.</summary>
    public static string ToWireName(this OrganizationRole role) => role switch
    {
        OrganizationRole.Owner => "owner",
        OrganizationRole.Admin => "admin",
        OrganizationRole.Developer => "developer",
        _ => "viewer",
    };

    /// <summary>Returns the role that <see cref="ToWireName"/> turns into <paramref name="word"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No role has that word.</exception>
    public static OrganizationRole FromWireName(string word) => word switch
    {
        "owner" => OrganizationRole.Owner,
        "admin" => OrganizationRole.Admin,
        "developer" => OrganizationRole.Developer,
        "viewer" => OrganizationRole.Viewer,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, "No role has this word."),
    };
}
