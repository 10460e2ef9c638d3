namespace Dashboard.Shared;

/// <summary>Display names of resource kinds.</summary>
static class ResourceKindNames
{
    /// <summary>Returns the name of a kind: <c>data_set</c> is "Data set".</summary>
    public static string Kind(string kind) => char.ToUpperInvariant(kind[0]) + Words(kind)[1..];

    /// <summary>Returns a list of kinds in the plural: "workflows, gateways and agents".</summary>
    public static string AllOf(IReadOnlyList<string> kinds) =>
        kinds is [var only] ? $"{Words(only)}s"
            : $"{string.Join(", ", kinds.SkipLast(1).Select(kind => $"{Words(kind)}s"))} and {Words(kinds[^1])}s";

    static string Words(string kind) => kind.Replace('_', ' ').Replace('-', ' ');
}
