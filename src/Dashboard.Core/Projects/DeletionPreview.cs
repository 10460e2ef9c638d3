namespace Dashboard.Core.Projects;

/// <summary>What a deletion would do to keys, for the question before it.</summary>
/// <param name="KeysRevoked">How many keys would be revoked.</param>
/// <param name="KeysUsedInLastHour">How many of these were used within the last hour.</param>
/// <param name="KeysNarrowed">How many keys would lose it and keep others.</param>
/// <param name="AppsUnpublished">How many of the keys that would be revoked are published apps' own: the apps would be unpublished.</param>
public sealed record DeletionPreview(int KeysRevoked, int KeysUsedInLastHour, int KeysNarrowed = 0, int AppsUnpublished = 0)
{
    /// <summary>What counts as used lately.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromHours(1);

    /// <summary>Whether something was used lately.</summary>
    /// <param name="usedAt">When it was last used, UTC, or null.</param>
    /// <param name="now">What it is told from, UTC.</param>
    public static bool IsRecent(DateTimeOffset? usedAt, DateTimeOffset now) => now - usedAt < Recent;
}
