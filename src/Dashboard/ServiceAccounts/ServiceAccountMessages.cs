using Dashboard.Api;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;

namespace Dashboard.ServiceAccounts;

/// <summary>The request body to create a service account.</summary>
sealed record CreateServiceAccountRequest(
    [Field(
        "The display name, 1 to 100 characters. Its first key gets the same name.",
        Example = "\"gateway\"", Min = 1, Max = Names.MaxLength)]
    string Name,
    [Field(
        "What it is for, up to 500 characters.",
        Example = "\"Verifies keys for the public API.\"", Max = ServiceAccount.MaxDescriptionLength)]
    string? Description = null,
    [Field(
        "Permissions from the catalog, and verify, which allows it to verify keys. Defaults to every permission in the catalog.",
        Example = "[\"verify\"]", Min = 1)]
    IReadOnlyList<string>? Permissions = null,
    [Field(
        "The projects of one organization that it has access to, as organization/project, or \"all\". Defaults to the caller's only " +
        "project.",
        Example = "[\"acme/orders\"]")]
    ScopeAnswer? Projects = null,
    [Field("The environment of its first key.")] KeyEnvironment Environment = KeyEnvironment.Live,
    [Field("The organization's slug, if projects is \"all\". Defaults to the caller's only organization.", Example = "\"acme\"")]
    string? Organization = null,
    [Field(
        "The owners, 1 to 10 user ids of members who can create keys. Defaults to the caller.",
        Example = "[\"0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11\"]", Min = 1, Max = ServiceAccountOwner.MaxPerAccount)]
    IReadOnlyList<string>? OwnerIds = null)
{
    public NewServiceAccount ToNew() =>
        new(
            Name, Description, Permissions, Projects is { } projects ? new ProjectChoice(projects.Resources) : null, Environment,
            Organization, OwnerIds);
}

/// <summary>The request body to change a service account. Omitted members keep their value.</summary>
sealed record ChangeServiceAccountRequest(
    [Field("The display name, 1 to 100 characters.", Example = "\"gateway\"", Min = 1, Max = Names.MaxLength)]
    Optional<string> Name = default,
    [Field(
        "What it is for, up to 500 characters.",
        Example = "\"Verifies keys for the public API.\"", Max = ServiceAccount.MaxDescriptionLength)]
    Optional<string> Description = default,
    [Field("The new permissions. Its keys can never do more.", Example = "[\"verify\"]", Min = 1)]
    Optional<IReadOnlyList<string>> Permissions = default,
    [Field(
        "The projects that it has access to, or \"all\". Its keys in other projects stop working until it has access again.",
        Example = "[\"acme/orders\"]")]
    Optional<ScopeAnswer> Projects = default,
    [Field("Enables or disables it, together with its keys.")] Optional<ServiceAccountState> State = default,
    [Field("The only owner from now on: short for owner_ids with one.", Example = "\"0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11\"", Max = 64)]
    Optional<string> OwnerId = default,
    [Field(
        "All owners from now on, 1 to 10 user ids: members who can create keys, and present owners who stay. Not together with owner_id.",
        Example = "[\"0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11\"]", Min = 1, Max = ServiceAccountOwner.MaxPerAccount)]
    Optional<IReadOnlyList<string>> OwnerIds = default)
{
    /// <summary>Converts the body to a patch, or returns an error if it is empty or names owners twice.</summary>
    public Result<ServiceAccountPatch> ToPatch() =>
        OwnerId.IsSet && OwnerIds.IsSet ? Error.Invalid("owner_id", "Send owner_id or owner_ids, not both.")
        : Name.IsSet || Description.IsSet || Permissions.IsSet || Projects.IsSet || State.IsSet || OwnerId.IsSet || OwnerIds.IsSet
        ? new ServiceAccountPatch(
            Name.Map<string?>(x => x, null), Description.Map<string?>(x => x, null), Permissions.Map<IReadOnlyList<string>?>(x => x, null),
            Projects.Map<ProjectChoice?>(x => new(x.Resources), null), State.Map<ServiceAccountState?>(x => x, null),
            OwnerIds.Map<IReadOnlyList<string>?>(x => x, OwnerId.Map<IReadOnlyList<string>?>(x => [x], null)))
        : new Error(
            ErrorCode.InvalidRequest, "Nothing to change. Send name, description, permissions, projects, state, owner_id or owner_ids.");

    /// <summary>Names the member of the body that an error is about.</summary>
    public Error ToError(Error error) => OwnerId.IsSet && error.Errors?.TryGetValue("owner_ids", out var message) == true
        ? Error.Invalid("owner_id", message) : error;
}

/// <summary>The query of the service account list.</summary>
sealed record ServiceAccountListRequest(
    [Field("The organization's slug. Defaults to the caller's only organization.", Example = "\"acme\"")] string? Organization = null,
    [Field("Part of the name, or the start of id or client_id.", Example = "\"gateway\"")] string? Search = null,
    [Field("List only service accounts in this state.")] ServiceAccountState? State = null,
    [Field("The next_cursor of the previous page.", Example = ListExamples.Cursor)] string? Cursor = null,
    [Field("The maximum number of items on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit)
{
    public ServiceAccountQuery ToQuery() => new(Organization, Cursor, Limit, Search, State);
}

/// <summary>A service account, without its secrets.</summary>
class ServiceAccountAnswer
{
    readonly ServiceAccountSummary account;

    internal ServiceAccountAnswer(ServiceAccountSummary account) => this.account = account;

    [Field("The identifier.", Example = "\"sa_Ab12CdEfGh34IjKl\"")]
    public string Id => account.Id;

    [Field("The display name.", Example = "\"gateway\"")]
    public string Name => account.Name;

    [Field("What it is for; empty if there is no description.", Example = "\"Verifies keys for the public API.\"")]
    public string Description => account.Description;

    [Field("The organization's slug.", Example = "\"acme\"")]
    public string Organization => account.Organization;

    [Field("Its OAuth client id, which never changes.", Example = "\"latchkey-sa-Ab12CdEfGh34IjKl\"")]
    public string ClientId => account.ClientId;

    [Field("The permissions.", Example = "[\"read\", \"verify\"]")]
    public IReadOnlyList<string> Permissions => account.Permissions;

    [Field(
        "The projects that it has access to: \"all\" of the organization, or a list of organization/project.",
        Example = "[\"acme/orders\"]")]
    public ScopeAnswer Projects => new(account.Projects);

    [Field("The environment that it was created for.")]
    public KeyEnvironment Environment => account.Environment;

    [Field("The state.")]
    public ServiceAccountState State => account.State;

    [Field("When it was created.", Example = "\"2026-11-21T09:30:00.000Z\"")]
    public DateTimeOffset CreatedAt => account.CreatedAt;

    [Field("The creator.")]
    public PartyAnswer CreatedBy => new(account.CreatedBy);

    [Field("The first of owners.")]
    public OwnerAnswer Owner => new(account.Owners[0]);

    [Field("The owners, 1 to 10, in the order in which they became owners: the creator, unless an admin chose other members.")]
    public IReadOnlyList<OwnerAnswer> Owners => [.. account.Owners.Select(owner => new OwnerAnswer(owner))];

    [Field("The number of its API keys, except revoked ones.", Example = "2")]
    public int Keys => account.Keys;

    [Field("Its valid client secrets, newest first: at most two.")]
    public IReadOnlyList<ClientSecretAnswer> Secrets => [.. account.Secrets.Select(secret => new ClientSecretAnswer(secret))];

    [Field(
        "When one of its credentials was last accepted, accurate to the minute; null if never.",
        Example = "\"2026-11-21T12:04:05.678Z\"")]
    public DateTimeOffset? LastUsedAt => account.LastUsedAt;
}

/// <summary>An owner of a service account.</summary>
sealed class OwnerAnswer
{
    readonly ServiceAccountOwnerSummary owner;

    internal OwnerAnswer(ServiceAccountOwnerSummary owner) => this.owner = owner;

    [Field("The type.", Words = ["user"])]
    public PartyType Type => owner.User.Type;

    [Field("The identifier.", Example = "\"0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11\"")]
    public string Id => owner.User.Id;

    [Field("The display name.", Example = "\"Ada Lovelace\"")]
    public string Name => owner.User.Name;

    [Field(
        "Whether this owner has left the organization or is disabled. Admins and owners of the organization manage an account whose " +
        "owners have all left.",
        Example = "false")]
    public bool Left => owner.Left;
}

/// <summary>A client secret, without its value.</summary>
class ClientSecretAnswer
{
    readonly ClientSecretSummary secret;

    internal ClientSecretAnswer(ClientSecretSummary secret) => this.secret = secret;

    [Field("The identifier.", Example = "\"cs_Ab12CdEfGh34IjKl\"")]
    public string Id => secret.Id;

    [Field(
        "The start of the secret, which identifies it but grants no access; null for secrets from before hints were stored.",
        Example = "\"secret_ABCD\"")]
    public string? Hint => secret.Hint;

    [Field("When it was created.", Example = "\"2026-11-21T09:30:00.000Z\"")]
    public DateTimeOffset CreatedAt => secret.CreatedAt;

    [Field("When a token was last issued for it; null if never.", Example = "\"2026-11-21T12:04:05.678Z\"")]
    public DateTimeOffset? LastUsedAt => secret.LastUsedAt;
}

/// <summary>A new client secret. The only response that contains its value.</summary>
sealed class IssuedClientSecretAnswer : ClientSecretAnswer
{
    readonly IssuedClientSecret issued;

    internal IssuedClientSecretAnswer(IssuedClientSecret issued)
        : base(issued.Row) => this.issued = issued;

    [Field("The client id that the secret belongs to.", Example = "\"latchkey-sa-Ab12CdEfGh34IjKl\"")]
    public string ClientId => issued.Account.ClientId;

    [Field("The secret. Returned only in this response.", Example = "\"secret_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq\"")]
    public string ClientSecret => issued.Secret.Reveal();
}

/// <summary>A new service account. The only response that contains its secrets.</summary>
sealed class IssuedServiceAccountAnswer : ServiceAccountAnswer
{
    readonly IssuedServiceAccount issued;

    internal IssuedServiceAccountAnswer(IssuedServiceAccount issued)
        : base(issued.Account) => this.issued = issued;

    [Field(
        "The secret of its OAuth client. Returned only in this response.",
        Example = "\"secret_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq\"")]
    public string ClientSecret => issued.Secret.Reveal();

    [Field("The public identifier of its first key.", Example = "\"Ab12CdEf\"")]
    public string KeyId => issued.Key.Key.KeyId;

    [Field(
        "Its first key, in the first of its projects. Returned only in this response.",
        Example = "\"nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH\"")]
    public string RawKey => issued.Key.Secret.Reveal();
}
