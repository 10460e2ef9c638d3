using Dashboard.Core.Keys.Format;

namespace Dashboard.Core.Keys;

/// <summary>The input for creating a key.</summary>
/// <param name="Project"><c>organization/project</c>; null if the caller has only one.</param>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Resources">The resources that the key is limited to, as <c>kind:id</c>; null for all of the project.</param>
/// <param name="Permissions">The permissions; null for all of the catalog.</param>
/// <param name="ExpiresAt">When the key expires; null for never.</param>
/// <param name="ServiceAccountId">The service account that owns the key; null for the caller.</param>
/// <param name="IdempotencyKey">The <c>Idempotency-Key</c> header, which makes the request idempotent for 24 hours: 1 to 255 visible ASCII
/// characters; null for none.</param>
/// <param name="AllowedIps">The allow-list of addresses and networks, in the format of <see cref="AddressList"/>; null to allow every
/// address.</param>
/// <param name="RequestsPerMinute">The maximum number of accepted requests per minute on each node: 1 to
/// <see cref="KeyLimits.MaxRequestsPerMinute"/>; null for no limit.</param>
/// <param name="Note">Where the key is stored, at most 500 characters; null or empty for none.</param>
public sealed record NewKey(
    string? Project,
    string Name,
    KeyEnvironment Environment = KeyEnvironment.Live,
    IReadOnlyList<string>? Resources = null,
    IReadOnlyList<string>? Permissions = null,
    DateTimeOffset? ExpiresAt = null,
    string? ServiceAccountId = null,
    string? IdempotencyKey = null,
    IReadOnlyList<string>? AllowedIps = null,
    int? RequestsPerMinute = null,
    string? Note = null)
{
    /// <summary>The published app that owns the key as a managed key, or null. Set only when an app is published.</summary>
    internal string? AppId { get; init; }
}

/// <summary>Changes to a key. Null members stay unchanged.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="State"><see cref="KeyState.Active"/> or <see cref="KeyState.Inactive"/>.</param>
/// <param name="Permissions">A subset of the current permissions.</param>
/// <param name="ExpiresAt">The expiry date, or <see cref="Expiry.Never"/> to remove it.</param>
/// <param name="Limits">Changes to the allow-list and the rate limit.</param>
/// <param name="Note">At most 500 characters; empty to remove the note.</param>
public sealed record KeyPatch(
    string? Name = null,
    KeyState? State = null,
    IReadOnlyList<string>? Permissions = null,
    Expiry? ExpiresAt = null,
    KeyLimits? Limits = null,
    string? Note = null);

/// <summary>Changes to the allow-list and the rate limit of a key. Members that are not set stay unchanged.</summary>
public sealed record KeyLimits
{
    /// <summary>The highest possible rate limit.</summary>
    public const int MaxRequestsPerMinute = 1_000_000;

    /// <summary>Whether to change <see cref="AllowedIps"/>.</summary>
    public bool SetsAllowedIps { get; private init; }

    /// <summary>The allow-list, or null to allow every address.</summary>
    public IReadOnlyList<string>? AllowedIps
    {
        get;
        init => (field, SetsAllowedIps) = (value, true);
    }

    /// <summary>Whether to change <see cref="RequestsPerMinute"/>.</summary>
    public bool SetsRequestsPerMinute { get; private init; }

    /// <summary>The maximum number of accepted requests per minute on each node, or null for no limit.</summary>
    public int? RequestsPerMinute
    {
        get;
        init => (field, SetsRequestsPerMinute) = (value, true);
    }
}

/// <summary>A requested expiry date, as opposed to one that is not specified.</summary>
/// <param name="At">The date, or null for never.</param>
public sealed record Expiry(DateTimeOffset? At)
{
    /// <summary>No expiry date.</summary>
    public static Expiry Never { get; } = new((DateTimeOffset?)null);
}

/// <summary>The owner or creator of something.</summary>
/// <param name="Name">The display name, or the identifier if the party no longer exists.</param>
public sealed record Party(PartyType Type, string Id, string Name);

/// <summary>A key as lists and pages show it. Contains no secret.</summary>
/// <param name="KeyId">The public identifier.</param>
/// <param name="Prefix">The part of the key that lists show.</param>
/// <param name="Project"><c>organization/project</c>.</param>
/// <param name="Scope">The resources that the key is limited to, as <c>kind:id</c>; null for all of the project; empty if all of them have
/// been deleted.</param>
/// <param name="State">The effective state.</param>
/// <param name="CreatedAt">When the key was created, UTC.</param>
/// <param name="LastUsedAt">When the key was last accepted, UTC, or null.</param>
/// <param name="LastUsedFrom">The network of that request, or null.</param>
/// <param name="ExpiresAt">When the key expires, UTC, or null.</param>
/// <param name="RevokedAt">When the key was revoked, UTC, or null.</param>
/// <param name="AllowedIps">The allow-list; null to allow every address.</param>
/// <param name="RequestsPerMinute">The maximum number of accepted requests per minute on each node; null for no limit.</param>
/// <param name="Note">Where the key is stored; null for no note.</param>
/// <param name="Restrictions">What an admin restricted on the key, so that its owner cannot loosen it; null for nothing.</param>
/// <param name="RevocationReason">Why the key was revoked; null if it is not, or no reason was given.</param>
/// <param name="AwaitsApproval">Whether the key waits for the approval of an admin.</param>
public sealed record KeySummary(
    string KeyId,
    string Name,
    string Prefix,
    string Project,
    KeyEnvironment Environment,
    IReadOnlyList<string>? Scope,
    IReadOnlyList<string> Permissions,
    Party Owner,
    KeyState State,
    DateTimeOffset CreatedAt,
    Party CreatedBy,
    DateTimeOffset? LastUsedAt,
    string? LastUsedFrom,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    IReadOnlyList<string>? AllowedIps = null,
    int? RequestsPerMinute = null,
    string? Note = null,
    AdminRestrictions? Restrictions = null,
    string? RevocationReason = null,
    bool AwaitsApproval = false);

/// <summary>What an admin restricted on another member's key.</summary>
/// <param name="Disabled">Whether only an admin can enable the key.</param>
/// <param name="AllowedIps">The allow-list that the owner's must lie within; null for none.</param>
/// <param name="RequestsPerMinute">The rate limit that the owner's must not exceed; null for none.</param>
public sealed record AdminRestrictions(bool Disabled, IReadOnlyList<string>? AllowedIps, int? RequestsPerMinute);

/// <summary>A new key with its secret. This is the only place where both are together.</summary>
/// <param name="secret">The raw key.</param>
public sealed class IssuedKey(KeySummary key, KeySecret secret)
{
    /// <summary>The key without its secret.</summary>
    public KeySummary Key { get; } = key;

    /// <summary>The raw key, in memory only.</summary>
    public KeySecret Secret { get; } = secret;
}

/// <summary>How many keys of a project count against its limit.</summary>
/// <param name="Used">The active and disabled ones.</param>
/// <param name="Max">The most there may be.</param>
public sealed record Allowance(int Used, int Max)
{
    /// <summary>How many more keys can be created.</summary>
    public int Left => Math.Max(0, Max - Used);
}
