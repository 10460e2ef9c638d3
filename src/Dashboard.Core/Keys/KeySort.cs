namespace Dashboard.Core.Keys;

/// <summary>The sort orders of a list of keys.</summary>
public enum KeySort
{
    /// <summary>By creation time.</summary>
    CreatedAt,

    /// <summary>By name, case-insensitively.</summary>
    Name,

    /// <summary>By last use. Keys that have never been used count as the oldest.</summary>
    LastUsedAt,

    /// <summary>By expiry date. Keys that never expire come last.</summary>
    ExpiresAt,
}

/// <summary>The names of <see cref="KeySort"/> values.</summary>
public static class KeySorts
{
    /// <summary>Returns the name of <paramref name="sort"/>: <c>created_at</c>, <c>name</c>, <c>last_used_at</c> or
    /// <c>expires_at</c>.</summary>
    public static string ToWireName(this KeySort sort) => sort switch
    {
        KeySort.Name => "name",
        KeySort.LastUsedAt => "last_used_at",
        KeySort.ExpiresAt => "expires_at",
        _ => "created_at",
    };

    /// <summary>Parses a name that <see cref="ToWireName"/> returns.</summary>
    public static bool TryParse(string? word, out KeySort sort)
    {
        foreach (var known in Enum.GetValues<KeySort>())
        {
            if (known.ToWireName() == word)
            {
                sort = known;
                return true;
            }
        }

        sort = default;
        return false;
    }
}

/// <summary>The partitions of a project's keys. A list merges one or more of them, so that an index returns each partition in order and
/// keys that the list does not show are not read.</summary>
public static class KeyListPartition
{
    /// <summary>Unrevoked live keys.</summary>
    public const int Live = 0;

    /// <summary>Unrevoked test keys.</summary>
    public const int Test = 1;

    /// <summary>Revoked live keys.</summary>
    public const int RevokedLive = 2;

    /// <summary>Revoked test keys.</summary>
    public const int RevokedTest = 3;

    /// <summary>The offset of the partitions of managed keys. This value itself is that of unrevoked live managed keys.</summary>
    public const int Managed = 4;

    /// <summary>The same rule in SQL that every provider supports.</summary>
    internal const string Sql = "CASE WHEN \"State\" = 'revoked' THEN 2 ELSE 0 END + CASE WHEN \"Environment\" = 'test' THEN 1 ELSE 0 END + CASE WHEN \"OwnerType\" = 'app' THEN 4 ELSE 0 END";

    /// <summary>The keys that count toward a project's limit, unless they have expired.</summary>
    internal static readonly int[] Counted = [Live, Test];

    /// <summary>All unrevoked keys, including managed ones.</summary>
    internal static readonly int[] Unrevoked = [Live, Test, Managed + Live, Managed + Test];

    /// <summary>Returns the partition of a key.</summary>
    /// <param name="state">The stored state.</param>
    /// <param name="owner">The type of the owner.</param>
    public static int Of(KeyEnvironment environment, KeyState state, PartyType owner) =>
        (state == KeyState.Revoked ? RevokedLive : Live) + (environment == KeyEnvironment.Test ? Test : Live) + (owner == PartyType.PublishedApp ? Managed : Live);

    /// <summary>Returns the partitions of a list.</summary>
    /// <param name="environment">The environment to list, or null for both.</param>
    /// <param name="includeRevoked">Whether to include revoked keys.</param>
    /// <param name="includeManaged">Whether to include managed keys.</param>
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
