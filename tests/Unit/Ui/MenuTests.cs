using Bunit;
using Dashboard.Ui;
using Xunit;

namespace Dashboard.Tests.Unit.Ui;

public sealed class MenuTests : UiTest
{
    [Fact]
    public void Button_and_menu_belong_together()
    {
        var menu = Render<Menu>(p => p.Add(c => c.Label, "Actions for backend").AddChildContent<MenuItem>(item => item.AddChildContent("Rename…")));
        var button = menu.Find("button[aria-haspopup=menu]");
        Assert.Equal("Actions for backend", button.GetAttribute("aria-label"));
        Assert.Equal("menu", menu.Find($"#{button.GetAttribute("popovertarget")}").GetAttribute("role"));
        Assert.Equal("-1", menu.Find("[role=menuitem]").GetAttribute("tabindex"));
    }

    [Fact]
    public void Panels_are_tied_to_their_tabs_and_the_first_is_open()
    {
        var tabs = Render<Tabs>(p => p.Add(c => c.Label, "Ready to paste")
            .AddChildContent<TabPanel>(panel => panel.Add(c => c.Text, ".env").AddChildContent("one"))
            .AddChildContent<TabPanel>(panel => panel.Add(c => c.Text, "curl").AddChildContent("two")));
        var all = tabs.FindAll("[role=tab]");
        Assert.Equal([".env", "curl"], all.Select(tab => tab.TextContent));
        Assert.Equal(["true", "false"], all.Select(tab => tab.GetAttribute("aria-selected")));
        Assert.Equal(["one", "two"], all.Select(tab => tabs.Find($"#{tab.GetAttribute("aria-controls")}").TextContent));
        Assert.Equal([false, true], tabs.FindAll("[role=tabpanel]").Select(panel => panel.HasAttribute("hidden")));
    }

    [Theory]
    [InlineData("copied", true)]
    [InlineData("manual", false)]
    public async Task Copy_button_refers_to_its_text_and_reports_the_outcome(string outcome, bool copied)
    {
        bool? heard = null;
        var box = Render<CopyBox>(p => p.Add(c => c.Label, "Key").Add(c => c.Value, "nk_test_x").Add(c => c.OnCopied, e => heard = e.Copied));
        var button = box.Find("button[data-copy]");
        Assert.Equal("nk_test_x", box.Find(button.GetAttribute("data-copy")!).TextContent);
        Assert.DoesNotContain("nk_test_x", button.OuterHtml, StringComparison.Ordinal);
        await button.TriggerEventAsync("oncopied", new CopiedEventArgs { Outcome = outcome });
        Assert.Equal(copied, heard);
    }
}
