using Bunit;
using Dashboard.Components;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Components;

public sealed class DialogTests : PageTest
{
    [Fact]
    public async Task Cross_is_heard_once_and_the_content_goes_with_the_dialog()
    {
        var page = await OpenAsync();
        await page.ByRole("dialog", "Create key").ByRole("button", "Close").ClickAsync(new());
        page.WaitForAssertion(() => Assert.Empty(page.AllByRole("dialog")));
        Assert.Empty(page.AllByTestId("body"));
        Assert.Equal(1, Sample(page).Left);
        await page.ByRole("button", "Open").ClickAsync(new());
        page.WaitForRole("dialog");
    }

    [Fact]
    public async Task Page_that_takes_it_away_is_told_nothing()
    {
        var page = await OpenAsync();
        await page.ByRole("button", "Take away").ClickAsync(new());
        page.WaitForAssertion(() => Assert.Empty(page.AllByRole("dialog")));
        Assert.Equal(0, Sample(page).Left);
    }

    [Fact]
    public async Task Body_and_foot_are_one_form_that_shows_what_the_page_makes_of_it()
    {
        var page = await OpenAsync();
        var form = page.ByRole("dialog").ByRole("form");
        Assert.Equal("submit", form.ByRole("button", "Create").GetAttribute("type"));
        await form.SubmitAsync();
        Assert.Equal((1, 0), (Sample(page).Submitted, Sample(page).Left));
        page.WaitForAssertion(() => Assert.Equal("1 submitted", page.ByTestId("body").TextContent));
    }

    [Fact]
    public async Task Dialog_that_submits_nothing_has_no_form()
    {
        var page = await OpenAsync(form: false);
        Assert.Empty(page.AllByRole("form"));
        page.ByTestId("body");
    }

    [Fact]
    public async Task Dialog_that_only_its_own_buttons_close_has_no_cross()
    {
        var page = await OpenAsync(ClosedBy.None);
        Assert.Equal(["Create"], page.ByRole("dialog").AllByRole("button").Select(button => button.NameOf()));
    }

    static SampleDialog Sample(IRenderedComponent<PageHost> page) => page.FindComponent<SampleDialog>().Instance;

    async Task<IRenderedComponent<PageHost>> OpenAsync(ClosedBy closedBy = ClosedBy.Any, bool form = true)
    {
        var page = RenderPage<SampleDialog>(p => p.Add(x => x.ClosedBy, closedBy).Add(x => x.Form, form));
        Assert.Empty(page.AllByRole("dialog"));
        await page.ByRole("button", "Open").ClickAsync(new());
        page.WaitForRole("dialog");
        return page;
    }
}
