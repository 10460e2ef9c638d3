namespace Dashboard.Core.Keys;

/// <summary>Why a key is revoked: a reason of RFC 5280 section 5.3.1 in snake case, or other text.</summary>
public static class RevocationReasons
{
    /// <summary>The maximum length of a reason, in Unicode scalar values.</summary>
    public const int MaxLength = 200;

    /// <summary>Somebody else may have the key.</summary>
    public const string KeyCompromise = "key_compromise";

    /// <summary>Another key takes its place.</summary>
    public const string Superseded = "superseded";

    /// <summary>What used it has ended.</summary>
    public const string CessationOfOperation = "cessation_of_operation";

    /// <summary>Its owner may no longer do this.</summary>
    public const string PrivilegeWithdrawn = "privilege_withdrawn";

    /// <summary>Its owner has another task.</summary>
    public const string AffiliationChanged = "affiliation_changed";

    /// <summary>The reasons of RFC 5280 that apply to keys.</summary>
    public static IReadOnlyList<string> All { get; } =
        [KeyCompromise, Superseded, CessationOfOperation, PrivilegeWithdrawn, AffiliationChanged];

    /// <summary>The stored form of a valid reason; null for none.</summary>
    internal static string? Of(string? reason) => string.IsNullOrWhiteSpace(reason) ? null : reason.Trim();
}
