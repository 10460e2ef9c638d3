namespace Dashboard.Shared;

/// <summary>Kinds of resources as people read them.</summary>
static class ResourceKindNames
{
    /// <summary><c>data_set</c> as "Data set".</summary>
    public static string Kind(string kind) => char.ToUpperInvariant(kind[0]) + Words(kind)[1..];

    /// <summary>All kinds in one breath: "workflows, gateways and agents".</summary>
    public static string AllOf(IReadOnlyList<string> kinds) =>
        kinds is [var only] ? $"{Words(only)}s" : $"{string.Join(", ", kinds.SkipLast(1).Select(kind => $"{Words(kind)}s"))} and {Words(kinds[^1])}s";

    static string Words(string kind) => kind.Replace('_', ' ').Replace('-', ' ');
}
