using Bunit;
using Dashboard.Ui;
using Xunit;

namespace Dashboard.Tests.Unit.Ui;

public sealed class SearchFieldTests : UiTest
{
    [Fact]
    public async Task Value_that_comes_round_again_does_not_overwrite_what_is_being_typed()
    {
        var field = Field("");
        var typing = field.Find("input").InputAsync("abc");
        field.Render(p => p.Add(c => c.Value, ""));
        Assert.Equal("abc", field.Find("input").GetAttribute("value"));
        Clock.Advance(TimeSpan.FromMilliseconds(200));
        await typing;
    }

    [Fact]
    public void Value_that_the_page_changes_is_shown()
    {
        var field = Field("abc");
        field.Render(p => p.Add(c => c.Value, ""));
        Assert.Equal("", field.Find("input").GetAttribute("value"));
    }

    [Fact]
    public async Task Field_cleared_while_its_text_is_reported_is_empty()
    {
        IRenderedComponent<SearchField> field = null!;
        field = Render<SearchField>(p => p.Add(c => c.Label, "Search keys").Add(c => c.Value, "").Add(c => c.ValueChanged, _ => field.Instance.Clear()));
        var typing = field.Find("input").InputAsync("abc");
        Clock.Advance(TimeSpan.FromMilliseconds(200));
        await typing;
        Assert.Equal("", field.Find("input").GetAttribute("value"));
    }

    [Fact]
    public async Task Search_that_is_gone_asks_nothing_more()
    {
        var asked = 0;
        var field = Render<SearchField>(p => p.Add(c => c.Label, "Search keys").Add(c => c.ValueChanged, _ => asked++));
        var typing = field.Find("input").InputAsync("abc");
        await DisposeComponentsAsync();
        Clock.Advance(TimeSpan.FromMilliseconds(200));
        await typing;
        Assert.Equal(0, asked);
    }

    IRenderedComponent<SearchField> Field(string value) => Render<SearchField>(p => p.Add(c => c.Label, "Search keys").Add(c => c.Value, value));
}
