using Bunit;
using Dashboard.Components;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Components;

public sealed class SearchFieldTests : PageTest
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    readonly List<string> told = [];

    [Fact]
    public void Text_is_reported_after_a_pause()
    {
        var page = Open("");
        page.ByRole("searchbox", "Search keys").Input("stag");
        Clock.Advance(Pause / 2);
        Assert.Empty(told);
        Clock.Advance(Pause / 2);
        page.WaitForAssertion(() => Assert.Equal(["stag"], told));
    }

    [Fact]
    public async Task Cross_empties_the_field_and_reports_that()
    {
        var page = Open("stag");
        await page.ByRole("button").ClickAsync(new());
        Clock.Advance(Pause);
        page.WaitForAssertion(() => Assert.Equal([""], told));
        Assert.Equal("", Text(page));
        Assert.Empty(page.AllByRole("button")); // nothing is left to empty
    }

    [Fact]
    public void Field_takes_no_more_letters_than_a_search_may_have() =>
        Assert.Equal("512", Open("").ByRole("searchbox", "Search keys").GetAttribute("maxlength"));

    [Fact]
    public void Value_that_the_page_changes_is_shown()
    {
        var page = Open("stag");
        page.FindComponent<SearchField>().Render(p => p.Add(x => x.Value, "prod"));
        Assert.Equal("prod", Text(page));
    }

    [Fact]
    public void Value_that_comes_round_again_does_not_overwrite_what_is_being_typed()
    {
        var page = Open("");
        page.ByRole("searchbox").Input("stag");
        page.FindComponent<SearchField>().Render(p => p.Add(x => x.Value, ""));
        Assert.Equal("stag", Text(page));
    }

    [Fact]
    public async Task Page_empties_the_field_before_the_pause_is_over()
    {
        var page = Open("");
        page.ByRole("searchbox").Input("stag");
        await page.InvokeAsync(page.FindComponent<SearchField>().Instance.ClearAsync);
        Clock.Advance(Pause);
        Assert.Equal("", Text(page));
        Assert.DoesNotContain("stag", told);
    }

    [Fact]
    public void Page_empties_the_field_while_its_text_is_reported()
    {
        IRenderedComponent<PageHost>? page = null;
        page = RenderPage<SearchField>(p => p.Add(x => x.Label, "Search keys").Add(x => x.Value, "").Add(x => x.ValueChanged, async text =>
        {
            told.Add(text);
            await page!.FindComponent<SearchField>().Instance.ClearAsync();
        }));
        page.ByRole("searchbox").Input("stag");
        Clock.Advance(Pause);
        page.WaitForAssertion(() => Assert.Equal(["stag"], told));
        page.WaitForAssertion(() => Assert.Equal("", Text(page)));
    }

    [Fact]
    public void Search_that_is_gone_asks_nothing_more()
    {
        var page = Open("");
        page.ByRole("searchbox").Input("stag");
        RenderPage<EmptyState>(p => p.Add(x => x.Title, "Another page"));
        Clock.Advance(Pause);
        Assert.Empty(told);
    }

    static string Text(IRenderedComponent<PageHost> page) => page.ByRole("searchbox").GetAttribute("value") ?? "";

    IRenderedComponent<PageHost> Open(string value) =>
        RenderPage<SearchField>(p => p.Add(x => x.Label, "Search keys").Add(x => x.Value, value).Add(x => x.ValueChanged, told.Add));
}
