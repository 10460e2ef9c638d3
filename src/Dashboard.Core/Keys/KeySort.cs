using System.Text.Json.Serialization;

namespace Dashboard.Core.Keys;

/// <summary>What a list of keys can be sorted by.</summary>
public enum KeySort
{
    /// <summary>When they were minted.</summary>
    [JsonStringEnumMemberName("created_at")]
    CreatedAt,

    /// <summary>Their names, small and capital letters alike.</summary>
    [JsonStringEnumMemberName("name")]
    Name,

    /// <summary>When they were last used; those that never were count as the oldest.</summary>
    [JsonStringEnumMemberName("last_used_at")]
    LastUsedAt,

    /// <summary>When they expire; those that never do come last.</summary>
    [JsonStringEnumMemberName("expires_at")]
    ExpiresAt,
}

/// <summary>The parts that a project's keys are listed in. A list is one of them, or several merged, so that an index gives each part in its order and
/// keys that a list does not show are not read for it.</summary>
public static class KeyListPartition
{
    /// <summary>Live keys that are not revoked.</summary>
    public const int Live = 0;

    /// <summary>Test keys that are not revoked.</summary>
    public const int Test = 1;

    /// <summary>Revoked live keys.</summary>
    public const int RevokedLive = 2;

    /// <summary>Revoked test keys.</summary>
    public const int RevokedTest = 3;

    /// <summary>What a managed key's part has more than the same part of other keys: live managed keys that are not revoked stand here.</summary>
    public const int Managed = 4;

    /// <summary>The same in words that every database has.</summary>
    internal const string Sql = "CASE WHEN \"State\" = 'revoked' THEN 2 ELSE 0 END + CASE WHEN \"Environment\" = 'test' THEN 1 ELSE 0 END + CASE WHEN \"OwnerType\" = 'app' THEN 4 ELSE 0 END";

    /// <summary>The keys that count against a project's limit, but for those that have expired.</summary>
    internal static readonly int[] Counted = [Live, Test];

    /// <summary>The keys that are not revoked, managed ones too.</summary>
    internal static readonly int[] Unrevoked = [Live, Test, Managed + Live, Managed + Test];

    /// <summary>Where a key stands.</summary>
    /// <param name="environment">Its environment.</param>
    /// <param name="state">Its stored state.</param>
    /// <param name="owner">What kind of thing owns it.</param>
    public static int Of(KeyEnvironment environment, KeyState state, PartyType owner) =>
        (state == KeyState.Revoked ? RevokedLive : Live) + (environment == KeyEnvironment.Test ? Test : Live) + (owner == PartyType.PublishedApp ? Managed : Live);

    /// <summary>The parts that a list is made of.</summary>
    /// <param name="environment">Its environment, or null for both.</param>
    /// <param name="includeRevoked">Whether it shows revoked keys.</param>
    /// <param name="includeManaged">Whether it shows managed keys.</param>
    public static IReadOnlyList<int> Of(KeyEnvironment? environment, bool includeRevoked, bool includeManaged)
    {
        IReadOnlyList<int> parts = (environment, includeRevoked) switch
        {
            (KeyEnvironment.Live, false) => [Live],
            (KeyEnvironment.Test, false) => [Test],
            (null, false) => [Live, Test],
            (KeyEnvironment.Live, true) => [Live, RevokedLive],
            (KeyEnvironment.Test, true) => [Test, RevokedTest],
            _ => [Live, Test, RevokedLive, RevokedTest],
        };
        return includeManaged ? [.. parts, .. parts.Select(part => Managed + part)] : parts;
    }
}
