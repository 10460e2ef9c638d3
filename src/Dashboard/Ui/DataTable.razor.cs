using Microsoft.AspNetCore.Components;

namespace Dashboard.Ui;

/// <summary>A table that knows nothing of where its rows come from: it is given one page of them and tells what it is asked for.</summary>
public sealed partial class DataTable<T> : ComponentBase
{
    readonly string sortId = UiId.Next("sort");
    readonly List<Column<T>> columns = [];

    /// <summary>What the rows are, for who can't see the page's heading: "API keys of Order Platform".</summary>
    [Parameter, EditorRequired] public string Caption { get; set; } = "";

    [Parameter, EditorRequired] public RenderFragment? Columns { get; set; }

    /// <summary>One page. Null until it is there, which shows skeletons.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<T>? Items { get; set; }

    /// <summary>The next rows are on their way; the old ones stay, paler.</summary>
    [Parameter] public bool Loading { get; set; }

    /// <summary>Stands in the table when it has no row.</summary>
    [Parameter] public RenderFragment? NoRecordsContent { get; set; }

    /// <summary>What tells one row from another, so that a row keeps its menus and its focus. By default the item itself.</summary>
    [Parameter] public Func<T, object>? RowKey { get; set; }

    [Parameter] public Func<T, string?>? RowClass { get; set; }

    /// <summary>Rows of two lines.</summary>
    [Parameter] public bool Roomy { get; set; }

    [Parameter] public int SkeletonRows { get; set; } = 5;

    [Parameter] public SortState? Sort { get; set; }

    [Parameter] public EventCallback<SortState> SortChanged { get; set; }

    /// <summary>How many there are: "1 to 50 of 214 keys".</summary>
    [Parameter] public string? Summary { get; set; }

    [Parameter] public bool HasPrevious { get; set; }

    [Parameter] public bool HasNext { get; set; }

    [Parameter] public EventCallback PreviousPage { get; set; }

    [Parameter] public EventCallback NextPage { get; set; }

    List<Column<T>> sortable => columns.FindAll(column => column.SortBy is not null);

    internal void Add(Column<T> column) => columns.Add(column);

    internal void Remove(Column<T> column) => columns.Remove(column);

    string? AriaSort(Column<T> column) =>
        Sort is { } sort && sort.By == column.SortBy ? sort.Descending ? "descending" : "ascending" : null;

    Task SortAsync(Column<T> column) =>
        SortChanged.InvokeAsync(new(column.SortBy!, Sort is { } sort && sort.By == column.SortBy ? !sort.Descending : column.DescendingFirst));

    Task ChooseSortAsync(ChangeEventArgs e) => e.Value is string { Length: > 0 } chosen
        ? SortChanged.InvokeAsync(chosen[0] == '-' ? new(chosen[1..], Descending: true) : new(chosen))
        : Task.CompletedTask;
}
