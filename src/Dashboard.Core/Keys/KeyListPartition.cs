namespace Dashboard.Core.Keys;

/// <summary>The parts that a project's keys are listed in. A list is one of them, or several merged, so that an index gives each part in
/// its order and keys that a list does not show are not read for it.</summary>
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
        (state == KeyState.Revoked ? RevokedLive : Live) + (environment == KeyEnvironment.Test ? Test : Live)
            + (owner == PartyType.PublishedApp ? Managed : Live);

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
