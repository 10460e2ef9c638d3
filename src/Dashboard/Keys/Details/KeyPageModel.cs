using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Usage;

namespace Dashboard.Keys.Details;

/// <summary>What the page of a key shows, handed from the prerendered page to its circuit. Its size is bounded, so that it fits into the
/// circuit's first message.</summary>
/// <param name="Project">The key's project, with the user's role.</param>
/// <param name="Item">The key as the list shows it.</param>
/// <param name="Key">The key, without the names of its resources, which may be a thousand.</param>
/// <param name="Resources">The first resources that the key is limited to, by name.</param>
/// <param name="ResourceCount">The number of these resources.</param>
/// <param name="Days">The usage of each day, the oldest first.</param>
/// <param name="Permissions">The permissions that are granted or were asked for.</param>
/// <param name="Clients">Where the key was presented from, the last seen first.</param>
/// <param name="History">The newest changes, the newest first.</param>
/// <param name="HasMoreHistory">Whether there are older changes.</param>
/// <param name="At">When the data was read. Relative times are computed from it.</param>
public sealed record KeyPageModel(
    ProjectAccess Project,
    KeyItem Item,
    KeySummary Key,
    IReadOnlyList<string> Resources,
    int ResourceCount,
    IReadOnlyList<UsageDay> Days,
    IReadOnlyList<KeyPermissionUsage> Permissions,
    IReadOnlyList<KeyClientUsage> Clients,
    IReadOnlyList<KeyHistoryItem> History,
    bool HasMoreHistory,
    DateTimeOffset At)
{
    /// <summary>Whether the user can still change the key.</summary>
    public bool Changeable => Item.Changeable && Key.State != KeyState.Revoked;
}
