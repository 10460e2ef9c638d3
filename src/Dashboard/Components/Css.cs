namespace Dashboard.Components;

static class Css
{
    /// <summary>The class attribute's value, without the parts that are null; null when none is left.</summary>
    public static string? Join(params ReadOnlySpan<string?> parts) =>
        string.Join(' ', parts.ToArray().Where(part => !string.IsNullOrEmpty(part))) is { Length: > 0 } all ? all : null;
}
