using Bunit;
using Dashboard.Components;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Components;

public sealed class CopyTests : PageTest
{
    [Theory]
    [InlineData("copied", true)]
    [InlineData("manual", false)]
    public async Task Copy_button_refers_to_its_text_holds_none_of_it_and_reports_the_outcome(string outcome, bool copied)
    {
        bool? heard = null;
        var page = RenderPage<CopyBox>(p => p
            .Add(x => x.Label, "Key").Add(x => x.Value, "nk_test_x").Add(x => x.OnCopied, e => heard = e.Copied));
        var button = page.ByRole("button", "Copy key");
        Assert.Equal("nk_test_x", page.ByRole("code").TextContent);
        Assert.Equal($"#{page.ByRole("code").Id}", button.GetAttribute("data-copy"));
        Assert.DoesNotContain("nk_test_x", button.OuterHtml, StringComparison.Ordinal);
        await button.TriggerEventAsync("oncopied", new CopiedEventArgs { Outcome = outcome });
        Assert.Equal(copied, heard);
    }

    [Fact]
    public void Panels_are_tied_to_their_tabs_and_the_first_is_open()
    {
        var page = RenderPage<Tabs>(p => p.Add(x => x.Label, "Ready to paste")
            .AddChildContent<TabPanel>(panel => panel.Add(x => x.Text, ".env").AddChildContent("one"))
            .AddChildContent<TabPanel>(panel => panel.Add(x => x.Text, "curl").AddChildContent("two")));
        var (tabs, panels) = (page.ByRole("tablist", "Ready to paste").AllByRole("tab"), page.AllByRole("tabpanel"));
        Assert.Equal([".env", "curl"], tabs.Select(tab => tab.TextContent));
        Assert.Equal(["true", "false"], tabs.Select(tab => tab.GetAttribute("aria-selected")));
        Assert.Equal(["one", "two"], panels.Select(panel => panel.TextContent));
        Assert.Equal(panels.Select(panel => panel.Id), tabs.Select(tab => tab.GetAttribute("aria-controls")));
        Assert.Equal([false, true], panels.Select(panel => panel.HasAttribute("hidden")));
    }
}
