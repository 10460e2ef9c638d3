using Dashboard.Api;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;

namespace Dashboard.Verification;

/// <summary>What a good credential is and may do.</summary>
class PrincipalAnswer
{
    readonly Principal principal;

    internal PrincipalAnswer(Principal principal) => this.principal = principal;

    [Field("Always true: the credential is good.", Example = "true")]
    public bool Valid { get; } = true;

    [Field("Always valid.", Words = ["valid"])]
    public string Code { get; } = "valid";

    [Field("The key's public identifier; of an access token its jti.", Example = "\"Ab12CdEf\"")]
    public string KeyId => principal.KeyId;

    [Field("The organization's slug.", Example = "\"acme\"")]
    public string Organization => principal.Organization;

    [Field("The project, as organization/project; null for an access token, which is good in all that its owner reaches.", Example = "\"acme/orders\"")]
    public string? Project => principal.Project;

    [Field("The environment it is bound to, live or test; null for an access token, which is bound to none unless the host is.", Example = "\"live\"")]
    public string? Environment => principal.Environment?.ToWireName();

    [Field("Who owns it.")]
    public PartyAnswer Owner => new(principal.Owner);

    [Field("What it may do; what an access token may do to some kinds of resource only, as permission:kind-in-plural.", Example = "[\"read\", \"execute\"]")]
    public IReadOnlyList<string> Permissions => principal.Permissions;

    [Field("The resources it reaches: \"all\" of its project, or a list of kind:id.")]
    public ScopeAnswer Scope => new(principal.Scope);

    [Field("From when on it is refused; null for never.", Example = "\"2027-01-31T00:00:00.000Z\"")]
    public DateTimeOffset? ExpiresAt => principal.ExpiresAt;
}
