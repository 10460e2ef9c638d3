using Dashboard.Core.Keys;

namespace Dashboard.Core.ServiceAccounts;

/// <summary>What is asked for when a service account is created.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Description">What it is for; null for nothing said.</param>
/// <param name="Permissions">What it may do; null for all of the catalogue. <see cref="Catalogue.Verify"/> has to be asked for.</param>
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
/// <param name="Description">What it is for; empty for nothing said.</param>
/// <param name="ClientId">Its OAuth client id, or null where that is revoked.</param>
/// <param name="Permissions">What it may do.</param>
/// <param name="Projects">The projects that it reaches, as <c>organization/project</c>; null for all of the organization.</param>
/// <param name="Environment">The environment that it was created for.</param>
/// <param name="State">Whether it works.</param>
/// <param name="CreatedAt">When it was created, UTC.</param>
/// <param name="CreatedBy">Who created it.</param>
public sealed record ServiceAccountRow(
    string Id,
    string Organization,
    string Name,
    string Description,
    string? ClientId,
    IReadOnlyList<string> Permissions,
    IReadOnlyList<string>? Projects,
    KeyEnvironment Environment,
    ServiceAccountState State,
    DateTimeOffset CreatedAt,
    Party CreatedBy);

/// <summary>A service account that was just created, with its secrets. The only time that they are together.</summary>
/// <param name="account">The account as lists show it.</param>
/// <param name="secret">The client secret.</param>
/// <param name="key">Its first key.</param>
public sealed class IssuedServiceAccount(ServiceAccountRow account, ClientSecret secret, IssuedKey key)
{
    /// <summary>The account as lists show it.</summary>
    public ServiceAccountRow Account { get; } = account;

    /// <summary>The client secret; in memory only.</summary>
    public ClientSecret Secret { get; } = secret;

    /// <summary>Its first key; the raw key in memory only.</summary>
    public IssuedKey Key { get; } = key;
}

/// <summary>Which service accounts a list shows.</summary>
/// <param name="Organization">The organization's slug; null for the caller's only one.</param>
/// <param name="Cursor">Where the page before it ended; null for the first.</param>
/// <param name="Limit">The most rows, 1 to 200.</param>
public sealed record ServiceAccountQuery(string? Organization = null, string? Cursor = null, int Limit = Page.DefaultLimit);
