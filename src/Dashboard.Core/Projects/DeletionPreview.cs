namespace Dashboard.Core.Projects;

/// <summary>The effect of a deletion on keys, for its confirmation.</summary>
/// <param name="KeysRevoked">The number of keys that would be revoked.</param>
/// <param name="KeysUsedInLastHour">The number of these that were used within the last hour.</param>
/// <param name="KeysNarrowed">The number of keys that would lose access to it and keep other resources.</param>
/// <param name="AppsUnpublished">The number of the revoked keys that belong to published apps, which would be unpublished.</param>
public sealed record DeletionPreview(int KeysRevoked, int KeysUsedInLastHour, int KeysNarrowed = 0, int AppsUnpublished = 0)
{
    /// <summary>The period that counts as recent use.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromHours(1);

    /// <summary>Returns whether something was used recently.</summary>
    /// <param name="usedAt">When it was last used, UTC, or null.</param>
    /// <param name="now">The current time, UTC.</param>
    public static bool IsRecent(DateTimeOffset? usedAt, DateTimeOffset now) => now - usedAt < Recent;
}
