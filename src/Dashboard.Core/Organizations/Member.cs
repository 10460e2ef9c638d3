using System.Text.Json.Serialization;

namespace Dashboard.Core.Organizations;

/// <summary>What a member may do, each role all that the one before it may.</summary>
public enum OrganizationRole
{
    /// <summary>Sees.</summary>
    [JsonStringEnumMemberName("viewer")]
    Viewer,

    /// <summary>Creates keys, manages their own, sees the list.</summary>
    [JsonStringEnumMemberName("developer")]
    Developer,

    /// <summary>Projects, resources, members, service accounts, every key, audit.</summary>
    [JsonStringEnumMemberName("admin")]
    Admin,

    /// <summary>All, and the organization itself.</summary>
    [JsonStringEnumMemberName("owner")]
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
