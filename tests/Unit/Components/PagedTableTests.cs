using Bunit;
using Dashboard.Components;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Components;

public sealed class PagedTableTests : PageTest
{
    static readonly SampleTable.SampleRow[] Rows = [new("backend", "Active"), new("scanner", "Expired")];

    readonly List<SortState> asked = [];
    readonly List<int> turned = [];

    [Theory]
    [InlineData(null, false, null, false)]
    [InlineData("name", false, "ascending", true)]
    [InlineData("name", true, "descending", false)]
    [InlineData("end", false, null, false)]
    public void Header_tells_the_order_and_asks_for_the_next(string? by, bool descending, string? told, bool asksDescending)
    {
        var page = Open(Rows, by is null ? null : new SortState(by, descending));
        Assert.Equal(told, page.ByRole("columnheader", "Name").GetAttribute("aria-sort"));
        page.ByRole("columnheader", "Name").ByRole("button").Click();
        Assert.Equal([new("name", asksDescending)], asked);
        Assert.Equal(told, page.ByRole("columnheader", "Name").GetAttribute("aria-sort")); // the order is the page's to change
    }

    [Theory]
    [InlineData("name", false, true)]
    [InlineData("end", true, false)]
    public void Column_sorted_by_something_else_names_it_and_may_begin_with_the_latest(string by, bool descending, bool asksDescending)
    {
        var page = Open(Rows, new SortState(by, descending));
        page.ByRole("button", "Expiry").Click();
        Assert.Equal([new("end", asksDescending)], asked);
    }

    [Fact]
    public void Cards_are_sorted_by_a_list_of_orders()
    {
        var page = Open(Rows, new SortState("name", Descending: true));
        var list = page.ByLabel("Sort by");
        var chosen = Assert.Single(list.AllByRole("option"), option => option.HasAttribute("selected"));
        Assert.Equal("Name, Z to A", chosen.TextContent);
        list.Change("2");
        Assert.Equal([new("end", Descending: true)], asked);
        foreach (var order in new[] { "3", "-1", "end" })
        {
            page.ByLabel("Sort by").Change(order);
        }

        Assert.Single(asked); // what it does not offer
    }

    [Fact]
    public void Rows_are_shown_under_the_name_of_the_table()
    {
        var page = Open(Rows);
        Assert.Equal(["backend", "scanner"], page.CellsOf("Name").Select(cell => cell.TextContent));
        Assert.Equal("false", page.ByRole("table", "Keys of a project").GetAttribute("aria-busy"));
        Assert.Empty(page.AllByTestId("nothing"));
    }

    [Fact]
    public void Items_that_are_not_there_yet_are_not_none()
    {
        var page = Open(null);
        Assert.Equal("true", page.ByRole("table", "Keys of a project").GetAttribute("aria-busy"));
        Assert.Empty(page.AllByTestId("nothing"));
        Assert.Empty(page.AllByRole("combobox"));
        page.FindComponent<SampleTable>().Render(p => p.Add(x => x.Items, []));
        Assert.Equal("No keys yet", page.ByTestId("nothing").TextContent);
        Assert.Equal("false", page.ByRole("table").GetAttribute("aria-busy"));
        Assert.Empty(page.AllByRole("combobox")); // there is nothing to sort
    }

    [Fact]
    public void Pager_turns_to_the_page_that_there_is()
    {
        var pager = Open(Rows).ByRole("navigation", "Pages of Keys of a project");
        Assert.Equal("1 to 2 of 4 keys", pager.ByRole("status").TextContent);
        Assert.True(pager.ByRole("button", "Previous page").HasAttribute("disabled"));
        pager.ByRole("button", "Next page").Click();
        Assert.Equal([1], turned);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("2 keys", 1)]
    public void Pager_without_pages_has_no_buttons_and_without_a_summary_is_not_there(string? summary, int shown)
    {
        var page = RenderPage<Pager>(p => p.Add(x => x.Label, "Pages").Add(x => x.Summary, summary));
        Assert.Equal(shown, page.AllByRole("navigation").Count);
        Assert.Empty(page.AllByRole("button"));
    }

    IRenderedComponent<PageHost> Open(SampleTable.SampleRow[]? items, SortState? sort = null) => RenderPage<SampleTable>(p => p
        .Add(x => x.Items, items).Add(x => x.Sort, sort).Add(x => x.SortChanged, asked.Add).Add(x => x.Turned, turned.Add));
}
