using Microsoft.AspNetCore.Components;

namespace Dashboard.Ui;

public enum ColumnKind
{
    Text,

    /// <summary>What the row is called: takes the width that is left, is cut off first, and heads the card on a phone.</summary>
    Title,
    Number,

    /// <summary>One menu button at the row's end.</summary>
    Actions,
}

/// <summary>A column of a <see cref="DataTable{T}"/>, declared in its <c>Columns</c>. It draws nothing itself: it tells the table.</summary>
public sealed class Column<T> : ComponentBase, IDisposable
{
    [CascadingParameter] public DataTable<T> Table { get; set; } = null!;

    [Parameter, EditorRequired] public string Title { get; set; } = "";

    [Parameter] public ColumnKind Kind { get; set; }

    /// <summary>Makes the heading a button that asks for this order.</summary>
    [Parameter] public string? SortBy { get; set; }

    /// <summary>What the order goes by, where that is not the title: a state's column may be sorted by its "Expiry".</summary>
    [Parameter] public string? SortName { get; set; }

    /// <summary>What the two orders are called: "A to Z", "newest first".</summary>
    [Parameter] public string Ascending { get; set; } = "ascending";

    [Parameter] public string Descending { get; set; } = "descending";

    /// <summary>The first press of the heading asks for the descending order, as people want it for times.</summary>
    [Parameter] public bool DescendingFirst { get; set; }

    /// <summary>When the table gets narrow, 1 leaves first and 4 last; 0 stays. As a card a row shows all of them.</summary>
    [Parameter] public int Drop { get; set; }

    /// <summary>Not even a card shows it.</summary>
    [Parameter] public bool HideOnCard { get; set; }

    [Parameter] public string? Class { get; set; }

    [Parameter, EditorRequired] public RenderFragment<T> ChildContent { get; set; } = null!;

    internal string? CssClass => Css.Join(
        Kind switch { ColumnKind.Title => "c-title c-flex", ColumnKind.Number => "c-num", ColumnKind.Actions => "c-act", _ => null },
        Drop > 0 ? $"drop-{Drop}" : null,
        HideOnCard ? "drop-card" : null,
        Class);

    public void Dispose() => Table.Remove(this);

    protected override void OnInitialized() => Table.Add(this);
}
