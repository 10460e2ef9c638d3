using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace Dashboard.Tests.Unit.Shared;

public sealed class PagedListStateTests : IDisposable
{
    const int PageSize = 2;
    readonly Address address = new();
    readonly List<string> rows = ["a1", "a2", "b1", "b2", "c1"];
    readonly PagedListState<Shown, Rows> list;
    readonly List<string> gone = [];
    string currentName = "shop";
    bool mustStay;
    Error? error;
    Func<Task>? beforeRead;
    int reads;

    public PagedListStateTests()
    {
        list = new(ReadAsync, () => address) { MustStay = () => mustStay };
        address.Reached = OpenAsync;
    }

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
        list.Kept = new(new("shop"), "shop", false, ["handed over"], null); // as the prerendered page hands it to its circuit
        await list.OpenAsync(new("shop"));
        Assert.Equal(0, reads);
        Assert.Equal(["handed over"], list.Page!.Items);
    }

    [Fact]
    public async Task Next_and_previous_go_through_the_pages()
    {
        await list.OpenAsync(new("shop"));
        await list.NextAsync();
        await list.NextAsync();
        Assert.Equal(["c1"], list.Page!.Items);
        Assert.Equal((3, 4), (list.Page.State.Number, list.Page.State.Before * PageSize / ListPageState.DefaultSize));
        await list.NextAsync();
        Assert.Equal(["c1"], list.Page.Items);
        await list.PreviousAsync();
        Assert.Equal(["b1", "b2"], list.Page.Items);
        await list.PreviousAsync();
        await list.PreviousAsync();
        Assert.Equal(["a1", "a2"], list.Page.Items);
        Assert.Equal(1, list.Page.State.Number);
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
        await list.ShowAsync(list.Chosen! with { Descending = true });
        Assert.Equal(["c1", "b1"], list.Page.Items);
        Assert.Equal("/shop/rows?search=1&descending=true", address.Last);
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
        list.Leave(new("shop"), "2");
        Assert.Equal(["a2", "b2"], list.Page!.Items);
    }

    [Fact]
    public async Task Paging_and_filters_are_entries_of_the_history_and_letters_are_not()
    {
        await list.OpenAsync(new("shop"));
        await list.NextAsync();
        await list.PreviousAsync();
        await list.ShowAsync(list.Chosen! with { Descending = true });
        await list.ShowAsync(list.Chosen! with { Size = 50 });
        Assert.Equal(4, address.Pushed);
        await list.SearchAsync("b");
        await list.SearchAsync("b1");
        Assert.Equal((4, 2), (address.Pushed, address.Redirects.Count));
    }

    [Fact]
    public async Task Options_that_arrow_keys_pass_are_one_entry_of_the_history()
    {
        await list.OpenAsync(new("shop"));
        await list.ChooseAsync(list.Chosen! with { Descending = true }, "order");
        await list.ChooseAsync(list.Chosen! with { Descending = false }, "order");
        await list.ChooseAsync(list.Chosen! with { Descending = true }, "order");
        Assert.Equal((1, 2), (address.Pushed, address.Redirects.Count));
        await list.NextAsync();
        await list.ChooseAsync(list.Chosen! with { Descending = false }, "order");
        Assert.Equal(3, address.Pushed);
        await OpenAsync("/shop/rows?descending=true"); // back
        await list.ChooseAsync(list.Chosen! with { Descending = false }, "order");
        Assert.Equal((4, 2), (address.Pushed, address.Redirects.Count));
    }

    [Fact]
    public async Task Address_brings_a_page_back_with_the_pages_before_it()
    {
        await list.OpenAsync(new("shop"));
        await list.ShowAsync(list.Chosen! with { Size = 50 });
        await list.SearchAsync("");
        await list.NextAsync();
        await list.NextAsync();
        using var again = new PagedListState<Shown, Rows>(ReadAsync, () => address);
        await again.OpenAsync(new("shop"), Address.Parse(address.Last).Others);
        Assert.Equal(["c1"], again.Page!.Items);
        Assert.Equal(list.Page!.State, again.Page.State);
        await list.PreviousAsync();
        await again.OpenAsync(new("shop"), Address.Parse(address.Last).Others);
        Assert.Equal(["b1", "b2"], again.Page.Items);
        Assert.Equal((2, 50), (again.Page.State.Number, again.Page.State.Size));
    }

    [Theory]
    [InlineData("forged", null, "1")]
    [InlineData("forged.b1", "3", "1")]
    [InlineData("", "7", "1")]
    [InlineData("b1", null, "2")]
    [InlineData("b1", "x", "2")]
    [InlineData("b1", "-5", "2")]
    [InlineData("b1", "99999999999", "2")]
    [InlineData("b1; DROP", "2", "1")]
    public async Task Forged_cursor_shows_the_first_page(string after, string? number, string shown)
    {
        await list.OpenAsync(new("shop"), new(null, after, number, null));
        Assert.Equal(shown, $"{list.Page!.State.Number}");
        Assert.Equal(shown == "1" ? ["a1", "a2"] : ["b1", "b2"], list.Page.Items);
        Assert.Equal(0, address.NotFounds);
    }

    [Theory]
    [InlineData("100", 100)]
    [InlineData("26", 25)]
    [InlineData("1000000", 25)]
    [InlineData("x", 25)]
    [InlineData(null, 25)]
    public async Task Size_is_one_of_those_to_choose_from(string? size, int expected)
    {
        await list.OpenAsync(new("shop"), new(null, null, null, size));
        Assert.Equal(expected, list.Page!.State.Size);
    }

    [Fact]
    public async Task Secret_is_searched_for_and_stays_out_of_the_address()
    {
        const string secret = "nk_live_Ab12CdEf_K3kq9ZrT1xW";
        rows.Add($"row {secret}");
        await list.OpenAsync(new("shop"));
        await list.NextAsync();
        await list.SearchAsync(secret);
        Assert.Equal([$"row {secret}"], list.Page!.Items);
        await list.ShowAsync(list.Chosen! with { Descending = true });
        Assert.Equal([$"row {secret}"], list.Page.Items);
        Assert.Equal("/shop/rows?descending=true", address.Last);
        Assert.DoesNotContain(secret, System.Text.Json.JsonSerializer.Serialize(list.Page.State), StringComparison.Ordinal);
        await list.SearchAsync(secret + "x");
        Assert.Empty(list.Page.Items);
        await list.SearchAsync("");
        Assert.Equal(2, list.Page.Items.Count);
    }

    [Fact]
    public async Task Secret_in_the_address_is_taken_out_of_it()
    {
        address.Go("shop/rows?search=nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH");
        await list.OpenAsync(
            new("shop"), Address.Parse("/shop/rows?search=nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH&size=50").Others);
        Assert.Equal("/shop/rows?size=50&removed=true", Assert.Single(address.Redirects));
        Assert.Equal("", list.Search);
        Assert.Equal(["a1", "a2"], list.Page!.Items);
    }

    [Fact]
    public async Task Choice_that_was_overtaken_is_not_shown()
    {
        await list.OpenAsync(new("shop"));
        address.Reached = null; // the browser has yet to say that it went there
        await list.SearchAsync("b");
        await list.SearchAsync("b1");
        await list.OpenAsync(new("shop"), new("b", null, null, null));
        Assert.Equal(("b1", 1), (list.Search, reads));
        await list.OpenAsync(new("shop"), new("b1", null, null, null));
        Assert.Equal(["b1"], list.Page!.Items);
    }

    [Fact]
    public async Task Return_to_what_is_shown_while_another_page_is_read_is_a_choice_too()
    {
        await list.OpenAsync(new("shop"));
        var slow = new TaskCompletionSource();
        beforeRead = () => slow.Task;
        await list.ShowAsync(new("shop", Descending: true));
        beforeRead = null;
        await list.ShowAsync(new("shop"));
        slow.SetResult();
        await address.Settled;
        Assert.Equal(("/shop/rows", "a1"), (address.Last, list.Page!.Items[0]));
    }

    [Fact]
    public void Address_keeps_as_many_cursors_as_it_has_room_for()
    {
        var state = new Shown("shop");
        for (var page = 0; page < 100; page++)
        {
            state = state with { After = state.AfterWith($"{page}{new string('x', 100)}"), Number = state.Number + 1 };
        }

        Assert.StartsWith("99x", state.Cursor, StringComparison.Ordinal);
        Assert.InRange(state.ToAddress().Length, 1300, 1600);
    }

    [Fact]
    public async Task Page_too_large_for_the_first_message_is_not_handed_over()
    {
        await list.OpenAsync(new("shop"));
        Assert.Same(list.Page, list.Kept);
        Assert.NotNull(HandedOver(900).Kept);
        var large = HandedOver(1100);
        Assert.Null(large.Kept);
        Assert.NotNull(large.Page);

        PagedListState<Shown, Rows> HandedOver(int length) => new(ReadAsync, () => address)
        {
            Kept = new(new("shop") { Size = 100 }, "shop", false, [.. Enumerable.Repeat(new string('x', length), 100)], null),
        };
    }

    [Fact]
    public async Task Page_that_is_handed_over_again_does_not_replace_the_newer_one()
    {
        await list.OpenAsync(new("shop"));
        var shown = list.Page;
        list.Kept = new(new("shop"), "shop", false, ["handed over"], null);
        Assert.Same(shown, list.Page);
    }

    [Fact]
    public async Task Filter_begins_at_the_first_page()
    {
        await list.OpenAsync(new("shop"));
        await list.NextAsync();
        await list.ShowAsync(list.Chosen! with { Descending = true });
        Assert.Equal(["c1", "b2"], list.Page!.Items);
        Assert.False(list.HasPrevious);
    }

    [Fact]
    public async Task Filters_show_the_choice_until_its_list_is_read()
    {
        await list.OpenAsync(new("shop"));
        address.Reached = null;
        await list.ShowAsync(new("shop", Descending: true));
        Assert.True(list.Chosen!.Descending);
        Assert.False(list.Page!.State.Descending);
        await list.OpenAsync(new("shop", Descending: true));
        Assert.True(list.Page.State.Descending);
    }

    [Fact]
    public async Task Reload_shows_the_same_page_as_it_is_now()
    {
        await list.OpenAsync(new("shop"));
        await list.NextAsync();
        rows[3] = "b2 renamed";
        await list.ReloadAsync();
        Assert.Equal(["b1", "b2 renamed"], list.Page!.Items);
        Assert.Equal(2, list.Page.State.Number);
    }

    [Fact]
    public async Task Reload_shows_the_previous_page_where_the_last_row_is_gone()
    {
        await list.OpenAsync(new("shop"));
        await list.NextAsync();
        await list.NextAsync();
        rows.Remove("c1");
        gone.Add("c1");
        await list.ReloadAsync();
        Assert.Equal(["b1", "b2"], list.Page!.Items);
        Assert.Equal(2, list.Page.State.Number);
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
        address.Reached = null;
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
        Assert.EndsWith("after=b1", address.Last, StringComparison.Ordinal);
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

    [Fact]
    public async Task Addition_leads_to_the_first_page_and_its_address()
    {
        await list.OpenAsync(new("shop"));
        await list.NextAsync();
        rows.Insert(0, "a0");
        await list.TryLoadFirstAsync(failure => Assert.Fail(failure.Message));
        Assert.Equal(["a0", "a1"], list.Page!.Items);
        Assert.Equal("/shop/rows", address.Last);
        Assert.Equal(3, reads);
    }

    [Fact]
    public async Task List_of_a_page_that_was_left_leads_nowhere()
    {
        await list.OpenAsync(new("shop"));
        list.Dispose();
        await list.ShowAsync(new("shop", Descending: true));
        Assert.Equal(0, address.Pushed);
    }

    async Task OpenAsync(string path)
    {
        var (name, descending, rest) = Address.Parse(path);
        await list.OpenAsync(new(name, descending), rest);
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
        if (state.Cursor is not null && !rows.Contains(state.Cursor) && !gone.Contains(state.Cursor))
        {
            return Error.Invalid("cursor", "Use the cursor of the previous page.");
        }

        var page = from < 0 ? [] : found.Skip(from).Take(PageSize).ToList();
        return new Rows(state, currentName, search.Length > 0, page, found.ElementAtOrDefault(from + PageSize));
    }

    sealed record Shown(string Name, bool Descending = false) : ListPageState
    {
        protected override IEnumerable<(string Name, string? Value)> Filters => [("descending", Descending ? "true" : null)];

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

        /// <summary>The addresses that took the place of others.</summary>
        public List<string> Redirects { get; } = [];

        /// <summary>How many became entries of the history.</summary>
        public int Pushed { get; private set; }

        public string Last { get; private set; } = "";

        public int NotFounds { get; private set; }

        /// <summary>What the router does once the browser is there.</summary>
        public Func<string, Task>? Reached { get; set; }

        public Task Settled { get; private set; } = Task.CompletedTask;

        public void Go(string path) => Uri = BaseUri + path;

        public static (string Name, bool Descending, ListAddress Others) Parse(string path)
        {
            var query = QueryHelpers.ParseQuery(
                path.Contains('?', StringComparison.Ordinal) ? path[path.IndexOf('?', StringComparison.Ordinal)..] : "");
            return (path.Split('/')[1], query.ContainsKey("descending"), new(query.GetValueOrDefault("search"),
                query.GetValueOrDefault("after"), query.GetValueOrDefault("page"), query.GetValueOrDefault("size")));
        }

        protected override void NavigateToCore(string uri, NavigationOptions options)
        {
            Last = uri;
            if (options.ReplaceHistoryEntry)
            {
                Redirects.Add(uri);
            }
            else
            {
                Pushed++;
            }

            Settled = Reached?.Invoke(uri) ?? Task.CompletedTask;
        }
    }
}
