namespace Dashboard.Core.Data;

/// <summary>Builds LIKE patterns from search text.</summary>
static class Like
{
    /// <summary>The escape character of the patterns.</summary>
    public const string Escape = "\\";

    /// <summary>Escapes every character of <paramref name="text"/> that is a wildcard on any supported database.</summary>
    public static string Literal(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);
}
