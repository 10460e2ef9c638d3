namespace Dashboard.Components;

/// <summary>An order in the list above a table whose rows are cards: "Name, A to Z".</summary>
public sealed record SortOption(SortState Sort, string Text);
