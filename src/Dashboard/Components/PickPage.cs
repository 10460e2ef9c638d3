namespace Dashboard.Components;

/// <summary>A thing to pick: its value, and what it is called.</summary>
public sealed record PickItem(string Value, string Name, string? Code = null)
{
    const char Mark = '\t';

    /// <summary>It as a form field's value, so that it can be shown again without being looked up.</summary>
    public string ToField() => string.Join(Mark, Value, Name, Code);

    /// <summary>Reads what <see cref="ToField"/> wrote; null for anything else.</summary>
    public static PickItem? OfField(string text) =>
        text.Split(Mark) is [{ Length: > 0 } value, var name, var code] ? new(value, name, code.Length == 0 ? null : code) : null;
}

/// <summary>The first of what a search finds, and how many it finds in all.</summary>
public sealed record PickPage(IReadOnlyList<PickItem> Items, int Total)
{
    /// <summary>What can be picked at once, as the answer to an empty text.</summary>
    public IReadOnlyList<PickGroup> Groups { get; init; } = [];
}

/// <summary>Things that can be picked at once.</summary>
/// <param name="Noun">What they are, in the plural: "workflows".</param>
/// <param name="Total">How many there are.</param>
/// <param name="LoadAsync">Reads the first of them, as many as are asked for.</param>
public sealed record PickGroup(string Noun, int Total, Func<int, CancellationToken, Task<IReadOnlyList<PickItem>>> LoadAsync);
