using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;

namespace Dashboard.Keys;

/// <summary>Which page of which list is asked for, as far as the address says it.</summary>
/// <param name="Project">As the address names it.</param>
/// <param name="Revoked">Revoked keys too.</param>
/// <param name="Environment">Only those of one environment.</param>
/// <param name="Cursor">Where the page before it ended; null for the first.</param>
public sealed record KeysAsked(ProjectPath Project, bool Revoked, KeyEnvironment? Environment, string? Cursor = null);

/// <summary>What the page shows: one page of rows and no more. It goes from the prerendered page to its circuit.</summary>
/// <param name="Asked">What it answers.</param>
/// <param name="Project">The project and what the person may do there.</param>
/// <param name="Searched">Only what somebody searched for. The text itself may be a key that was pasted: it stays out of here.</param>
/// <param name="Keys">The rows.</param>
/// <param name="NextCursor">Where the next page begins, or null.</param>
/// <param name="Allowance">How many keys may be created.</param>
/// <param name="OnlyRevoked">Nothing is shown, and with the revoked keys something would be.</param>
/// <param name="At">When it was read: what the times in it are told from.</param>
public sealed record KeysView(
    KeysAsked Asked,
    ProjectAccess Project,
    bool Searched,
    IReadOnlyList<KeyItem> Keys,
    string? NextCursor,
    Allowance Allowance,
    bool OnlyRevoked,
    DateTimeOffset At)
{
    /// <summary>Whether something else than all keys that work is asked for.</summary>
    public bool Filtered => Searched || Asked.Environment is not null;
}
