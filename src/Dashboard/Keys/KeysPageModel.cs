using System.Globalization;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Dashboard.Core.Organizations;
using Dashboard.Shared;

namespace Dashboard.Keys;

/// <summary>The list's filters and order, as the URL encodes them.</summary>
/// <param name="Project">The project, as named in the URL.</param>
/// <param name="Revoked">Whether to include revoked keys.</param>
/// <param name="Environment">Show only keys of this environment.</param>
/// <param name="Order">The sort order.</param>
/// <param name="Managed">Whether to include managed keys.</param>
/// <param name="Filter">Show only keys of these. The address has it as the query of <c>GET /api/keys</c> does.</param>
public sealed record KeysPageState(
    ProjectPath Project, bool Revoked, KeyEnvironment? Environment, KeyOrder Order, bool Managed, KeyFilter Filter) : ListPageState
{
    const string On = "true";

    /// <inheritdoc />
    protected override IEnumerable<(string Name, string? Value)> Filters =>
    [
        ("environment", Environment?.ToWireName()), ("state", Filter.State?.ToWireName()), ("owner", Filter.Mine ? KeyFilters.Me : null),
        ("permission", Filter.Permission), ("expiring_within", KeyFilters.Days(Filter.ExpiringWithin)), (
            "unused_for", KeyFilters.Days(Filter.UnusedFor)),
        ("never_used", Filter.NeverUsed ? On : null), ("revoked", Revoked ? On : null), ("managed", Managed ? On : null),
        ("sort", Order == KeyOrder.Default ? null : Order.ToWireName()),
    ];

    /// <inheritdoc />
    public override string ToPath() => $"/{Project}/keys";
}

/// <summary>What the page shows: one page of rows, handed from the prerendered page to its circuit.</summary>
/// <param name="State">The state that this data belongs to.</param>
/// <param name="Project">The project, with the user's role.</param>
/// <param name="Searched">Whether a search is active. The text itself is not stored here: it may be a pasted key.</param>
/// <param name="Keys">The rows.</param>
/// <param name="Total">The number of keys on all pages.</param>
/// <param name="NextCursor">The cursor of the next page, or null.</param>
/// <param name="Allowance">How many active keys the project has and may have.</param>
/// <param name="OnlyRevoked">Whether the list is empty but would not be with revoked keys.</param>
/// <param name="OnlyManaged">Whether the list is empty but would not be with managed keys.</param>
/// <param name="At">When the data was read. Relative times are computed from it.</param>
public sealed record KeysPageModel(
    KeysPageState State,
    ProjectAccess Project,
    bool Searched,
    IReadOnlyList<KeyItem> Keys,
    int Total,
    string? NextCursor,
    Allowance Allowance,
    bool OnlyRevoked,
    bool OnlyManaged,
    DateTimeOffset At) : IListPage<KeysPageState>
{
    int IListPage<KeysPageState>.Count => Keys.Count;

    string IListPage<KeysPageState>.ToPath() => (State with { Project = Project.Path }).ToPath();

    /// <summary>Whether a search or filter is active.</summary>
    public bool Filtered => Searched || State.Environment is not null || State.Filter != KeyFilter.None;

    /// <summary>Whether the project has never had a key.</summary>
    public bool Untouched => Keys.Count == 0 && !OnlyRevoked && !Filtered && State.Cursor is null;

    /// <summary>Returns "8 keys", or the range that the page shows.</summary>
    public string Summary => State.Before is var before && before == 0 && NextCursor is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Keys.Count:N0} {(Keys.Count == 1 ? "key" : "keys")}")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{before + 1:N0} to {before + Keys.Count:N0} of {Math.Max(Total, before + Keys.Count):N0} keys, {State.Order.InWords()}");
}
