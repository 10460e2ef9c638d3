namespace Dashboard.Core.Organizations;

/// <summary>A tenant, with its members and projects.</summary>
public sealed class Organization
{
    /// <summary>The database identifier, which is also that of the audit chain.</summary>
    public long Id { get; init; }

    /// <summary>The current slug. Past slugs still resolve: <see cref="OrganizationSlug"/>.</summary>
    public required string Slug { get; set; }

    /// <summary>The display name, 1 to 100 characters.</summary>
    public required string Name { get; set; }

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether its members need a second factor. One who has none can only set one up.</summary>
    public bool RequireTwoFactor { get; set; }

    /// <summary>The longest life of a live key in days, or null if it may live forever.</summary>
    public int? MaxLiveKeyDays { get; set; }

    /// <summary>Whether only admins and owners create live keys.</summary>
    public bool LiveKeysByAdmins { get; set; }

    /// <summary>Whether a live key needs an allow-list.</summary>
    public bool LiveKeysNeedAllowList { get; set; }

    /// <summary>Whether a live key with <c>write</c> works only once an admin has approved it.</summary>
    public bool LiveWriteKeysNeedApproval { get; set; }

    /// <summary>When the organization was deleted, UTC, or null. The row stays with its audit log, and so that its slugs are never reused.
    /// It has no members then, so nobody sees it.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Incremented to lock the row before a rule counts something in the organization.</summary>
    public long Revision { get; init; }
}

/// <summary>A set of resources and keys within an organization.</summary>
public sealed class Project
{
    /// <summary>The database identifier.</summary>
    public long Id { get; init; }

    /// <summary>The organization.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The current slug. Past slugs still resolve: <see cref="ProjectSlug"/>.</summary>
    public required string Slug { get; set; }

    /// <summary>The display name, 1 to 100 characters.</summary>
    public required string Name { get; set; }

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the project was deleted, UTC, or null. The row stays, so that its keys are reported as revoked and its slugs are never
    /// reused.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Incremented to lock the row before a rule counts something in the project.</summary>
    public long Revision { get; init; }

    /// <summary>The number of its keys that are marked as counted toward the limit. Raising it locks the row.</summary>
    public int ActiveKeys { get; init; }
}

/// <summary>Something in a project that a key can be limited to.</summary>
public sealed class Resource
{
    /// <summary>The database identifier.</summary>
    public long Id { get; init; }

    /// <summary>The project.</summary>
    public required long ProjectId { get; init; }

    /// <summary>One of the kinds in the <c>ResourceKinds</c> setting.</summary>
    public required string Kind { get; init; }

    /// <summary>The identifier in the API: 1 to 64 characters from <c>A-Za-z0-9._~-</c>, unique within its project and kind.</summary>
    public required string ExternalId { get; init; }

    /// <summary>The display name, 1 to 100 characters.</summary>
    public required string Name
    {
        get;
        set => (field, SortName, SearchText) = (value, ComparableText.SortKey(value), ComparableText.Fold(value));
    }

    /// <summary>When the resource was registered, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The sort value for <see cref="Name"/>.</summary>
    public string SortName { get; private set; } = "";

    /// <summary><see cref="Name"/> as searches compare it.</summary>
    public string SearchText { get; private set; } = "";
}

/// <summary>A current or past slug of an organization. Slugs are never reused.</summary>
public sealed class OrganizationSlug
{
    /// <summary>The slug.</summary>
    public required string Slug { get; init; }

    /// <summary>The organization that the slug belongs to. The row outlives it.</summary>
    public required long OrganizationId { get; init; }
}

/// <summary>A current or past slug of a project within its organization. Slugs are never reused.</summary>
public sealed class ProjectSlug
{
    /// <summary>The organization.</summary>
    public required long OrganizationId { get; init; }

    /// <summary>The slug.</summary>
    public required string Slug { get; init; }

    /// <summary>The project that the slug belongs to. The row outlives it.</summary>
    public required long ProjectId { get; init; }
}

/// <summary>Whether the installation has been set up.</summary>
public sealed class Installation
{
    /// <summary>Always <see cref="TheOne"/>.</summary>
    public required int Id { get; init; }

    /// <summary>When the first owner was created, UTC, or null while setup is open.</summary>
    public DateTimeOffset? SetUpAt { get; init; }

    /// <summary>The set-up code, encrypted by data protection; null before the first start and once there is an owner.</summary>
    public string? ProtectedSetUpCode { get; init; }

    /// <summary>How many wrong guesses the code has met.</summary>
    public int WrongSetUpCodes { get; init; }

    /// <summary>The identifier of the one row.</summary>
    public const int TheOne = 1;
}
