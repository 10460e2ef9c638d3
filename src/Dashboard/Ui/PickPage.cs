namespace Dashboard.Ui;

/// <summary>A thing to pick: its value, and what it is called.</summary>
public sealed record PickItem(string Value, string Name, string? Code = null);

/// <summary>The first of what a search finds, and how many it finds in all.</summary>
public sealed record PickPage(IReadOnlyList<PickItem> Items, int Total);
