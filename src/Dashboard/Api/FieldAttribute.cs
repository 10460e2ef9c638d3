namespace Dashboard.Api;

/// <summary>What the API's description says of a member or a query parameter.</summary>
/// <param name="sentence">What it means.</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
sealed class FieldAttribute(string sentence) : Attribute
{
    public string Sentence { get; } = sentence;

    /// <summary>A value as JSON writes it.</summary>
    public string? Example { get; init; }

    /// <summary>The only words that it can be; without them, all that its type knows.</summary>
    public string[]? Words { get; init; }

    /// <summary>The least and the most that a number can be, or a text's or list's length.</summary>
    public int Min { get; init; } = -1;

    public int Max { get; init; } = -1;
}
