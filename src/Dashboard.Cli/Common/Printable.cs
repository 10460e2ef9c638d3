namespace Dashboard.Cli.Common;

/// <summary>Makes text of others fit for a terminal.</summary>
static class Printable
{
    /// <summary>Replaces control characters, which could move the cursor, recolor or retitle the terminal, or end a row.</summary>
    public static string Of(string text) =>
        text.AsSpan().ContainsAnyInRange('\u0000', '\u001f') || text.AsSpan().ContainsAnyInRange('\u007f', '\u009f')
        ? string.Create(text.Length, text, static (span, source) =>
        {
            for (var at = 0; at < span.Length; at++)
            {
                span[at] = char.IsControl(source[at]) ? ' ' : source[at];
            }
        })
        : text;
}
