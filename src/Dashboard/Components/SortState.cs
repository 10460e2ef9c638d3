namespace Dashboard.Components;

/// <summary>The column, by its <see cref="SortTh.By"/>, that a table is sorted by.</summary>
public readonly record struct SortState(string By, bool Descending = false);
