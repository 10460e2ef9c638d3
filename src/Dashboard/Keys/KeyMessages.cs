using Dashboard.Api;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Core.Keys.Listing;

namespace Dashboard.Keys;

/// <summary>The request body to create a key.</summary>
sealed record CreateKeyRequest(
    [Field("The display name, 1 to 100 characters.", Example = "\"backend\"", Min = 1, Max = Names.MaxLength)] string Name,
    [Field("The project, as organization/project. Defaults to the caller's only project.", Example = "\"acme/orders\"")]
    string? Project = null,
    [Field("The environment of the key. It cannot be changed later.", Example = "\"test\"")]
    KeyEnvironment Environment = KeyEnvironment.Live,
    [Field("Limits the key to the workflow with this id. Cannot be combined with resources.", Example = "\"order-intake\"")]
    string? WorkflowId = null,
    [Field(
        "Limits the key to these resources, each as kind:id. Defaults to the whole project.",
        Example = "[\"workflow:order-intake\"]", Min = 1, Max = 1000)]
    IReadOnlyList<string>? Resources = null,
    [Field("Its permissions. Defaults to every permission in the catalog.", Example = "[\"read\", \"execute\"]", Min = 1)]
    IReadOnlyList<string>? Permissions = null,
    [Field("When it expires, in the future. Defaults to never.", Example = "\"2027-01-31T00:00:00.000Z\"")]
    DateTimeOffset? ExpiresAt = null,
    [Field(
        "The service account that owns the key and limits its permissions. Defaults to the caller.",
        Example = "\"sa_Ab12CdEfGh34IjKl\"")]
    string? ServiceAccountId = null,
    [Field(
        "The IP addresses and networks (CIDR) that it may be used from. Defaults to any.",
        Example = "[\"203.0.113.7\", \"2001:db8::/32\"]", Min = 1, Max = AddressList.MaxNetworks)]
    IReadOnlyList<string>? AllowedIps = null,
    [Field(
        "The maximum number of requests per minute on each node. Defaults to no limit.",
        Example = "600", Min = 1, Max = KeyLimits.MaxRequestsPerMinute)]
    int? RequestsPerMinute = null,
    [Field("Where the key is stored. Defaults to no note.", Example = "\"GitHub secret DEPLOY_KEY\"", Max = ApiKey.MaxNoteLength)]
    string? Note = null)
{
    const string WorkflowKind = "workflow";

    /// <summary>Converts the body to a command, or returns an error if it sets both workflow_id and resources.</summary>
    public Result<NewKey> ToNewKey() => WorkflowId is not null && Resources is not null
        ? Error.Invalid("workflow_id", "Send workflow_id or resources, not both.")
        : new NewKey(
            Project, Name, Environment, WorkflowId is null ? Resources : [$"{WorkflowKind}:{WorkflowId}"], Permissions, ExpiresAt,
            ServiceAccountId,
            AllowedIps: AllowedIps, RequestsPerMinute: RequestsPerMinute, Note: Note);

    /// <summary>Renames the fields of an error to those that the body used.</summary>
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

/// <summary>The request body to change a key. Omitted members keep their value.</summary>
sealed record ChangeKeyRequest(
    [Field("The display name, 1 to 100 characters.", Example = "\"backend-2027\"", Min = 1, Max = Names.MaxLength)]
    Optional<string> Name = default,
    [Field("Enables or disables the key.", Example = "\"inactive\"", Words = ["active", "inactive"])] Optional<KeyState> State = default,
    [Field("The permissions to keep. Permissions can only be removed.", Example = "[\"read\"]", Min = 1)]
    Optional<IReadOnlyList<string>> Permissions = default,
    [Field("When it expires, in the future; null for never.", Example = "\"2027-01-31T00:00:00.000Z\"")]
    Optional<DateTimeOffset?> ExpiresAt = default,
    [Field(
        "The IP addresses and networks (CIDR) that it may be used from; null for any.",
        Example = "[\"203.0.113.7\", \"2001:db8::/32\"]", Min = 1, Max = AddressList.MaxNetworks)]
    Optional<TextList?> AllowedIps = default,
    [Field(
        "The maximum number of requests per minute on each node; null for no limit.",
        Example = "600", Min = 1, Max = KeyLimits.MaxRequestsPerMinute)]
    Optional<int?> RequestsPerMinute = default,
    [Field("Where the key is stored; null for no note.", Example = "\"GitHub secret DEPLOY_KEY\"", Max = ApiKey.MaxNoteLength)]
    Optional<NullableText?> Note = default)
{
    /// <summary>Converts the body to a patch, or returns an error if it is empty.</summary>
    public Result<KeyPatch> ToPatch() =>
        Name.IsSet || State.IsSet || Permissions.IsSet || ExpiresAt.IsSet || AllowedIps.IsSet || RequestsPerMinute.IsSet || Note.IsSet
        ? new KeyPatch(
            Name.Map<string?>(x => x, null), State.Map<KeyState?>(x => x, null), Permissions.Map<IReadOnlyList<string>?>(x => x, null),
            ExpiresAt.Map<Expiry?>(x => new(x), null), ToLimits(), Note.Map<string?>(x => x?.Text ?? "", null))
        : new Error(
            ErrorCode.InvalidRequest,
            "Nothing to change. Send name, state, permissions, expires_at, allowed_ips, requests_per_minute or note.");

    KeyLimits ToLimits()
    {
        var limits = AllowedIps.Map(x => new KeyLimits { AllowedIps = x?.Items }, new());
        return RequestsPerMinute.Map(x => limits with { RequestsPerMinute = x }, limits);
    }
}

/// <summary>The query of a revocation.</summary>
sealed record RevokeKeyRequest(
    [Field(
        "Why: key_compromise, superseded, cessation_of_operation, privilege_withdrawn or affiliation_changed, as in RFC 5280, or other text.",
        Example = "\"superseded\"", Max = RevocationReasons.MaxLength)]
    string? Reason = null);

/// <summary>The request body to find the key that a string is.</summary>
sealed record WhichKeyRequest(
    [Field("The full key. Surrounding white space is ignored.", Example = "\"nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH\"")]
    string Key);

/// <summary>The query of the key list.</summary>
sealed record KeyListRequest(
    [Field("The project, as organization/project. Defaults to the caller's only project.", Example = "\"acme/orders\"")]
    string? Project = null,
    [Field("Whether to include revoked keys.")] bool IncludeRevoked = false,
    [Field("Part of the name or note, or the start of prefix or key_id.", Example = "\"backend\"")] string? Search = null,
    [Field("List only keys of this environment.")] KeyEnvironment? Environment = null,
    [Field("The sort order. Keys that were never used sort as used longest ago, keys that never expire as expiring last.")]
    KeySort Sort = KeySort.CreatedAt,
    [Field(
        "Whether to sort in descending order. Defaults to true for created_at and last_used_at, and false for name and expires_at.",
        Example = "true")]
    bool? Descending = null,
    [Field("The next_cursor of the previous page.", Example = ListExamples.Cursor)] string? Cursor = null,
    [Field("The maximum number of items on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit,
    [Field("Whether to include managed keys, which belong to published apps.")] bool IncludeManaged = false,
    [Field("List only keys in this state. With revoked, include_revoked is implied.", Example = "\"active\"")] KeyState? State = null,
    [Field("List only keys that the caller owns.", Example = "\"me\"", Words = ["me"])] string? Owner = null,
    [Field("List only keys that still work and expire within this number of days, 1d to 3650d.", Example = "\"30d\"")]
    string? ExpiringWithin = null,
    [Field(
        "List only keys that were created at least this number of days ago and not used since then, 1d to 3650d.", Example = "\"90d\"")]
    string? UnusedFor = null,
    [Field("Whether to list only keys that have never been used.")] bool NeverUsed = false,
    [Field("List only keys with this permission.", Example = "\"write\"")] string? Permission = null)
{
    const string Days = "Use a number of days from 1d to 3650d, such as 30d.";

    /// <summary>Converts the query, or returns an error by field.</summary>
    public Result<KeyQuery> ToQuery()
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Owner is not null and not "me")
        {
            errors["owner"] = "Use me.";
        }

        var (ahead, back) = (KeyFilter.ParseDays(ExpiringWithin), KeyFilter.ParseDays(UnusedFor));
        if (ExpiringWithin is not null && ahead is null)
        {
            errors["expiring_within"] = Days;
        }

        if (UnusedFor is not null && back is null)
        {
            errors["unused_for"] = Days;
        }

        return errors.Count > 0 ? Error.Invalid(errors) : new KeyQuery(
            Project, IncludeRevoked, Search, Environment, Cursor, Limit, Sort, Descending
                ?? Sort is KeySort.CreatedAt or KeySort.LastUsedAt,
            IncludeManaged, new(State, Owner is not null, ahead, back, NeverUsed, Permission));
    }
}

/// <summary>A key, without its secret.</summary>
class KeyAnswer
{
    readonly KeySummary key;

    internal KeyAnswer(KeySummary key) => this.key = key;

    [Field("The display name.", Example = "\"backend\"")]
    public string Name => key.Name;

    [Field("The public identifier, unique within the installation.", Example = "\"Ab12CdEf\"")]
    public string KeyId => key.KeyId;

    [Field("The start of the key, which identifies it but grants no access.", Example = "\"nk_live_Ab12CdEf\"")]
    public string Prefix => key.Prefix;

    [Field("The project, as organization/project.", Example = "\"acme/orders\"")]
    public string Project => key.Project;

    [Field("The environment.")]
    public KeyEnvironment Environment => key.Environment;

    [Field("The resources that it has access to: \"all\" of its project, or a list of kind:id.")]
    public ScopeAnswer Scope => new(key.Scope);

    [Field("The permissions.", Example = "[\"read\", \"execute\"]")]
    public IReadOnlyList<string> Permissions => key.Permissions;

    [Field("The owner.")]
    public PartyAnswer Owner => new(key.Owner);

    [Field("The current state.")]
    public KeyState State => key.State;

    [Field("When it was created.", Example = "\"2026-11-21T09:30:00.000Z\"")]
    public DateTimeOffset CreatedAt => key.CreatedAt;

    [Field("The creator.")]
    public PartyAnswer CreatedBy => new(key.CreatedBy);

    [Field("When it was last accepted, accurate to the minute; null if never.", Example = "\"2026-11-21T12:04:05.678Z\"")]
    public DateTimeOffset? LastUsedAt => key.LastUsedAt;

    [Field("The network that it was last accepted from, or null.", Example = "\"10.2.7.0/24\"")]
    public string? LastUsedFrom => key.LastUsedFrom;

    [Field("When it expires; null for never.", Example = "\"2027-01-31T00:00:00.000Z\"")]
    public DateTimeOffset? ExpiresAt => key.ExpiresAt;

    [Field(
        "The IP addresses and networks (CIDR) that it may be used from; null for any.",
        Example = "[\"203.0.113.7/32\", \"2001:db8::/32\"]")]
    public IReadOnlyList<string>? AllowedIps => key.AllowedIps;

    [Field("The maximum number of requests per minute on each node; null for no limit.", Example = "600")]
    public int? RequestsPerMinute => key.RequestsPerMinute;

    [Field("Where the key is stored; null for no note.", Example = "\"GitHub secret DEPLOY_KEY\"")]
    public string? Note => key.Note;

    [Field("When it was revoked, or null.", Example = "\"2026-12-01T08:00:00.000Z\"")]
    public DateTimeOffset? RevokedAt => key.RevokedAt;

    [Field("Why it was revoked; null if it is not, or no reason was given.", Example = "\"superseded\"")]
    public string? RevocationReason => key.RevocationReason;

    [Field("pending while the key waits for the approval of an admin and is inactive until then, or null.", Example = "\"pending\"")]
    public string? Approval => key.AwaitsApproval ? "pending" : null;
}

/// <summary>A new key. The only response that contains the secret.</summary>
sealed class IssuedKeyAnswer : KeyAnswer
{
    readonly KeySecret secret;

    internal IssuedKeyAnswer(IssuedKey issued)
        : base(issued.Key) => secret = issued.Secret;

    [Field("The full key. Returned only in this response.", Example = "\"nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH\"")]
    public string RawKey => secret.Reveal();
}
