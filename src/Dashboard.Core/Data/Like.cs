namespace Dashboard.Core.Data;

/// <summary>What people search for, as a part of a LIKE pattern.</summary>
static class Like
{
    /// <summary>The escape character of every pattern.</summary>
    public const string Escape = "\\";

    /// <summary>Returns <paramref name="text"/> so that none of its characters is a wildcard on any database.</summary>
    public static string Literal(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);
}
