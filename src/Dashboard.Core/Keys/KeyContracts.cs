using Dashboard.Core.Keys.Format;

namespace Dashboard.Core.Keys;

/// <summary>What is asked for when a key is created.</summary>
/// <param name="Project"><c>organization/project</c>; null for the caller's only one.</param>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Environment">The environment it is bound to.</param>
/// <param name="Resources">The resources it is narrowed to, as <c>kind:id</c>; null for all of its project.</param>
/// <param name="Permissions">Its permissions; null for all of the catalog.</param>
/// <param name="ExpiresAt">From when on it is expired; null for never.</param>
/// <param name="ServiceAccountId">The service account that owns it; null for the caller.</param>
/// <param name="IdempotencyKey">What makes a repeat of this request make nothing, for a day: 1 to 255 visible ASCII characters of the caller's choice (the header
/// <c>Idempotency-Key</c>); null for nothing.</param>
/// <param name="AllowedIps">The addresses and networks that it may be used from, as <see cref="AddressList"/> reads them; null for every address.</param>
/// <param name="RequestsPerMinute">The most requests that it is accepted for in a minute, on each node: 1 to <see cref="KeyLimits.MaxRequestsPerMinute"/>; null for no limit.</param>
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
    int? RequestsPerMinute = null)
{
    /// <summary>The published app that mints it for itself; null for every other key. Only apps say so.</summary>
    internal string? AppId { get; init; }
}

/// <summary>What is to change on a key. What is null stays.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="State"><see cref="KeyState.Active"/> or <see cref="KeyState.Inactive"/>.</param>
/// <param name="Permissions">Fewer than it has.</param>
/// <param name="ExpiresAt">An expiry date, or with <see cref="Expiry.Never"/> none.</param>
/// <param name="Limits">Where it may be used from, and how often.</param>
public sealed record KeyPatch(
    string? Name = null, KeyState? State = null, IReadOnlyList<string>? Permissions = null, Expiry? ExpiresAt = null, KeyLimits? Limits = null);

/// <summary>Where a key may be used from and how often, as it is to be from now on; what is not mentioned stays.</summary>
public sealed record KeyLimits
{
    /// <summary>The most that a limit of requests a minute can be.</summary>
    public const int MaxRequestsPerMinute = 1_000_000;

    /// <summary>Whether <see cref="AllowedIps"/> is to change.</summary>
    public bool SetsAllowedIps { get; private init; }

    /// <summary>The addresses and networks, or null for every address.</summary>
    public IReadOnlyList<string>? AllowedIps
    {
        get;
        init => (field, SetsAllowedIps) = (value, true);
    }

    /// <summary>Whether <see cref="RequestsPerMinute"/> is to change.</summary>
    public bool SetsRequestsPerMinute { get; private init; }

    /// <summary>The most requests that it is accepted for in a minute, on each node; null for no limit.</summary>
    public int? RequestsPerMinute
    {
        get;
        init => (field, SetsRequestsPerMinute) = (value, true);
    }
}

/// <summary>An expiry date that was asked for; told apart from one that was not mentioned.</summary>
/// <param name="At">The date, or null for never.</param>
public sealed record Expiry(DateTimeOffset? At)
{
    /// <summary>No expiry date.</summary>
    public static Expiry Never { get; } = new((DateTimeOffset?)null);
}

/// <summary>Somebody or something that owns or did.</summary>
/// <param name="Type">What kind of thing.</param>
/// <param name="Id">Its identifier.</param>
/// <param name="Name">What people call it; the identifier where it is gone.</param>
public sealed record Party(PartyType Type, string Id, string Name);

/// <summary>A key as lists and pages show it. No secret is in it.</summary>
/// <param name="KeyId">The public identifier.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Prefix">What lists show of its text.</param>
/// <param name="Project"><c>organization/project</c>.</param>
/// <param name="Environment">The environment it is bound to.</param>
/// <param name="Scope">The resources it is narrowed to, as <c>kind:id</c>; null for all of its project; empty when all of them are gone.</param>
/// <param name="Permissions">Its permissions.</param>
/// <param name="Owner">Who owns it.</param>
/// <param name="State">What it counts as now.</param>
/// <param name="CreatedAt">When it was minted, UTC.</param>
/// <param name="CreatedBy">Who minted it.</param>
/// <param name="LastUsedAt">When it was last accepted, UTC, or null.</param>
/// <param name="LastUsedFrom">The coarse client address of that, or null.</param>
/// <param name="ExpiresAt">From when on it is expired, UTC, or null.</param>
/// <param name="RevokedAt">When it was revoked, UTC, or null.</param>
/// <param name="AllowedIps">The networks that it may be used from; null for every address.</param>
/// <param name="RequestsPerMinute">The most requests that it is accepted for in a minute, on each node; null for no limit.</param>
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
    int? RequestsPerMinute = null);

/// <summary>A key that was just minted, with its secret. The only time that both are together.</summary>
/// <param name="key">The key as lists show it.</param>
/// <param name="secret">The raw key.</param>
public sealed class IssuedKey(KeySummary key, KeySecret secret)
{
    /// <summary>The key as lists show it.</summary>
    public KeySummary Key { get; } = key;

    /// <summary>The raw key; in memory only.</summary>
    public KeySecret Secret { get; } = secret;
}

/// <summary>How many keys of a project count against its limit.</summary>
/// <param name="Used">The active and inactive ones.</param>
/// <param name="Max">The most there may be.</param>
public sealed record Allowance(int Used, int Max)
{
    /// <summary>How many more may be created.</summary>
    public int Left => Math.Max(0, Max - Used);
}
