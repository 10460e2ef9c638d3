using System.Globalization;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Keys;
using Dashboard.Shared;

namespace Dashboard.ServiceAccounts;

/// <summary>The list's filters and order, as the URL encodes them.</summary>
/// <param name="Organization">The organization's slug, as in the URL.</param>
/// <param name="State">Show only accounts in this state.</param>
public sealed record ServiceAccountsPageState(string Organization, ServiceAccountState? State) : ListPageState
{
    /// <inheritdoc />
    protected override IEnumerable<(string Name, string? Value)> Filters => [("state", State?.ToWireName())];

    /// <inheritdoc />
    public override string ToPath() => $"/{Organization}/service-accounts";
}

/// <summary>A service account as the list shows it. Its size is bounded, so that a page of accounts fits into the circuit's first
/// message.</summary>
/// <param name="Id">The identifier.</param>
/// <param name="Name">The display name.</param>
/// <param name="Permissions">The first permissions, and the number of others.</param>
/// <param name="Projects">The name of the first project that it has access to, and the number of others.</param>
/// <param name="Keys">The number of its keys, except revoked ones.</param>
/// <param name="Secrets">The number of its client secrets.</param>
/// <param name="Owner">The name of the first owner who is still there, or of the first if none is.</param>
/// <param name="OtherOwners">The number of other owners.</param>
/// <param name="OwnersGone">The number of owners who have left the organization or are disabled.</param>
/// <param name="LastUsedAt">When one of its credentials was last accepted, or null.</param>
/// <param name="State">The state.</param>
public sealed record ServiceAccountItem(
    string Id, string Name, string Permissions, string Projects, int Keys, int Secrets, string Owner, int OtherOwners, int OwnersGone,
    DateTimeOffset? LastUsedAt, ServiceAccountState State)
{
    /// <summary>How many permissions are named: the default three and verify. The rest are counted.</summary>
    const int MaxNamed = 4;

    /// <summary>Whether every owner has left the organization or is disabled.</summary>
    public bool HasNoOwnerLeft => OwnersGone == OtherOwners + 1;

    /// <summary>"Ada Lovelace", or "3 gone": who is gone, where no owner is left.</summary>
    public string Gone => OtherOwners == 0 ? Owner : $"{OwnersGone} gone";

    /// <summary>"2 more", or "2 more, 1 gone".</summary>
    public string Others => OwnersGone == 0 ? $"{OtherOwners} more" : $"{OtherOwners} more, {OwnersGone} gone";

    /// <summary>Creates a list item.</summary>
    /// <param name="account">The account.</param>
    /// <param name="names">The names of the organization's projects, by <c>organization/project</c>.</param>
    public static ServiceAccountItem Of(ServiceAccountSummary account, IReadOnlyDictionary<string, string> names) => new(
        account.Id,
        account.Name,
        KeyItem.InWords(account.Permissions, MaxNamed),
        InWords(account.Projects, names),
        account.Keys,
        account.Secrets.Count,
        (account.Owners.FirstOrDefault(owner => !owner.Left) ?? account.Owners[0]).User.Name,
        account.Owners.Count - 1,
        account.Owners.Count(owner => owner.Left),
        account.LastUsedAt,
        account.State);

    /// <summary>"2 keys".</summary>
    public static string CountKeys(int keys) =>
        keys == 0 ? "No keys" : string.Create(CultureInfo.InvariantCulture, $"{keys:N0} {(keys == 1 ? "key" : "keys")}");

    /// <summary>"1 client secret".</summary>
    public static string CountSecrets(int secrets) =>
        secrets switch { 0 => "No client secrets", 1 => "1 client secret", _ => $"{secrets} client secrets" };

    /// <summary>"All projects", "Order Platform", or "Order Platform, 2 more".</summary>
    static string InWords(IReadOnlyList<string>? projects, IReadOnlyDictionary<string, string> names) => projects switch
    {
        null => "All projects",
        [] => "No projects left",
        [var only] => names.GetValueOrDefault(only, only),
        [var first, ..] => $"{names.GetValueOrDefault(first, first)}, {projects.Count - 1} more",
    };
}

/// <summary>What the list page shows: one page of rows, handed from the prerendered page to its circuit.</summary>
/// <param name="State">The state that this data belongs to.</param>
/// <param name="Organization">The organization, with the user's role.</param>
/// <param name="Searched">Whether a search is active. The text itself is not stored here: it may be a pasted secret.</param>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">The cursor of the next page, or null.</param>
/// <param name="Total">The number of rows on all pages.</param>
/// <param name="At">When the data was read. Relative times are computed from it.</param>
public sealed record ServiceAccountsPageModel(
    ServiceAccountsPageState State, OrganizationAccess Organization, bool Searched, IReadOnlyList<ServiceAccountItem> Items,
    string? NextCursor, int Total, DateTimeOffset At)
    : IListPage<ServiceAccountsPageState>
{
    int IListPage<ServiceAccountsPageState>.Count => Items.Count;

    string IListPage<ServiceAccountsPageState>.ToPath() => (State with { Organization = Organization.Slug }).ToPath();

    /// <summary>Whether a search or filter is active.</summary>
    public bool Filtered => Searched || State.State is not null;

    /// <summary>Whether the organization has no service accounts.</summary>
    public bool Untouched => Total == 0 && !Filtered;

    /// <summary>Returns "5 service accounts", or the range that the page shows.</summary>
    public string Summary => State.Before is var before && before == 0 && NextCursor is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Items.Count:N0} {(Items.Count == 1 ? "service account" : "service accounts")}")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{before + 1:N0} to {before + Items.Count:N0} of {Math.Max(Total, before + Items.Count):N0} service accounts, newest first");
}

/// <summary>A project's path and name.</summary>
/// <param name="Path"><c>organization/project</c>.</param>
/// <param name="Name">The name, or the path if the project no longer exists.</param>
public sealed record NamedProject(string Path, string Name);

/// <summary>A key of a service account, with its project.</summary>
/// <param name="Key">The key as a list item.</param>
/// <param name="Project">Its project.</param>
public sealed record ServiceAccountKey(KeyItem Key, NamedProject Project);

/// <summary>What the page of a service account shows, handed from the prerendered page to its circuit.</summary>
/// <param name="Organization">The organization, with the user's role.</param>
/// <param name="Account">The account.</param>
/// <param name="Projects">The names of the first projects that it has access to; empty for all.</param>
/// <param name="Keys">Its newest keys, except revoked ones.</param>
/// <param name="At">When the data was read. Relative times are computed from it.</param>
public sealed record ServiceAccountView(
    OrganizationAccess Organization, ServiceAccountSummary Account, IReadOnlyList<string> Projects, IReadOnlyList<ServiceAccountKey> Keys,
    DateTimeOffset At);
