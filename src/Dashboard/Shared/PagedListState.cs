using Microsoft.AspNetCore.Components;

namespace Dashboard.Shared;

/// <summary>Reads a page of a list.</summary>
delegate Task<Result<TPage>> ReadListPage<in TState, TPage>(TState state, string search, CancellationToken cancellationToken);

/// <summary>What a list page does, whatever it lists: load, search, next and previous page, reload after a change, follow a rename.</summary>
/// <param name="read">Reads one page.</param>
/// <param name="navigation">The navigation, once it is injected.</param>
sealed class PagedListState<TState, TPage>(ReadListPage<TState, TPage> read, Func<NavigationManager> navigation) : IDisposable
    where TState : ListPageState
    where TPage : class, IListPage<TState>
{
    readonly CancellationTokenSource life = new();
    readonly Stack<string?> previous = new();
    TState? chosen;
    int reads;

    /// <summary>Whether the page has to stay whatever became of its list: it shows something that cannot be shown again.</summary>
    public Func<bool> MustStay { get; init; } = () => false;

    /// <summary>The page that is shown; null before the first is read.</summary>
    public TPage? Page { get; set; }

    /// <summary>The search term.</summary>
    public string Search { get; set; } = "";

    /// <summary>Whether a page is being read.</summary>
    public bool IsLoading { get; private set; }

    /// <summary>The number of pages before this one.</summary>
    public int PageIndex => previous.Count;

    /// <summary>Whether there is a page before this one.</summary>
    public bool HasPrevious => previous.Count > 0;

    /// <summary>What the filters show: the last choice, even while its list is being read.</summary>
    public TState? Chosen => chosen ?? Page?.State;

    /// <summary>Cancelled when the page is closed.</summary>
    public CancellationToken Closed => life.IsCancellationRequested ? new(canceled: true) : life.Token;

    /// <inheritdoc />
    public void Dispose()
    {
        if (!life.IsCancellationRequested)
        {
            life.Cancel();
            life.Dispose();
        }
    }

    /// <summary>Whether the list that is shown is at the address of <paramref name="state"/>, whatever its filters.</summary>
    public bool IsAt(TState state) => Page?.State.ToPath() == state.ToPath();

    /// <summary>Shows what the address asks for. Nothing is read where that is shown already.</summary>
    /// <param name="requested">The state that the address describes.</param>
    /// <param name="search">The search term where the address leads to another list; it is kept within a list.</param>
    public async Task OpenAsync(TState requested, string search = "")
    {
        Search = IsAt(requested) ? Search : search;
        if (Page is { } page && (page.State with { Cursor = null }).Equals(requested) && page.Searched == Search.Length > 0)
        {
            chosen = null;
            return;
        }

        await LoadFirstAsync(requested);
    }

    /// <summary>Has the filters show a choice before its list is read.</summary>
    public void Choose(TState state) => chosen = state;

    /// <summary>Searches the list. An empty term shows all.</summary>
    public Task SearchAsync(string term)
    {
        Search = term.Trim();
        return LoadFirstAsync(Page!.State);
    }

    /// <summary>Shows the first page of a state.</summary>
    public Task LoadFirstAsync(TState state)
    {
        previous.Clear();
        return LoadAsync(state with { Cursor = null });
    }

    /// <summary>Shows the first page again, with what has been added. A failure is reported and not thrown: the page shows what must not be lost with it.</summary>
    public async Task TryLoadFirstAsync(Action<Exception> report)
    {
        try
        {
            await LoadFirstAsync(Page!.State);
        }
        catch (Exception failure) when (!life.IsCancellationRequested)
        {
            report(failure);
        }
    }

    /// <summary>Reads the page again after a change. Where its last row is gone, the previous page is shown.</summary>
    public async Task ReloadAsync()
    {
        await LoadAsync(Page!.State);
        if (Page.Count == 0)
        {
            await PreviousAsync();
        }
    }

    /// <summary>Shows the next page, if there is one.</summary>
    public async Task NextAsync()
    {
        if (Page is { NextCursor: { } next } page)
        {
            previous.Push(page.State.Cursor);
            await LoadAsync(page.State with { Cursor = next });
        }
    }

    /// <summary>Shows the previous page, if there is one.</summary>
    public async Task PreviousAsync()
    {
        if (Page is { } page && previous.TryPop(out var cursor))
        {
            await LoadAsync(page.State with { Cursor = cursor });
        }
    }

    async Task LoadAsync(TState state)
    {
        var mine = ++reads;
        IsLoading = true;
        try
        {
            var result = await read(state, Search, Closed);
            if (mine == reads) // of two at once, the later one is shown
            {
                Show(state, result);
            }
        }
        finally
        {
            if (mine == reads)
            {
                (IsLoading, chosen) = (false, null);
            }
        }
    }

    void Show(TState state, Result<TPage> result)
    {
        if (result.Error is { } error)
        {
            if (error.Code != ErrorCode.SessionRequired && !MustStay()) // the router leads to the sign-in
            {
                navigation().NotFound();
            }
        }
        else if (result.Value.ToPath() is var path && path != state.ToPath())
        {
            navigation().NavigateTo(path + new Uri(navigation().Uri).Query, replace: true); // the address has a former name
        }
        else
        {
            Page = result.Value;
        }
    }
}
