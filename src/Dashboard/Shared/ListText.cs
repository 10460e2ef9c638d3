namespace Dashboard.Shared;

/// <summary>Lists in sentences.</summary>
static class ListText
{
    /// <summary>Returns "read", "read and write" or "read, execute and write".</summary>
    public static string And(IReadOnlyList<string> items) => items switch
    {
        [] => "",
        [var only] => only,
        _ => $"{string.Join(", ", items.SkipLast(1))} and {items[^1]}",
    };
}
