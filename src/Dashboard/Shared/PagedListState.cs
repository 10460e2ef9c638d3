using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace Dashboard.Shared;

/// <summary>Reads a page of a list.</summary>
delegate Task<Result<TPage>> ReadListPage<in TState, TPage>(TState state, string search, CancellationToken cancellationToken);

/// <summary>What a list page does, whatever it lists: load, search, filter, next and previous page, reload after a change, follow a rename.
/// The address says what is shown: whatever is chosen goes there first, and is read when the address has changed.</summary>
/// <param name="read">Reads one page.</param>
/// <param name="navigation">The navigation, once it is injected.</param>
sealed class PagedListState<TState, TPage>(ReadListPage<TState, TPage> read, Func<NavigationManager> navigation) : IDisposable
    where TState : ListPageState
    where TPage : class, IListPage<TState>
{
    /// <summary>What fits into the circuit's first message, encoded twice. A page of the default size always does.</summary>
    const int MaxKept = 100_000;

    readonly CancellationTokenSource life = new();
    string unaddressed = "";
    string unaddressedNext = "";
    string? chosenFrom;
    TState? going;
    TState? loading;
    int reads;

    /// <summary>Whether the page has to stay whatever became of its list: it shows something that cannot be shown again.</summary>
    public Func<bool> MustStay { get; init; } = () => false;

    /// <summary>The page that is shown; null before the first is read.</summary>
    public TPage? Page { get; private set; }

    /// <summary>The page, to be handed from the prerendered page to its circuit; null where it is too large and has to be read
    /// again.</summary>
    public TPage? Kept
    {
        get => Page is { } page
            && (page.Count <= ListPageState.DefaultSize || JsonSerializer.SerializeToUtf8Bytes(page).Length <= MaxKept) ? page : null;
        set => Page ??= value; // it is handed over again when a cascading value has changed
    }

    /// <summary>The search term in force, also if it may be a secret and is not in the address.</summary>
    public string Search { get; private set; } = "";

    /// <summary>Whether a page is being read.</summary>
    public bool IsLoading { get; private set; }

    /// <summary>Whether there is a page before this one.</summary>
    public bool HasPrevious => Page?.State.Number > 1;

    /// <summary>What the filters show: the last choice, even while its list is being read.</summary>
    public TState? Chosen => going ?? loading ?? Page?.State;

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
    /// <param name="filters">The list, and the filters that the address describes.</param>
    /// <param name="address">The rest of the address.</param>
    public async Task OpenAsync(TState filters, ListAddress address = default)
    {
        var requested = address.Apply(filters);
        if (address.HoldsSecret)
        {
            Go(requested, replace: true, hasRemoved: true);
            return;
        }

        if (going is not null && !going.Equals(requested) && going.ToPath() == requested.ToPath())
        {
            return; // what was chosen since is on its way
        }

        chosenFrom = requested.Equals(going) ? chosenFrom : null;
        going = null;
        if (requested.Search.Length > 0 || !IsAt(requested))
        {
            (unaddressed, unaddressedNext) = (requested.Search.Length > 0 ? "" : unaddressedNext, "");
        }

        Search = requested.Search.Length > 0 ? requested.Search : unaddressed;
        if (Page is { } page && page.State.Equals(requested) && page.Searched == Search.Length > 0)
        {
            (reads, IsLoading, loading) = (reads + 1, false, null); // what is still being read is no longer asked for
            return;
        }

        await LoadAsync(requested);
    }

    /// <summary>Shows the first page with other filters, another order or another number of rows.</summary>
    public Task ShowAsync(TState state) => GoOrLoadAsync(First(state), replace: false);

    /// <summary>Shows the first page with another filter from a list of options. Arrow keys choose each option that they pass, so what the
    /// same list chooses in a row is one entry of the browser's history.</summary>
    public Task ChooseAsync(TState state, string from)
    {
        var again = from == chosenFrom;
        var done = GoOrLoadAsync(First(state), replace: again);
        chosenFrom = from;
        return done;
    }

    /// <summary>Shows the first page with other filters and without a search.</summary>
    public Task ClearAsync(TState state)
    {
        (unaddressed, Search) = ("", "");
        return ShowAsync(state with { Search = "" });
    }

    /// <summary>Searches the list. An empty term shows all. Letter by letter it is one entry of the browser's history.</summary>
    public Task SearchAsync(string term) => GoOrLoadAsync(First(Searched(Chosen!, term)), replace: true);

    /// <summary>Shows the first page with other filters and another search.</summary>
    public Task ShowAsync(TState state, string term) => ShowAsync(Searched(state, term));

    /// <summary>Goes to the list of the same kind at another address, and searches it.</summary>
    public void Leave(TState state, string term)
    {
        var addressed = SearchText.MayStandInAddress(term);
        unaddressedNext = addressed ? "" : term;
        navigation().NavigateTo((state with { Search = addressed ? term : "" }).ToAddress());
    }

    /// <summary>Shows the first page again, with what has been added. A failure is reported and not thrown: the page shows what must not be
    /// lost with it.</summary>
    public async Task TryLoadFirstAsync(Action<Exception> report)
    {
        try
        {
            var first = First(Page!.State);
            var moved = !first.Equals(Page.State);
            await LoadAsync(first);
            if (moved && first.Equals(Page.State))
            {
                Go(first, replace: false); // the address follows: it leads to what is shown already
            }
        }
        catch (Exception failure) when (!life.IsCancellationRequested)
        {
            report(failure);
        }
    }

    /// <summary>Reads the page again after a change. Where its last row is gone, the previous page is shown.</summary>
    public Task ReloadAsync() => LoadAsync(Page!.State);

    /// <summary>Shows the next page, if there is one.</summary>
    public Task NextAsync() => Page is { NextCursor: { } next, State: var state }
        ? GoOrLoadAsync(state with { After = state.AfterWith(next), Number = state.Number + 1 }, replace: false)
        : Task.CompletedTask;

    /// <summary>Shows the previous page, if there is one.</summary>
    public Task PreviousAsync() => HasPrevious ? GoOrLoadAsync(Previous(Page!.State), replace: false) : Task.CompletedTask;

    TState Searched(TState state, string term)
    {
        Search = term.Trim();
        var addressed = SearchText.MayStandInAddress(Search);
        unaddressed = addressed ? "" : Search;
        return state with { Search = addressed ? Search : "" };
    }

    static TState First(TState state) => state with { After = "", Number = 1 };

    static TState Previous(TState state) => state.After.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
        ? state with { After = state.After[(dot + 1)..], Number = state.Number - 1 }
        : First(state);

    /// <summary>Goes to the address of a state. Where it is there already, only what is not in the address has changed.</summary>
    Task GoOrLoadAsync(TState state, bool replace)
    {
        if (going is null && state.Equals(loading ?? Page?.State))
        {
            return LoadAsync(state);
        }

        Go(state, replace);
        return Task.CompletedTask;
    }

    void Go(TState state, bool replace, bool hasRemoved = false)
    {
        if (life.IsCancellationRequested)
        {
            return; // another page is shown
        }

        (going, chosenFrom) = (state, null);
        var address = state.ToAddress();
        navigation().NavigateTo(hasRemoved ? QueryHelpers.AddQueryString(address, ListAddress.Removed, "true") : address, replace: replace);
    }

    async Task LoadAsync(TState state)
    {
        var mine = ++reads;
        (IsLoading, loading) = (true, state);
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
                (IsLoading, loading) = (false, null);
            }
        }
    }

    void Show(TState state, Result<TPage> result)
    {
        if (result.Error is { } error)
        {
            if (error.Errors?.ContainsKey("cursor") == true && state.Cursor is not null)
            {
                Go(First(state), replace: true); // the cursor is made up, or of another list
            }
            else if (error.Code != ErrorCode.SessionRequired && !MustStay()) // the router leads to the sign-in
            {
                navigation().NotFound();
            }
        }
        else if (result.Value.ToPath() is var path && path != state.ToPath())
        {
            navigation().NavigateTo(path + new Uri(navigation().Uri).Query, replace: true); // the address has a former name
        }
        else if (result.Value.Count == 0 && state.Cursor is not null)
        {
            Go(Previous(state), replace: true); // its last row is gone
        }
        else
        {
            Page = result.Value;
        }
    }
}
