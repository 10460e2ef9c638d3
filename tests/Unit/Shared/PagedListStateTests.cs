using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace Dashboard.Tests.Unit.Shared;

public sealed class PagedListStateTests : IDisposable
{
    const int PageSize = 2;
    readonly Address address = new();
    readonly List<string> rows = ["a1", "a2", "b1", "b2", "c1"];
    readonly PagedListState<Shown, Rows> list;
    string currentName = "shop";
    bool mustStay;
    Error? error;
    Func<Task>? beforeRead;
    int reads;

    public PagedListStateTests() => list = new(ReadAsync, () => address) { MustStay = () => mustStay };

    public void Dispose() => list.Dispose();

    [Fact]
    public async Task Open_shows_the_first_page()
    {
        await list.OpenAsync(new("shop"));
        Assert.Equal(["a1", "a2"], list.Page!.Items);
        Assert.False(list.IsLoading);
        Assert.False(list.HasPrevious);
    }

    [Fact]
    public async Task Open_reads_nothing_where_that_is_shown_already()
    {
        list.Page = new(new("shop"), "shop", false, ["handed over"], null); // as the prerendered page hands it to its circuit
        await list.OpenAsync(new("shop"));
        Assert.Equal(0, reads);
        Assert.Equal(["handed over"], list.Page.Items);
    }

    [Fact]
    public async Task Next_and_previous_go_through_the_pages()
    {
        await list.OpenAsync(new("shop"));
        await list.NextAsync();
        await list.NextAsync();
        Assert.Equal(["c1"], list.Page!.Items);
        Assert.Equal(2, list.PageIndex);
        await list.NextAsync();
        Assert.Equal(["c1"], list.Page.Items);
        await list.PreviousAsync();
        Assert.Equal(["b1", "b2"], list.Page.Items);
        await list.PreviousAsync();
        await list.PreviousAsync();
        Assert.Equal(["a1", "a2"], list.Page.Items);
        Assert.Equal(0, list.PageIndex);
    }

    [Fact]
    public async Task Search_begins_at_the_first_page_and_lasts_through_a_filter()
    {
        await list.OpenAsync(new("shop"));
        await list.NextAsync();
        await list.SearchAsync(" 1 ");
        Assert.Equal("1", list.Search);
        Assert.Equal(["a1", "b1"], list.Page!.Items);
        Assert.False(list.HasPrevious);
        await list.OpenAsync(new("shop", Descending: true));
        Assert.Equal(["c1", "b1"], list.Page.Items);
    }

    [Fact]
    public async Task Search_ends_where_the_address_leads_to_another_list()
    {
        await list.OpenAsync(new("shop"));
        await list.SearchAsync("1");
        currentName = "depot";
        await list.OpenAsync(new("depot"));
        Assert.Equal("", list.Search);
        currentName = "shop";
        await list.OpenAsync(new("shop"), "2");
        Assert.Equal(["a2", "b2"], list.Page!.Items);
    }

    [Fact]
    public async Task Filter_begins_at_the_first_page()
    {
        await list.OpenAsync(new("shop"));
        await list.NextAsync();
        await list.OpenAsync(new("shop", Descending: true));
        Assert.Equal(["c1", "b2"], list.Page!.Items);
        Assert.False(list.HasPrevious);
    }

    [Fact]
    public async Task Filters_show_the_choice_until_its_list_is_read()
    {
        await list.OpenAsync(new("shop"));
        list.Choose(new("shop", Descending: true));
        Assert.True(list.Chosen!.Descending);
        Assert.False(list.Page!.State.Descending);
        await list.OpenAsync(new("shop"));
        Assert.False(list.Chosen.Descending);
    }

    [Fact]
    public async Task Reload_shows_the_same_page_as_it_is_now()
    {
        await list.OpenAsync(new("shop"));
        await list.NextAsync();
        rows[3] = "b2 renamed";
        await list.ReloadAsync();
        Assert.Equal(["b1", "b2 renamed"], list.Page!.Items);
        Assert.Equal(1, list.PageIndex);
    }

    [Fact]
    public async Task Reload_shows_the_previous_page_where_the_last_row_is_gone()
    {
        await list.OpenAsync(new("shop"));
        await list.NextAsync();
        await list.NextAsync();
        rows.Remove("c1");
        await list.ReloadAsync();
        Assert.Equal(["b1", "b2"], list.Page!.Items);
        Assert.Equal(1, list.PageIndex);
    }

    [Fact]
    public async Task Later_of_two_reads_is_shown_whichever_ends_first()
    {
        var slow = new TaskCompletionSource();
        beforeRead = () => slow.Task;
        var first = list.OpenAsync(new("shop"));
        Assert.True(list.IsLoading);
        beforeRead = null;
        await list.OpenAsync(new("shop", Descending: true));
        Assert.False(list.IsLoading);
        slow.SetResult();
        await first;
        Assert.Equal(["c1", "b2"], list.Page!.Items);
        Assert.False(list.IsLoading);
    }

    [Fact]
    public async Task Former_name_leads_to_the_address_of_today_with_its_query()
    {
        address.Go("old-shop/rows?descending=true");
        await list.OpenAsync(new("old-shop", Descending: true));
        Assert.Equal("/shop/rows?descending=true", Assert.Single(address.Redirects));
        Assert.Null(list.Page);
    }

    [Fact]
    public async Task Error_shows_that_nothing_is_there()
    {
        error = Error.NotFound;
        await list.OpenAsync(new("shop"));
        Assert.Equal(1, address.NotFounds);
    }

    [Fact]
    public async Task Error_leaves_a_page_that_must_stay()
    {
        await list.OpenAsync(new("shop"));
        (mustStay, error) = (true, Error.NotFound);
        await list.ReloadAsync();
        Assert.Equal(0, address.NotFounds);
        Assert.Equal(["a1", "a2"], list.Page!.Items);
    }

    [Fact]
    public async Task Signed_out_visitor_sees_nothing_new()
    {
        error = Error.SessionRequired;
        await list.OpenAsync(new("shop"));
        Assert.Null(list.Page);
        Assert.Equal(0, address.NotFounds);
        Assert.False(list.IsLoading);
    }

    [Fact]
    public async Task Failure_after_an_addition_is_reported_and_leaves_the_page()
    {
        await list.OpenAsync(new("shop"));
        await list.NextAsync();
        beforeRead = () => throw new InvalidOperationException("gone");
        Exception? reported = null;
        await list.TryLoadFirstAsync(failure => reported = failure);
        Assert.Equal("gone", reported?.Message);
        Assert.Equal(["b1", "b2"], list.Page!.Items);
        Assert.False(list.IsLoading);
    }

    [Fact]
    public async Task Read_is_cancelled_when_the_page_is_closed()
    {
        await list.OpenAsync(new("shop"));
        var token = list.Closed;
        list.Dispose();
        Assert.True(token.IsCancellationRequested);
        Assert.True(list.Closed.IsCancellationRequested);
    }

    async Task<Result<Rows>> ReadAsync(Shown state, string search, CancellationToken cancellationToken)
    {
        reads++;
        await (beforeRead?.Invoke() ?? Task.CompletedTask);
        if (error is not null)
        {
            return error;
        }

        var found = rows.Where(row => row.Contains(search, StringComparison.Ordinal)).ToList();
        if (state.Descending)
        {
            found.Reverse();
        }

        var from = state.Cursor is null ? 0 : found.IndexOf(state.Cursor);
        var page = from < 0 ? [] : found.Skip(from).Take(PageSize).ToList();
        return new Rows(state, currentName, search.Length > 0, page, found.ElementAtOrDefault(from + PageSize));
    }

    sealed record Shown(string Name, bool Descending = false) : ListPageState
    {
        public override string ToPath() => $"/{Name}/rows";
    }

    sealed record Rows(Shown State, string Name, bool Searched, IReadOnlyList<string> Items, string? NextCursor) : IListPage<Shown>
    {
        public int Count => Items.Count;

        public string ToPath() => (State with { Name = Name }).ToPath();
    }

    sealed class Address : NavigationManager
    {
        public Address()
        {
            Initialize("http://localhost/", "http://localhost/");
            OnNotFound += (_, _) => NotFounds++;
        }

        public List<string> Redirects { get; } = [];

        public int NotFounds { get; private set; }

        public void Go(string path) => Uri = BaseUri + path;

        protected override void NavigateToCore(string uri, NavigationOptions options)
        {
            Assert.True(options.ReplaceHistoryEntry);
            Redirects.Add(uri);
        }
    }
}
