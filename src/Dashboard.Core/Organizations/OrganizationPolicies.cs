namespace Dashboard.Core.Organizations;

/// <summary>What an organization demands of its members and of new live keys.</summary>
/// <param name="RequireTwoFactor">Whether members need a second factor.</param>
/// <param name="MaxLiveKeyDays">The longest life of a live key in days, 1 to <see cref="MaxDays"/>; null if it may live forever.</param>
/// <param name="DevelopersCreateLiveKeys">Whether developers may create live keys. Admins and owners always may.</param>
/// <param name="LiveKeysNeedAllowList">Whether a live key needs an allow-list.</param>
/// <param name="LiveWriteKeysNeedApproval">Whether a live key with <c>write</c> works only once an admin has approved it. One that an admin
/// creates needs none.</param>
public sealed record OrganizationPolicies(
    bool RequireTwoFactor = false, int? MaxLiveKeyDays = null, bool DevelopersCreateLiveKeys = true, bool LiveKeysNeedAllowList = false,
    bool LiveWriteKeysNeedApproval = false)
{
    /// <summary>The maximum of <see cref="MaxLiveKeyDays"/>.</summary>
    public const int MaxDays = 3650;

    /// <summary>No demands.</summary>
    public static OrganizationPolicies None { get; } = new();

    /// <summary>The policies of an organization.</summary>
    internal static OrganizationPolicies Of(Organization organization) => new(
        organization.RequireTwoFactor, organization.MaxLiveKeyDays, !organization.LiveKeysByAdmins, organization.LiveKeysNeedAllowList,
        organization.LiveWriteKeysNeedApproval);

    /// <summary>Returns the last day (UTC) on which a live key created at a time may work, or null if there is none.</summary>
    /// <param name="createdAt">When the key was created, UTC.</param>
    public DateOnly? LastDay(DateTimeOffset createdAt) =>
        MaxLiveKeyDays is { } days ? DateOnly.FromDateTime(createdAt.UtcDateTime).AddDays(days) : null;

    /// <summary>Returns the latest expiry of a live key created at a time: the end of its last day, UTC. Null if there is none.</summary>
    /// <param name="createdAt">When the key was created, UTC.</param>
    public DateTimeOffset? LatestExpiry(DateTimeOffset createdAt) =>
        LastDay(createdAt) is { } last ? new(last.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero) : null;
}
