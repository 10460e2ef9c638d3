namespace Dashboard.Core.Keys.Listing;

/// <summary>Which keys a list shows.</summary>
/// <param name="Project"><c>organization/project</c>; null for the caller's only one.</param>
/// <param name="IncludeRevoked">Whether revoked keys are among them.</param>
/// <param name="Search">A part of the name or note, or the beginning of the prefix or identifier; null or empty for all.</param>
/// <param name="Environment">Only those of this environment; null for both.</param>
/// <param name="Cursor">Where the page before it ended; null for the first.</param>
/// <param name="Limit">The most keys on a page, 1 to 200.</param>
/// <param name="Sort">What they are sorted by; equal ones by identifier.</param>
/// <param name="Descending">Whether the greatest or latest comes first.</param>
/// <param name="IncludeManaged">Whether the keys that published apps minted for themselves are among them.</param>
/// <param name="Filter">Which of these keys; null for all.</param>
public sealed record KeyQuery(
    string? Project = null,
    bool IncludeRevoked = false,
    string? Search = null,
    KeyEnvironment? Environment = null,
    string? Cursor = null,
    int Limit = Page.DefaultLimit,
    KeySort Sort = KeySort.CreatedAt,
    bool Descending = true,
    bool IncludeManaged = false,
    KeyFilter? Filter = null)
{
    /// <summary>The partitions that the list is merged from: no more than those that the state asked for can be in.</summary>
    internal IReadOnlyList<int> Partitions()
    {
        var parts = KeyListPartition.Of(Environment, IncludeRevoked || Filter?.State == KeyState.Revoked, IncludeManaged);
        return Filter?.State is { } state
            ? [.. parts.Where(part => KeyListPartition.Unrevoked.Contains(part) != (state == KeyState.Revoked))]
            : parts;
    }
}
