using Dashboard.Api;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Core.Keys.Listing;

namespace Dashboard.Keys;

/// <summary>The body that creates a key.</summary>
sealed record CreateKeyRequest(
    [Field("What people call it, 1 to 100 characters.", Example = "\"backend\"")] string Name,
    [Field("The project, as organization/project. Left out: the caller's only one.", Example = "\"acme/orders\"")] string? Project = null,
    [Field("The environment it is bound to, for ever.", Example = "\"test\"")] KeyEnvironment Environment = KeyEnvironment.Live,
    [Field("Narrows the key to one workflow by its id. Not together with resources.", Example = "\"order-intake\"")] string? WorkflowId = null,
    [Field("Narrows the key to these resources, each as kind:id. Left out: all of the project.", Example = "[\"workflow:order-intake\"]", Min = 1, Max = 1000)]
    IReadOnlyList<string>? Resources = null,
    [Field("What it may do. Left out: all that the installation's catalog has.", Example = "[\"read\", \"execute\"]", Min = 1)] IReadOnlyList<string>? Permissions = null,
    [Field("From when on it is refused, in the future. Left out: never.", Example = "\"2027-01-31T00:00:00.000Z\"")] DateTimeOffset? ExpiresAt = null,
    [Field("The service account that owns it; what it may do, the key may at most. Left out: the caller.", Example = "\"sa_Ab12CdEfGh34IjKl\"")] string? ServiceAccountId = null,
    [Field("The addresses and networks (CIDR, IPv4 and IPv6) that it may be used from. Left out: all.", Example = "[\"203.0.113.7\", \"2001:db8::/32\"]", Min = 1, Max = AddressList.MaxNetworks)]
    IReadOnlyList<string>? AllowedIps = null,
    [Field("The most requests it is accepted for in a minute, on each node. Left out: no limit.", Example = "600", Min = 1, Max = KeyLimits.MaxRequestsPerMinute)]
    int? RequestsPerMinute = null)
{
    const string WorkflowKind = "workflow";

    /// <summary>What the domain is asked for, or what is wrong with the two ways to narrow a key.</summary>
    public Result<NewKey> ToNewKey() => WorkflowId is not null && Resources is not null
        ? Error.Invalid("workflow_id", "Send workflow_id or resources, not both.")
        : new NewKey(Project, Name, Environment, WorkflowId is null ? Resources : [$"{WorkflowKind}:{WorkflowId}"], Permissions, ExpiresAt, ServiceAccountId,
            AllowedIps: AllowedIps, RequestsPerMinute: RequestsPerMinute);

    /// <summary>A fault by the names that the body used.</summary>
    public Error Rename(Error fault)
    {
        if (WorkflowId is null || fault.Errors is not { } errors || !errors.TryGetValue("resources", out var error))
        {
            return fault;
        }

        var renamed = errors.ToDictionary(StringComparer.Ordinal);
        renamed.Remove("resources");
        renamed["workflow_id"] = error;
        return fault with { Errors = renamed };
    }
}

/// <summary>The body that changes a key. What is left out stays.</summary>
sealed record ChangeKeyRequest(
    [Field("What people call it, 1 to 100 characters.", Example = "\"backend-2027\"")] Optional<string> Name = default,
    [Field("Switches the key off or on.", Example = "\"inactive\"", Words = ["active", "inactive"])] Optional<KeyState> State = default,
    [Field("Fewer permissions than it has.", Example = "[\"read\"]", Min = 1)] Optional<IReadOnlyList<string>> Permissions = default,
    [Field("From when on it is refused, in the future; null for never.", Example = "\"2027-01-31T00:00:00.000Z\"")] Optional<DateTimeOffset?> ExpiresAt = default,
    [Field("The addresses and networks that it may be used from; null for all.", Example = "[\"203.0.113.7\", \"2001:db8::/32\"]", Min = 1, Max = AddressList.MaxNetworks)]
    Optional<TextList?> AllowedIps = default,
    [Field("The most requests it is accepted for in a minute, on each node; null for no limit.", Example = "600", Min = 1, Max = KeyLimits.MaxRequestsPerMinute)]
    Optional<int?> RequestsPerMinute = default)
{
    /// <summary>What the domain is asked for, or that nothing is.</summary>
    public Result<KeyPatch> ToPatch() => Name.IsSet || State.IsSet || Permissions.IsSet || ExpiresAt.IsSet || AllowedIps.IsSet || RequestsPerMinute.IsSet
        ? new KeyPatch(
            Name.Map<string?>(x => x, null), State.Map<KeyState?>(x => x, null), Permissions.Map<IReadOnlyList<string>?>(x => x, null),
            ExpiresAt.Map<Expiry?>(x => new(x), null), ToLimits())
        : new Error(ErrorCode.InvalidRequest, "Nothing is to change. Send name, state, permissions, expires_at, allowed_ips or requests_per_minute.");

    KeyLimits ToLimits()
    {
        var limits = AllowedIps.Map(x => new KeyLimits { AllowedIps = x?.Items }, new());
        return RequestsPerMinute.Map(x => limits with { RequestsPerMinute = x }, limits);
    }
}

/// <summary>The body that asks which key a found string is.</summary>
sealed record WhichKeyRequest(
    [Field("The found string, a whole key. White space around it does not matter.", Example = "\"nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH\"")] string Key);

/// <summary>Which keys a list shows.</summary>
sealed record KeyListRequest(
    [Field("The project, as organization/project. Left out: the caller's only one.", Example = "\"acme/orders\"")] string? Project = null,
    [Field("Whether revoked keys are listed too.")] bool IncludeRevoked = false,
    [Field("A part of the name, or the beginning of prefix or key_id.", Example = "\"backend\"")] string? Search = null,
    [Field("Only keys of this environment.")] KeyEnvironment? Environment = null,
    [Field("What they are sorted by. Keys that were never used count as used longest ago, those that never expire as expiring last.")] KeySort Sort = KeySort.CreatedAt,
    [Field("Whether the greatest or latest comes first. Left out: true for created_at and last_used_at, false for name and expires_at.", Example = "true")] bool? Descending = null,
    [Field("The next_cursor of the page before.", Example = ListExamples.Cursor)] string? Cursor = null,
    [Field("The most rows on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit,
    [Field("Whether managed keys are listed too: those that published apps minted for themselves.")] bool IncludeManaged = false)
{
    public KeyQuery ToQuery() => new(
        Project, IncludeRevoked, Search, Environment, Cursor, Limit, Sort, Descending ?? Sort is KeySort.CreatedAt or KeySort.LastUsedAt, IncludeManaged);
}

/// <summary>A key. No secret is in it.</summary>
class KeyAnswer
{
    readonly KeySummary key;

    internal KeyAnswer(KeySummary key) => this.key = key;

    [Field("What people call it.", Example = "\"backend\"")]
    public string Name => key.Name;

    [Field("The public identifier, unique in the installation.", Example = "\"Ab12CdEf\"")]
    public string KeyId => key.KeyId;

    [Field("The beginning of its text, which identifies it and opens nothing.", Example = "\"nk_live_Ab12CdEf\"")]
    public string Prefix => key.Prefix;

    [Field("Its project, as organization/project.", Example = "\"acme/orders\"")]
    public string Project => key.Project;

    [Field("The environment it is bound to.")]
    public KeyEnvironment Environment => key.Environment;

    [Field("The resources it reaches: \"all\" of its project, or a list of kind:id.")]
    public ScopeAnswer Scope => new(key.Scope);

    [Field("What it may do.", Example = "[\"read\", \"execute\"]")]
    public IReadOnlyList<string> Permissions => key.Permissions;

    [Field("Who owns it.")]
    public PartyAnswer Owner => new(key.Owner);

    [Field("What it counts as now.")]
    public KeyState State => key.State;

    [Field("When it was created.", Example = "\"2026-11-21T09:30:00.000Z\"")]
    public DateTimeOffset CreatedAt => key.CreatedAt;

    [Field("Who created it.")]
    public PartyAnswer CreatedBy => new(key.CreatedBy);

    [Field("When it was last accepted, right to the minute; null for never.", Example = "\"2026-11-21T12:04:05.678Z\"")]
    public DateTimeOffset? LastUsedAt => key.LastUsedAt;

    [Field("The network it was last accepted from, or null.", Example = "\"10.2.7.0/24\"")]
    public string? LastUsedFrom => key.LastUsedFrom;

    [Field("From when on it is refused; null for never.", Example = "\"2027-01-31T00:00:00.000Z\"")]
    public DateTimeOffset? ExpiresAt => key.ExpiresAt;

    [Field("The addresses and networks that it may be used from; null for all.", Example = "[\"203.0.113.7/32\", \"2001:db8::/32\"]")]
    public IReadOnlyList<string>? AllowedIps => key.AllowedIps;

    [Field("The most requests it is accepted for in a minute, on each node; null for no limit.", Example = "600")]
    public int? RequestsPerMinute => key.RequestsPerMinute;

    [Field("When it was revoked, or null.", Example = "\"2026-12-01T08:00:00.000Z\"")]
    public DateTimeOffset? RevokedAt => key.RevokedAt;
}

/// <summary>A key that was just created. The only answer with a secret in it.</summary>
sealed class IssuedKeyAnswer : KeyAnswer
{
    readonly KeySecret secret;

    internal IssuedKeyAnswer(IssuedKey issued)
        : base(issued.Key) => secret = issued.Secret;

    [Field("The key itself. It is in this answer and never again anywhere.", Example = "\"nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH\"")]
    public string RawKey => secret.Reveal();
}
