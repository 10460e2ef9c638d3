using System.Globalization;
using Dashboard.Core.Audit;
using Dashboard.Core.Organizations;
using Dashboard.Shared;

namespace Dashboard.Audit;

/// <summary>The list's filters, as the URL encodes them.</summary>
/// <param name="Organization">The organization's slug, as in the URL.</param>
/// <param name="Filter">Show only these rows.</param>
public sealed record AuditPageState(string Organization, AuditFilter Filter) : ListPageState
{
    /// <inheritdoc />
    protected override IEnumerable<(string Name, string? Value)> Filters => Filter.ToQuery();

    /// <inheritdoc />
    public override string ToPath() => $"/{Organization}/audit";
}

/// <summary>A row of the log as the list shows it. Its details are read when they are opened, so that a page fits into the circuit's first
/// message.</summary>
/// <param name="Id">The identifier in the organization's log.</param>
/// <param name="At">When it happened.</param>
/// <param name="ActorType">What kind of party acted.</param>
/// <param name="Who">Who acted.</param>
/// <param name="From">The client address, or null.</param>
/// <param name="Action">What happened, as the API has it.</param>
/// <param name="On">What it happened to.</param>
/// <param name="Hint">The target's identifier, or the reason of a refusal.</param>
/// <param name="HasCode">Whether <paramref name="Hint"/> is an identifier.</param>
/// <param name="Succeeded">False for a refused attempt.</param>
public sealed record AuditItem(
    string Id, DateTimeOffset At, string ActorType, string Who, string? From, string Action, string On,
    string? Hint, bool HasCode, bool Succeeded)
{
    const int MaxText = 120;

    /// <summary>What happened, in words.</summary>
    public string What => AuditText.Of(Action);

    /// <summary>The name of the button that opens the row's details.</summary>
    public string DetailsLabel => string.Create(CultureInfo.InvariantCulture, $"Details of {What}, {At.UtcDateTime:HH:mm:ss}");

    /// <summary>Creates a list item.</summary>
    public static AuditItem Of(AuditRecord row)
    {
        var reason = row.Succeeded ? null : AuditText.ReasonOf(row.Details);
        var code = AuditText.HasReadableId(row.Target.Type) && row.Target.Id != row.Target.Name ? row.Target.Id : null;
        return new(
            row.Id, row.At, row.Actor.Type, Cut(AuditText.NameOf(row.Actor)), row.Address, row.Action, Cut(AuditText.NameOf(row.Target)),
            Cut(reason ?? code), reason is null && code is not null, row.Succeeded);
    }

    static string Cut(string? text) => text is null or { Length: <= MaxText }
        ? text ?? "" : $"{text[..(char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)]}…";
}

/// <summary>What the page shows: one page of rows, handed from the prerendered page to its circuit.</summary>
/// <param name="State">The state that this data belongs to.</param>
/// <param name="Organization">The organization, with the user's role.</param>
/// <param name="Searched">Whether a target is searched for that is not in the state.</param>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">The cursor of the next page, or null.</param>
/// <param name="Actors">Who can be chosen as an actor.</param>
/// <param name="At">When the data was read.</param>
public sealed record AuditPageModel(
    AuditPageState State, OrganizationAccess Organization, bool Searched, IReadOnlyList<AuditItem> Items, string? NextCursor,
    IReadOnlyList<AuditActor> Actors, DateTimeOffset At) : IListPage<AuditPageState>
{
    int IListPage<AuditPageState>.Count => Items.Count;

    string IListPage<AuditPageState>.ToPath() => (State with { Organization = Organization.Slug }).ToPath();

    /// <summary>Returns "8 rows", or the range that the page shows. There may be millions, so they are not counted.</summary>
    public string Summary => State.Before is var before && before == 0 && NextCursor is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Items.Count:N0} {(Items.Count == 1 ? "row" : "rows")}")
        : string.Create(CultureInfo.InvariantCulture, $"{before + 1:N0} to {before + Items.Count:N0}, newest first");
}
