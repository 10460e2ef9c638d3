using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;

namespace Dashboard.Core.ServiceAccounts;

/// <summary>The input for creating a service account.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Description">The purpose; null for none.</param>
/// <param name="Permissions">The permissions; null for all of the catalog. <see cref="PermissionCatalog.Verify"/> must be requested
/// explicitly.</param>
/// <param name="Projects">The projects that the account has access to, all of one organization; null if the caller has only one. Its first
/// key belongs to the first of them or, for all projects, to the first by slug.</param>
/// <param name="Environment">The environment of the first key.</param>
/// <param name="Organization">The organization's slug if <paramref name="Projects"/> does not determine it; null if the caller has only
/// one.</param>
/// <param name="OwnerIds">The owners, 1 to <see cref="ServiceAccountOwner.MaxPerAccount"/>: members who can create keys; null for who
/// creates it.</param>
/// <param name="IdempotencyKey">See <see cref="NewKey.IdempotencyKey"/>.</param>
public sealed record NewServiceAccount(
    string Name,
    string? Description = null,
    IReadOnlyList<string>? Permissions = null,
    ProjectChoice? Projects = null,
    KeyEnvironment Environment = KeyEnvironment.Live,
    string? Organization = null,
    IReadOnlyList<string>? OwnerIds = null,
    string? IdempotencyKey = null);

/// <summary>Changes to a service account. Null members stay unchanged.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Description">The purpose; empty for none.</param>
/// <param name="Permissions">The new permissions.</param>
/// <param name="Projects">The new projects.</param>
/// <param name="State">Enables or disables the account together with its credentials.</param>
/// <param name="OwnerIds">All owners from now on, 1 to <see cref="ServiceAccountOwner.MaxPerAccount"/>: members who can create keys, and
/// present owners who stay.</param>
public sealed record ServiceAccountPatch(
    string? Name = null,
    string? Description = null,
    IReadOnlyList<string>? Permissions = null,
    ProjectChoice? Projects = null,
    ServiceAccountState? State = null,
    IReadOnlyList<string>? OwnerIds = null);

/// <summary>The projects that something has access to.</summary>
/// <param name="Listed">The projects as <c>organization/project</c>; null for all of the organization, including future ones.</param>
public sealed record ProjectChoice(IReadOnlyList<string>? Listed)
{
    /// <summary>All projects of the organization, including future ones.</summary>
    public static ProjectChoice All { get; } = new((IReadOnlyList<string>?)null);
}

/// <summary>A service account as lists and pages show it. Contains no secret.</summary>
/// <param name="Organization">The organization's slug.</param>
/// <param name="Description">The purpose; empty if there is none.</param>
/// <param name="ClientId">The OAuth client id.</param>
/// <param name="Projects">The projects that the account has access to, as <c>organization/project</c>; null for all of the
/// organization.</param>
/// <param name="Environment">The environment that the account was created for.</param>
/// <param name="State">Whether the account is enabled.</param>
/// <param name="CreatedAt">When the account was created, UTC.</param>
/// <param name="Owners">The owners, at least one, in the order in which they became owners.</param>
/// <param name="Keys">The number of unrevoked keys.</param>
/// <param name="Secrets">The active client secrets, newest first: at most <see cref="ServiceAccountCredential.MaxActive"/>.</param>
/// <param name="LastUsedAt">When one of the credentials was last accepted, UTC, or null.</param>
public sealed record ServiceAccountSummary(
    string Id,
    string Organization,
    string Name,
    string Description,
    string ClientId,
    IReadOnlyList<string> Permissions,
    IReadOnlyList<string>? Projects,
    KeyEnvironment Environment,
    ServiceAccountState State,
    DateTimeOffset CreatedAt,
    Party CreatedBy,
    IReadOnlyList<ServiceAccountOwnerSummary> Owners,
    int Keys,
    IReadOnlyList<ClientSecretSummary> Secrets,
    DateTimeOffset? LastUsedAt)
{
    /// <summary>Whether every owner has left the organization or is disabled.</summary>
    public bool HasNoOwnerLeft => Owners.All(owner => owner.Left);
}

/// <summary>An owner of a service account: who created it, or a member who was chosen.</summary>
/// <param name="Left">Whether that person is no longer a member of the organization, or is disabled.</param>
/// <param name="Disabled">Whether that person is a member who is disabled.</param>
public sealed record ServiceAccountOwnerSummary(Party User, bool Left, bool Disabled = false);

/// <summary>A client secret as lists and pages show it.</summary>
/// <param name="Hint">The beginning of the secret; null for a secret from before it was stored.</param>
/// <param name="CreatedAt">When the secret was created, UTC.</param>
/// <param name="LastUsedAt">When the last token was issued with the secret, UTC, or null.</param>
public sealed record ClientSecretSummary(string Id, string? Hint, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

/// <summary>A new client secret, which is shown only once.</summary>
/// <param name="account">The account.</param>
/// <param name="row">The secret as lists show it.</param>
/// <param name="secret">The secret itself.</param>
public sealed class IssuedClientSecret(ServiceAccountSummary account, ClientSecretSummary row, ClientSecret secret)
{
    /// <summary>The account.</summary>
    public ServiceAccountSummary Account { get; } = account;

    /// <summary>The secret as lists show it.</summary>
    public ClientSecretSummary Row { get; } = row;

    /// <summary>The secret itself, in memory only.</summary>
    public ClientSecret Secret { get; } = secret;
}

/// <summary>A new service account with its secrets, which are shown only once.</summary>
public sealed class IssuedServiceAccount(ServiceAccountSummary account, ClientSecret secret, IssuedKey key)
{
    /// <summary>The account.</summary>
    public ServiceAccountSummary Account { get; } = account;

    /// <summary>The client secret, in memory only.</summary>
    public ClientSecret Secret { get; } = secret;

    /// <summary>The first key, with the raw key in memory only.</summary>
    public IssuedKey Key { get; } = key;
}

/// <summary>The filter and page of a list of service accounts.</summary>
/// <param name="Organization">The organization's slug; null if the caller has only one.</param>
/// <param name="Cursor">The cursor of the previous page; null for the first page.</param>
/// <param name="Limit">The page size, 1 to 200.</param>
/// <param name="Search">Part of the name, or the beginning of the identifier or client id; null or empty for all.</param>
/// <param name="State">The state to list; null for both.</param>
public sealed record ServiceAccountQuery(
    string? Organization = null, string? Cursor = null, int Limit = Page.DefaultLimit, string? Search =
        null, ServiceAccountState? State = null);
