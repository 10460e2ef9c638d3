using Bunit;
using Dashboard.Ui;
using Xunit;

namespace Dashboard.Tests.Unit.Ui;

public sealed class PickListTests : UiTest
{
    static readonly PickItem[] Everything = [.. Enumerable.Range(1, 5000).Select(n => new PickItem($"w-{n}", $"Workflow {n}", $"workflow:w-{n}"))];

    readonly List<string> asked = [];
    IReadOnlyList<PickItem>? told;

    [Fact]
    public void Of_five_thousand_one_page_is_drawn_and_the_rest_counted()
    {
        var list = List([]);
        Assert.Equal(20, list.FindAll(".choice").Count);
        Assert.Equal("4,980 more. Search to narrow them down.", list.Find(".rest").TextContent);
        Assert.Equal("Search 5,000 resources", list.Find("input[type=search]").GetAttribute("placeholder"));
    }

    [Fact]
    public void Selected_items_are_first_even_if_on_no_page()
    {
        var list = List([Everything[4210], Everything[2]]);
        Assert.Equal(["Workflow 4211", "Workflow 3", "Workflow 1", "Workflow 2", "Workflow 4"], Names(list).Take(5));
        Assert.Equal(2, list.FindAll("input[type=checkbox][checked]").Count);
        Assert.Contains("2 selected", list.Find("legend").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_stays_where_it_is_when_it_is_ticked()
    {
        var list = List([]);
        list.FindAll("input[type=checkbox]")[4].Change(true);
        Assert.Equal([Everything[4]], told);
        list.Render(p => p.Add(c => c.Values, told!));
        Assert.Equal("Workflow 5", Names(list)[4]);
        Assert.True(list.FindAll("input[type=checkbox]")[4].HasAttribute("checked"));
    }

    [Fact]
    public async Task Form_has_what_is_chosen_whatever_is_searched_for()
    {
        var list = List([Everything[6], Everything[7]]);
        list.Render(p => p.Add(c => c.Name, "resources").Add(c => c.DebounceInterval, TimeSpan.Zero));
        List<PickItem?> InForm() => [.. list.FindAll("input[name=resources]").Where(x => x.GetAttribute("type") == "hidden" || x.HasAttribute("checked")).Select(x => PickItem.OfField(x.GetAttribute("value")!))];
        Assert.Equal([Everything[6], Everything[7]], InForm());
        await list.Find("input[type=search]").InputAsync("Workflow 8");
        Assert.Equal(["Workflow 8"], list.FindAll("input[type=checkbox][checked] + span b").Select(name => name.TextContent));
        Assert.Equal([Everything[6], Everything[7]], InForm().OrderBy(item => item!.Value, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("w-1")]
    [InlineData("\tName\t")]
    [InlineData("w-1\tName")]
    public void Field_that_is_no_item_is_none(string text) => Assert.Null(PickItem.OfField(text));

    [Fact]
    public void Unticking_takes_one_away()
    {
        var list = List([Everything[0], Everything[1]]);
        list.FindAll("input[type=checkbox]")[0].Change(false);
        Assert.Equal([Everything[1]], told);
    }

    [Fact]
    public void Of_a_list_for_one_another_takes_its_place()
    {
        var list = List([Everything[0]]);
        list.Render(p => p.Add(c => c.MultiSelection, false));
        Assert.Equal("Resources", list.Find("legend").TextContent);
        var radios = list.FindAll("input[type=radio]");
        Assert.Equal((20, 1), (radios.Count, radios.Select(radio => radio.GetAttribute("name")).Distinct(StringComparer.Ordinal).Count()));
        radios[4].Change("on");
        Assert.Equal([Everything[4]], told);
    }

    [Fact]
    public async Task Search_waits_for_a_pause_and_asks_once()
    {
        var list = List([]);
        var first = list.Find("input[type=search]").InputAsync("42");
        var second = list.Find("input[type=search]").InputAsync("4211");
        Assert.Equal([""], asked);
        Clock.Advance(TimeSpan.FromMilliseconds(200));
        await Task.WhenAll(first, second);
        Assert.Equal(["", "4211"], asked);
        list.WaitForAssertion(() => Assert.Equal(["Workflow 4211"], Names(list)));
    }

    [Fact]
    public async Task Search_that_finds_nothing_says_so()
    {
        var list = List([]);
        var typing = list.Find("input[type=search]").InputAsync("zzz");
        Clock.Advance(TimeSpan.FromMilliseconds(200));
        await typing;
        list.WaitForAssertion(() => Assert.Equal("No resources match “zzz”.", list.Find(".rest").TextContent));
    }

    [Fact]
    public async Task Late_answer_to_an_earlier_search_is_dropped()
    {
        var slow = new TaskCompletionSource<PickPage>();
        var list = Render<PickList>(p => p.Add(c => c.Label, "Resources").Add(c => c.Noun, "resources").Add(c => c.DebounceInterval, TimeSpan.Zero)
            .Add(c => c.Load, (text, _) => text.Length == 0 ? slow.Task : Task.FromResult(new PickPage([Everything[41]], 1))));
        Assert.Equal("Searching…", list.Find(".rest").TextContent);
        await list.Find("input[type=search]").InputAsync("42");
        await list.InvokeAsync(() => slow.SetResult(new([Everything[0]], 5000)));
        list.WaitForAssertion(() => Assert.Equal(["Workflow 42"], Names(list)));
    }

    [Fact]
    public async Task Search_that_fails_says_so_and_leaves_what_is_chosen()
    {
        var fails = true;
        var list = Render<PickList>(p => p.Add(c => c.Label, "Resources").Add(c => c.Noun, "resources").Add(c => c.DebounceInterval, TimeSpan.Zero).Add(c => c.Values, [Everything[6]])
            .Add(c => c.Load, (_, _) => fails ? throw new TimeoutException() : Task.FromResult(new PickPage([Everything[41]], 1))));
        Assert.Equal("Could not load the resources. Search again.", list.Find(".rest").TextContent);
        Assert.Equal(["Workflow 7"], Names(list));
        fails = false;
        await list.Find("input[type=search]").InputAsync("42");
        Assert.Equal(["Workflow 42"], Names(list));
    }

    static List<string> Names(IRenderedComponent<PickList> list) => [.. list.FindAll(".choice b").Select(name => name.TextContent)];

    IRenderedComponent<PickList> List(PickItem[] values) => Render<PickList>(p => p
        .Add(c => c.Label, "Resources").Add(c => c.Noun, "resources").Add(c => c.Load, FindAsync).Add(c => c.Values, values).Add(c => c.ValuesChanged, to => told = to));

    Task<PickPage> FindAsync(string text, CancellationToken ct)
    {
        asked.Add(text);
        PickItem[] found = [.. Everything.Where(item => item.Name.Contains(text, StringComparison.OrdinalIgnoreCase))];
        return Task.FromResult(new PickPage([.. found.Take(20)], found.Length));
    }
}
