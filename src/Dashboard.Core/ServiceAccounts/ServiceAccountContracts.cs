using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;

namespace Dashboard.Core.ServiceAccounts;

/// <summary>What is asked for when a service account is created.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Description">What it is for; null for nothing said.</param>
/// <param name="Permissions">What it may do; null for all of the catalog. <see cref="PermissionCatalog.Verify"/> has to be asked for.</param>
/// <param name="Projects">The projects that it reaches, all of one organization; null for the caller's only one. Its first key lives in the first of them; of all projects
/// in the one that is first by its slug.</param>
/// <param name="Environment">The environment of its first key.</param>
/// <param name="Organization">The organization's slug, where <paramref name="Projects"/> does not say it; null for the caller's only one.</param>
public sealed record NewServiceAccount(
    string Name,
    string? Description = null,
    IReadOnlyList<string>? Permissions = null,
    ProjectChoice? Projects = null,
    KeyEnvironment Environment = KeyEnvironment.Live,
    string? Organization = null);

/// <summary>What is to change on a service account. What is null stays.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Description">What it is for; empty for nothing said.</param>
/// <param name="Permissions">What it may do from now on.</param>
/// <param name="Projects">The projects that it reaches from now on.</param>
/// <param name="State">Switches it, and all of its credentials, off or on.</param>
public sealed record ServiceAccountPatch(
    string? Name = null,
    string? Description = null,
    IReadOnlyList<string>? Permissions = null,
    ProjectChoice? Projects = null,
    ServiceAccountState? State = null);

/// <summary>The projects that something reaches.</summary>
/// <param name="Listed">Each as <c>organization/project</c>; null for all of the organization, those to come too.</param>
public sealed record ProjectChoice(IReadOnlyList<string>? Listed)
{
    /// <summary>All projects of the organization, those to come too.</summary>
    public static ProjectChoice All { get; } = new((IReadOnlyList<string>?)null);
}

/// <summary>A service account as lists and pages show it. No secret is in it.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Organization">The organization's slug.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Description">What it is for; empty where nothing is said.</param>
/// <param name="ClientId">Its OAuth client id.</param>
/// <param name="Permissions">What it may do.</param>
/// <param name="Projects">The projects that it reaches, as <c>organization/project</c>; null for all of the organization.</param>
/// <param name="Environment">The environment that it was created for.</param>
/// <param name="State">Whether it works.</param>
/// <param name="CreatedAt">When it was created, UTC.</param>
/// <param name="CreatedBy">Who created it.</param>
/// <param name="Owner">Who owns it.</param>
/// <param name="Keys">How many keys it has that are not revoked.</param>
/// <param name="Secrets">Its client secrets that are good, newest first: at most <see cref="ServiceAccountCredential.MostAtATime"/>.</param>
/// <param name="LastUsedAt">When one of its credentials was last accepted, UTC, or null.</param>
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
    ServiceAccountOwner Owner,
    int Keys,
    IReadOnlyList<ClientSecretSummary> Secrets,
    DateTimeOffset? LastUsedAt);

/// <summary>Who owns a service account: the person who created it.</summary>
/// <param name="User">The person.</param>
/// <param name="Left">Whether that person is no member of the organization any more.</param>
public sealed record ServiceAccountOwner(Party User, bool Left);

/// <summary>A client secret as lists and pages show it.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Hint">The beginning of its text; null for one that was made before that was kept.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="LastUsedAt">When a token was last issued for it, UTC, or null.</param>
public sealed record ClientSecretSummary(string Id, string? Hint, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

/// <summary>A client secret that was just made. The only time that it is told.</summary>
/// <param name="account">Whose it is.</param>
/// <param name="row">The secret as lists show it.</param>
/// <param name="secret">The secret itself.</param>
public sealed class IssuedClientSecret(ServiceAccountSummary account, ClientSecretSummary row, ClientSecret secret)
{
    /// <summary>The account as lists show it.</summary>
    public ServiceAccountSummary Account { get; } = account;

    /// <summary>The secret as lists show it.</summary>
    public ClientSecretSummary Row { get; } = row;

    /// <summary>The secret itself; in memory only.</summary>
    public ClientSecret Secret { get; } = secret;
}

/// <summary>A service account that was just created, with its secrets. The only time that they are together.</summary>
/// <param name="account">The account as lists show it.</param>
/// <param name="secret">The client secret.</param>
/// <param name="key">Its first key.</param>
public sealed class IssuedServiceAccount(ServiceAccountSummary account, ClientSecret secret, IssuedKey key)
{
    /// <summary>The account as lists show it.</summary>
    public ServiceAccountSummary Account { get; } = account;

    /// <summary>The client secret; in memory only.</summary>
    public ClientSecret Secret { get; } = secret;

    /// <summary>Its first key; the raw key in memory only.</summary>
    public IssuedKey Key { get; } = key;
}

/// <summary>Which service accounts a list shows.</summary>
/// <param name="Organization">The organization's slug; null for the caller's only one.</param>
/// <param name="Cursor">Where the page before it ended; null for the first.</param>
/// <param name="Limit">The most rows, 1 to 200.</param>
/// <param name="Search">A part of the name, or the beginning of the identifier or the client id; null or empty for all.</param>
/// <param name="State">Only those of this state; null for both.</param>
public sealed record ServiceAccountQuery(
    string? Organization = null, string? Cursor = null, int Limit = Page.DefaultLimit, string? Search = null, ServiceAccountState? State = null);
