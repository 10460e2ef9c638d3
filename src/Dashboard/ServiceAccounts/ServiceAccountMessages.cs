using Dashboard.Api;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;

namespace Dashboard.ServiceAccounts;

/// <summary>The body that creates a service account.</summary>
sealed record CreateServiceAccountRequest(
    [Field("What people call it, 1 to 100 characters. Its first key gets the same name.", Example = "\"gateway\"")] string Name,
    [Field("What it is for, up to 500 characters.", Example = "\"Verifies keys for the public API.\"", Max = ServiceAccount.MaxDescriptionLength)] string? Description = null,
    [Field("What it may do: of the catalog, and verify, which lets it ask whether keys are good. Left out: all of the catalog.", Example = "[\"verify\"]", Min = 1)]
    IReadOnlyList<string>? Permissions = null,
    [Field("The projects that it reaches, as organization/project and of one organization, or \"all\". Left out: the caller's only one.", Example = "[\"acme/orders\"]")]
    ScopeAnswer? Projects = null,
    [Field("The environment of its first key.")] KeyEnvironment Environment = KeyEnvironment.Live,
    [Field("With projects \"all\": the organization's slug. Left out: the caller's only one.", Example = "\"acme\"")] string? Organization = null)
{
    public NewServiceAccount ToNew() =>
        new(Name, Description, Permissions, Projects is { } projects ? new ProjectChoice(projects.Resources) : null, Environment, Organization);
}

/// <summary>The body that changes a service account. What is left out stays.</summary>
sealed record ChangeServiceAccountRequest(
    [Field("What people call it, 1 to 100 characters.", Example = "\"gateway\"")] Optional<string> Name = default,
    [Field("What it is for, up to 500 characters.", Example = "\"Verifies keys for the public API.\"", Max = ServiceAccount.MaxDescriptionLength)] Optional<string> Description = default,
    [Field("What it may do from now on. None of its keys can do more.", Example = "[\"verify\"]", Min = 1)] Optional<IReadOnlyList<string>> Permissions = default,
    [Field("The projects that it reaches from now on, or \"all\". Its keys in others are switched off meanwhile.", Example = "[\"acme/orders\"]")] Optional<ScopeAnswer> Projects = default,
    [Field("Switches it off or on, and its keys with it.")] Optional<ServiceAccountState> State = default)
{
    /// <summary>What the domain is asked for, or that nothing is.</summary>
    public Result<ServiceAccountPatch> ToPatch() => Name.IsSet || Description.IsSet || Permissions.IsSet || Projects.IsSet || State.IsSet
        ? new ServiceAccountPatch(
            Name.Map<string?>(x => x, null), Description.Map<string?>(x => x, null), Permissions.Map<IReadOnlyList<string>?>(x => x, null),
            Projects.Map<ProjectChoice?>(x => new(x.Resources), null), State.Map<ServiceAccountState?>(x => x, null))
        : new Error(ErrorCode.InvalidRequest, "Nothing is to change. Send name, description, permissions, projects or state.");
}

/// <summary>Which service accounts a list shows.</summary>
sealed record ServiceAccountListRequest(
    [Field("The organization's slug. Left out: the caller's only one.", Example = "\"acme\"")] string? Organization = null,
    [Field("A part of the name, or the beginning of id or client_id.", Example = "\"gateway\"")] string? Search = null,
    [Field("Only those of this state.")] ServiceAccountState? State = null,
    [Field("The next_cursor of the page before.", Example = ListExamples.Cursor)] string? Cursor = null,
    [Field("The most rows on a page.", Min = 1, Max = Page.MaxLimit)] int Limit = Page.DefaultLimit)
{
    public ServiceAccountQuery ToQuery() => new(Organization, Cursor, Limit, Search, State);
}

/// <summary>A service account. No secret is in it.</summary>
class ServiceAccountAnswer
{
    readonly ServiceAccountSummary account;

    internal ServiceAccountAnswer(ServiceAccountSummary account) => this.account = account;

    [Field("The identifier.", Example = "\"sa_Ab12CdEfGh34IjKl\"")]
    public string Id => account.Id;

    [Field("What people call it.", Example = "\"gateway\"")]
    public string Name => account.Name;

    [Field("What it is for; empty where nothing is said.", Example = "\"Verifies keys for the public API.\"")]
    public string Description => account.Description;

    [Field("The organization's slug.", Example = "\"acme\"")]
    public string Organization => account.Organization;

    [Field("Its OAuth client id, the same for its whole life.", Example = "\"latchkey-sa-Ab12CdEfGh34IjKl\"")]
    public string ClientId => account.ClientId;

    [Field("What it may do.", Example = "[\"read\", \"verify\"]")]
    public IReadOnlyList<string> Permissions => account.Permissions;

    [Field("The projects that it reaches: \"all\" of the organization, or a list of organization/project.", Example = "[\"acme/orders\"]")]
    public ScopeAnswer Projects => new(account.Projects);

    [Field("The environment that it was created for.")]
    public KeyEnvironment Environment => account.Environment;

    [Field("Whether it works.")]
    public ServiceAccountState State => account.State;

    [Field("When it was created.", Example = "\"2026-11-21T09:30:00.000Z\"")]
    public DateTimeOffset CreatedAt => account.CreatedAt;

    [Field("Who created it.")]
    public PartyAnswer CreatedBy => new(account.CreatedBy);

    [Field("Who owns it: who created it.")]
    public OwnerAnswer Owner => new(account.Owner);

    [Field("How many API keys it has that are not revoked.", Example = "2")]
    public int Keys => account.Keys;

    [Field("Its client secrets that are good, newest first: two at most, none where all were removed.")]
    public IReadOnlyList<ClientSecretAnswer> Secrets => [.. account.Secrets.Select(secret => new ClientSecretAnswer(secret))];

    [Field("When one of its credentials was last accepted, right to the minute; null for never.", Example = "\"2026-11-21T12:04:05.678Z\"")]
    public DateTimeOffset? LastUsedAt => account.LastUsedAt;
}

/// <summary>The person who owns a service account.</summary>
sealed class OwnerAnswer
{
    readonly ServiceAccountOwner owner;

    internal OwnerAnswer(ServiceAccountOwner owner) => this.owner = owner;

    [Field("What kind of thing it is.", Words = ["user"])]
    public PartyType Type => owner.User.Type;

    [Field("Its identifier.", Example = "\"0199aa50-6a1c-7b1e-9d3e-0f5b8a3c2d11\"")]
    public string Id => owner.User.Id;

    [Field("What people call it.", Example = "\"Ada Lovelace\"")]
    public string Name => owner.User.Name;

    [Field("Whether the person is no member of the organization any more. Admins and owners look after the account then.", Example = "false")]
    public bool Left => owner.Left;
}

/// <summary>A client secret. The secret itself is not in it.</summary>
class ClientSecretAnswer
{
    readonly ClientSecretSummary secret;

    internal ClientSecretAnswer(ClientSecretSummary secret) => this.secret = secret;

    [Field("The identifier.", Example = "\"cs_Ab12CdEfGh34IjKl\"")]
    public string Id => secret.Id;

    [Field("The beginning of its text, which tells it from the other and opens nothing; null for one that was made before that was kept.", Example = "\"secret_ABCD\"")]
    public string? Hint => secret.Hint;

    [Field("When it was made.", Example = "\"2026-11-21T09:30:00.000Z\"")]
    public DateTimeOffset CreatedAt => secret.CreatedAt;

    [Field("When a token was last issued for it; null for never.", Example = "\"2026-11-21T12:04:05.678Z\"")]
    public DateTimeOffset? LastUsedAt => secret.LastUsedAt;
}

/// <summary>A client secret that was just made. The only answer with it in it.</summary>
sealed class IssuedClientSecretAnswer : ClientSecretAnswer
{
    readonly IssuedClientSecret issued;

    internal IssuedClientSecretAnswer(IssuedClientSecret issued)
        : base(issued.Row) => this.issued = issued;

    [Field("The client id that goes with it.", Example = "\"latchkey-sa-Ab12CdEfGh34IjKl\"")]
    public string ClientId => issued.Account.ClientId;

    [Field("The secret. It is in this answer and never again anywhere.", Example = "\"secret_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq\"")]
    public string ClientSecret => issued.Secret.Reveal();
}

/// <summary>A service account that was just created. The only answer with its secrets in it.</summary>
sealed class IssuedServiceAccountAnswer : ServiceAccountAnswer
{
    readonly IssuedServiceAccount issued;

    internal IssuedServiceAccountAnswer(IssuedServiceAccount issued)
        : base(issued.Account) => this.issued = issued;

    [Field("The secret of its OAuth client. It is in this answer and never again anywhere.", Example = "\"secret_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq\"")]
    public string ClientSecret => issued.Secret.Reveal();

    [Field("The public identifier of its first key.", Example = "\"Ab12CdEf\"")]
    public string KeyId => issued.Key.Key.KeyId;

    [Field("Its first key, of the first of its projects. It is in this answer and never again anywhere.", Example = "\"nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH\"")]
    public string RawKey => issued.Key.Secret.Reveal();
}
