namespace Dashboard.Ui;

/// <summary>The column, by its <see cref="Column{T}.SortBy"/>, that a table is sorted by.</summary>
public readonly record struct SortState(string By, bool Descending = false);
