namespace Dashboard.Core.Organizations;

/// <summary>A tenant: it has members, projects and everything in them.</summary>
public sealed class Organization
{
    /// <summary>The database's identifier; also that of its audit chain.</summary>
    public long Id { get; init; }

    /// <summary>What it is called in addresses now. Earlier ones still mean it: <see cref="OrganizationSlug"/>.</summary>
    public required string Slug { get; set; }

    /// <summary>What people call it, 1 to 100 characters.</summary>
    public required string Name { get; set; }

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Raised to take the row's lock before a rule counts something in it.</summary>
    public long Revision { get; init; }
}

/// <summary>A set of resources and keys in one organization.</summary>
public sealed class Project
{
    /// <summary>The database's identifier.</summary>
    public long Id { get; init; }

    /// <summary>The organization it belongs to.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>What it is called in addresses now. Earlier ones still mean it: <see cref="ProjectSlug"/>.</summary>
    public required string Slug { get; set; }

    /// <summary>What people call it, 1 to 100 characters.</summary>
    public required string Name { get; set; }

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was deleted, UTC, or null. The row stays: its keys answer that they are revoked, and its slugs go to no other.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Raised to take the row's lock before a rule counts something in it, such as its active keys.</summary>
    public long Revision { get; init; }
}

/// <summary>A thing in a project that a key can be narrowed to.</summary>
public sealed class Resource
{
    /// <summary>The database's identifier.</summary>
    public long Id { get; init; }

    /// <summary>The project it belongs to.</summary>
    public required long ProjectId { get; init; }

    /// <summary>One of the kinds that the setting <c>ResourceKinds</c> lists.</summary>
    public required string Kind { get; init; }

    /// <summary>What the API calls it: 1 to 64 of <c>A-Za-z0-9._~-</c>, unique in its project and kind.</summary>
    public required string ExternalId { get; init; }

    /// <summary>What people call it, 1 to 100 characters.</summary>
    public required string Name { get; set; }

    /// <summary>When it was registered, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Every slug that an organization ever had: it never goes to another.</summary>
public sealed class OrganizationSlug
{
    /// <summary>The slug.</summary>
    public required string Slug { get; init; }

    /// <summary>Which organization it means. Outlives it.</summary>
    public required long OrganizationId { get; init; }
}

/// <summary>Every slug that a project ever had in its organization: it never goes to another.</summary>
public sealed class ProjectSlug
{
    /// <summary>The organization.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The slug.</summary>
    public required string Slug { get; init; }

    /// <summary>Which project it means. Outlives it.</summary>
    public required long ProjectId { get; init; }
}

/// <summary>Whether this installation has had its first owner.</summary>
public sealed class Installation
{
    /// <summary>Always <see cref="TheOne"/>.</summary>
    public required int Id { get; init; }

    /// <summary>When the first owner came, UTC; null while the set-up is open.</summary>
    public DateTimeOffset? SetUpAt { get; init; }

    /// <summary>The set-up code, encrypted by data protection; null before the first start and once there is an owner.</summary>
    public string? ProtectedSetUpCode { get; init; }

    /// <summary>How many wrong guesses the code has met.</summary>
    public int WrongSetUpCodes { get; init; }

    /// <summary>The identifier of the one row.</summary>
    public const int TheOne = 1;
}
