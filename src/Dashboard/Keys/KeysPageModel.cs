using System.Globalization;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Shared;

namespace Dashboard.Keys;

/// <summary>Which page of which list is asked for, as far as the address says it.</summary>
/// <param name="Project">As the address names it.</param>
/// <param name="Revoked">Revoked keys too.</param>
/// <param name="Environment">Only those of one environment.</param>
/// <param name="Order">What comes first.</param>
/// <param name="Managed">Managed keys too.</param>
public sealed record KeysPageState(ProjectPath Project, bool Revoked, KeyEnvironment? Environment, KeyOrder Order, bool Managed = false) : ListPageState
{
    /// <inheritdoc />
    public override string ToPath() => $"/{Project}/keys";
}

/// <summary>What the page shows: one page of rows and no more. It goes from the prerendered page to its circuit.</summary>
/// <param name="State">What it answers.</param>
/// <param name="Project">The project and what the person may do there.</param>
/// <param name="Searched">Only what somebody searched for. The text itself is theirs alone: it stays out of here.</param>
/// <param name="Keys">The rows.</param>
/// <param name="Total">How many the list has in all.</param>
/// <param name="NextCursor">Where the next page begins, or null.</param>
/// <param name="Allowance">How many keys may be created.</param>
/// <param name="OnlyRevoked">Nothing is shown, and with the revoked keys something would be.</param>
/// <param name="OnlyManaged">Nothing is shown of what is asked for, and with the managed keys something would be.</param>
/// <param name="At">When it was read: what the times in it are told from.</param>
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

    /// <summary>Whether something else than all keys that work is asked for.</summary>
    public bool Filtered => Searched || State.Environment is not null;

    /// <summary>There has been no key in this project yet.</summary>
    public bool Untouched => Keys.Count == 0 && !OnlyRevoked && !Filtered && State.Cursor is null;

    /// <summary>"8 keys", or which of how many a page shows.</summary>
    /// <param name="before">How many rows the pages before it have.</param>
    public string Summary(int before) => before == 0 && NextCursor is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Keys.Count:N0} {(Keys.Count == 1 ? "key" : "keys")}")
        : string.Create(CultureInfo.InvariantCulture, $"{before + 1:N0} to {before + Keys.Count:N0} of {Math.Max(Total, before + Keys.Count):N0} keys, {State.Order.InWords()}");
}
