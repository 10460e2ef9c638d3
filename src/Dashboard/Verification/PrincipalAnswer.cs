using Dashboard.Api;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;

namespace Dashboard.Verification;

/// <summary>The identity and permissions of a valid credential.</summary>
class PrincipalAnswer
{
    readonly Principal principal;

    internal PrincipalAnswer(Principal principal) => this.principal = principal;

    [Field("Always true.", Example = "true")]
    public bool Valid { get; } = true;

    [Field("Always valid.", Words = ["valid"])]
    public string Code { get; } = "valid";

    [Field("The key's public identifier; for an access token its jti.", Example = "\"Ab12CdEf\"")]
    public string KeyId => principal.KeyId;

    [Field("The organization's slug.", Example = "\"acme\"")]
    public string Organization => principal.Organization;

    [Field(
        "The project, as organization/project; null for an access token, which is valid in all projects of its owner.",
        Example = "\"acme/orders\"")]
    public string? Project => principal.Project;

    [Field("live or test; null for an access token, unless the host is bound to an environment.", Example = "\"live\"")]
    public string? Environment => principal.Environment?.ToWireName();

    [Field("The owner.")]
    public PartyAnswer Owner => new(principal.Owner);

    [Field(
        "The permissions. Those of an access token that cover only some kinds of resources have the form permission:kinds.",
        Example = "[\"read\", \"execute\"]")]
    public IReadOnlyList<string> Permissions => principal.Permissions;

    [Field("The resources that it has access to: \"all\" of its project, or a list of kind:id.")]
    public ScopeAnswer Scope => new(principal.Scope);

    [Field("When it expires; null for never.", Example = "\"2027-01-31T00:00:00.000Z\"")]
    public DateTimeOffset? ExpiresAt => principal.ExpiresAt;
}
