using System.Globalization;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Keys;
using Dashboard.Shared;

namespace Dashboard.ServiceAccounts;

/// <summary>Which page of which list is asked for, as far as the address says it.</summary>
/// <param name="Organization">The organization's slug, as the address names it.</param>
/// <param name="State">Only those of one state.</param>
public sealed record ServiceAccountsPageState(string Organization, ServiceAccountState? State) : ListPageState
{
    /// <inheritdoc />
    public override string ToPath() => $"/{Organization}/service-accounts";
}

/// <summary>A service account as the list shows it: short enough to go from the prerendered page to its circuit, whatever the account reaches.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Permissions">The first of what it may do, and how much more.</param>
/// <param name="Projects">The first of the projects that it reaches by name, and how many more.</param>
/// <param name="Keys">How many keys it has that are not revoked.</param>
/// <param name="Secrets">How many client secrets it has.</param>
/// <param name="Owner">Who owns it.</param>
/// <param name="OwnerLeft">Whether that person is no member any more.</param>
/// <param name="LastUsedAt">When one of its credentials was last accepted, or null.</param>
/// <param name="State">Whether it works.</param>
public sealed record ServiceAccountItem(
    string Id, string Name, string Permissions, string Projects, int Keys, int Secrets, string Owner, bool OwnerLeft, DateTimeOffset? LastUsedAt, ServiceAccountState State)
{
    /// <summary>So many permissions are named, the usual three and verify; of more, the rest is counted.</summary>
    const int MaxNamed = 4;

    /// <summary>An account as the list shows it.</summary>
    /// <param name="account">The account.</param>
    /// <param name="names">What people call the organization's projects, by <c>organization/project</c>.</param>
    public static ServiceAccountItem Of(ServiceAccountSummary account, IReadOnlyDictionary<string, string> names) => new(
        account.Id,
        account.Name,
        KeyItem.InWords(account.Permissions, MaxNamed),
        InWords(account.Projects, names),
        account.Keys,
        account.Secrets.Count,
        account.Owner.User.Name,
        account.Owner.Left,
        account.LastUsedAt,
        account.State);

    /// <summary>"2 keys".</summary>
    public static string CountKeys(int keys) => keys == 0 ? "No key" : string.Create(CultureInfo.InvariantCulture, $"{keys:N0} {(keys == 1 ? "key" : "keys")}");

    /// <summary>"1 client secret".</summary>
    public static string CountSecrets(int secrets) => secrets switch { 0 => "No client secret", 1 => "1 client secret", _ => $"{secrets} client secrets" };

    /// <summary>"All projects", "Order Platform", or "Order Platform, 2 more".</summary>
    static string InWords(IReadOnlyList<string>? projects, IReadOnlyDictionary<string, string> names) => projects switch
    {
        null => "All projects",
        [] => "No project left",
        [var only] => names.GetValueOrDefault(only, only),
        [var first, ..] => $"{names.GetValueOrDefault(first, first)}, {projects.Count - 1} more",
    };
}

/// <summary>What the list's page shows: one page of rows and no more. It goes from the prerendered page to its circuit.</summary>
/// <param name="State">What it answers.</param>
/// <param name="Organization">The organization and what the person may do there.</param>
/// <param name="Searched">Only what somebody searched for. The text may be anything that was pasted: it stays out of here.</param>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">Where the next page begins, or null.</param>
/// <param name="Total">How many there are on all pages.</param>
/// <param name="At">When it was read: what the times in it are told from.</param>
public sealed record ServiceAccountsPageModel(
    ServiceAccountsPageState State, OrganizationAccess Organization, bool Searched, IReadOnlyList<ServiceAccountItem> Items, string? NextCursor, int Total, DateTimeOffset At)
    : IListPage<ServiceAccountsPageState>
{
    int IListPage<ServiceAccountsPageState>.Count => Items.Count;

    string IListPage<ServiceAccountsPageState>.ToPath() => (State with { Organization = Organization.Slug }).ToPath();

    /// <summary>Whether something else than all accounts is asked for.</summary>
    public bool Filtered => Searched || State.State is not null;

    /// <summary>There is no account in this organization.</summary>
    public bool Untouched => Total == 0 && !Filtered;

    /// <summary>"5 service accounts", or which of how many a page shows.</summary>
    /// <param name="before">How many rows the pages before it have.</param>
    public string Summary(int before) => before == 0 && NextCursor is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Items.Count:N0} {(Items.Count == 1 ? "service account" : "service accounts")}")
        : string.Create(CultureInfo.InvariantCulture, $"{before + 1:N0} to {before + Items.Count:N0} of {Math.Max(Total, before + Items.Count):N0} service accounts, newest first");
}

/// <summary>A project by what addresses and what people call it.</summary>
/// <param name="Path"><c>organization/project</c>.</param>
/// <param name="Name">Its name; the path where it is gone.</param>
public sealed record NamedProject(string Path, string Name);

/// <summary>A key of a service account, with the project that it lives in.</summary>
/// <param name="Key">The key as lists show it.</param>
/// <param name="Project">Its project.</param>
public sealed record ServiceAccountKey(KeyItem Key, NamedProject Project);

/// <summary>What the page of one service account shows. It goes from the prerendered page to its circuit.</summary>
/// <param name="Organization">The organization and what the person may do there.</param>
/// <param name="Account">The account.</param>
/// <param name="Projects">The names of the first projects that it reaches; none where it reaches all.</param>
/// <param name="Keys">Its newest keys that are not revoked.</param>
/// <param name="At">When it was read: what the times in it are told from.</param>
public sealed record ServiceAccountView(
    OrganizationAccess Organization, ServiceAccountSummary Account, IReadOnlyList<string> Projects, IReadOnlyList<ServiceAccountKey> Keys, DateTimeOffset At);
