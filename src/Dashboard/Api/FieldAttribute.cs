namespace Dashboard.Api;

/// <summary>Describes a JSON member or a query parameter in the OpenAPI document.</summary>
/// <param name="sentence">The description.</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
sealed class FieldAttribute(string sentence) : Attribute
{
    public string Sentence { get; } = sentence;

    /// <summary>An example value, as JSON.</summary>
    public string? Example { get; init; }

    /// <summary>The allowed values. Defaults to all values of the type.</summary>
    public string[]? Words { get; init; }

    /// <summary>The format of a string, such as <c>uri</c>.</summary>
    public string? Format { get; init; }

    /// <summary>The pattern that a whole string matches.</summary>
    public string? Pattern { get; init; }

    /// <summary>The minimum of a number, or of the length of a string or list; -1 for none.</summary>
    public int Min { get; init; } = -1;

    /// <summary>The maximum of a number, or of the length of a string or list; -1 for none.</summary>
    public int Max { get; init; } = -1;
}
