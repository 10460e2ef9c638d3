using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Ui;

public sealed partial class PickList : ComponentBase, IDisposable
{
    readonly string id = UiId.Next("pick");
    readonly CancellationTokenSource life = new();
    CancellationTokenSource? loading;
    IReadOnlyList<PickItem> rows = [];
    PickPage? page;
    int? all;
    string term = "";
    bool failed;

    [Inject] ILogger<PickList> Log { get; set; } = null!;

    [Parameter, EditorRequired] public string Label { get; set; } = "";

    /// <summary>What is picked, in the plural: "resources".</summary>
    [Parameter, EditorRequired] public string Noun { get; set; } = "";

    /// <summary>Finds what matches a text, everything for an empty one, and gives the first page of it.</summary>
    [Parameter, EditorRequired] public Func<string, CancellationToken, Task<PickPage>>? Load { get; set; }

    [Parameter] public IReadOnlyList<PickItem> Values { get; set; } = [];

    [Parameter] public EventCallback<IReadOnlyList<PickItem>> ValuesChanged { get; set; }

    /// <summary>The form field's name; each chosen item's value there is what <see cref="PickItem.ToField"/> makes of it.</summary>
    [Parameter] public string? Name { get; set; }

    /// <summary>Whether several can be chosen; where not, another takes the place of what was.</summary>
    [Parameter] public bool MultiSelection { get; set; } = true;

    [Parameter] public TimeSpan DebounceInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    [Parameter] public string? Hint { get; set; }

    [Parameter] public string? Error { get; set; }

    [Parameter] public string? Class { get; set; }

    string Placeholder => all > 1 ? $"Search {Number(all.Value)} {Noun}" : $"Search {Noun}";

    string? describedBy => Error is not null ? $"{id}-error" : Hint is not null ? $"{id}-hint" : null;

    string? Rest
    {
        get
        {
            if (failed)
            {
                return $"Could not load the {Noun}. Search again.";
            }

            if (page is null)
            {
                return "Searching…";
            }

            var more = page.Total - page.Items.Count;
            return page.Total == 0 ? (term.Length == 0 ? $"No {Noun} yet." : $"No {Noun} match “{term}”.")
                : more > 0 ? $"{Number(more)} more. Search to narrow them down."
                : null;
        }
    }

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    protected override Task OnInitializedAsync() => SearchAsync("");

    static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    bool IsChosen(PickItem item) => Values.Any(chosen => string.Equals(chosen.Value, item.Value, StringComparison.Ordinal));

    async Task SearchAsync(string text)
    {
        if (Load is null || life.IsCancellationRequested)
        {
            return;
        }

        loading?.Cancel();
        using var mine = loading = CancellationTokenSource.CreateLinkedTokenSource(life.Token);
        term = text.Trim();
        page = null;
        failed = false;
        try
        {
            var found = await Load(term, mine.Token);
            mine.Token.ThrowIfCancellationRequested();
            page = found;
            all = term.Length == 0 ? found.Total : all;
            // What is chosen stands first, but nothing moves while boxes are ticked: the order is made here, once a search.
            rows = term.Length == 0 ? [.. Values, .. found.Items.Where(item => !IsChosen(item))] : [.. found.Items.OrderByDescending(IsChosen)];
        }
        catch (OperationCanceledException) when (mine.IsCancellationRequested)
        {
            // A later search has taken its place.
        }
        catch (Exception failure) when (!mine.IsCancellationRequested)
        {
            // The rest of the form is worth more than a list that can be asked for again.
            LogFailure(Log, failure);
            failed = true;
            rows = [.. Values];
        }
        finally
        {
            if (loading == mine)
            {
                loading = null;
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The items to pick from could not be read.")]
    static partial void LogFailure(ILogger log, Exception failure);

    Task ToggleAsync(PickItem item, bool on) => ValuesChanged.InvokeAsync(
        !MultiSelection ? [item] : on ? [.. Values, item] : [.. Values.Where(chosen => !string.Equals(chosen.Value, item.Value, StringComparison.Ordinal))]);
}
