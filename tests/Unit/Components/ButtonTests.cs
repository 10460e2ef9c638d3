using Bunit;
using Dashboard.Components;
using Dashboard.Tests.Unit.Support;
using MudBlazor;
using Xunit;

namespace Dashboard.Tests.Unit.Components;

public sealed class ButtonTests : PageTest
{
    [Fact]
    public void Disabled_button_with_a_reason_is_reached_and_does_nothing()
    {
        var presses = 0;
        var page = RenderPage<Button>(
            p => p.Add(x => x.Disabled, true).Add(x => x.DisabledReason, "Ten of ten keys.").Add(x => x.ButtonType, ButtonType.Submit)
            .Add(x => x.OnClick, () => presses++).AddChildContent("Create key"));
        var button = page.ByRole("button", "Create key");
        Assert.Equal("Ten of ten keys.", button.DescriptionOf());
        Assert.False(button.HasAttribute("disabled"));
        Assert.Equal(("true", "button"), (button.GetAttribute("aria-disabled"), button.GetAttribute("type")));
        button.Click();
        Assert.Equal(0, presses);
    }

    [Fact]
    public void Busy_button_keeps_the_focus_and_ignores_a_second_press()
    {
        var presses = 0;
        var page = RenderPage<Button>(p => p.Add(x => x.Busy, true).Add(x => x.OnClick, () => presses++).AddChildContent("Save"));
        var button = page.ByRole("button", "Save");
        button.Click();
        Assert.Equal((0, "true", false), (presses, button.GetAttribute("aria-busy"), button.HasAttribute("disabled")));
    }

    [Fact]
    public void Icon_alone_is_called_by_its_label()
    {
        var presses = 0;
        var page = RenderPage<Button>(
            p => p.Add(x => x.Icon, Dashboard.Components.Icons.X).Add(x => x.Label, "Close").Add(x => x.OnClick, () => presses++));
        page.ByRole("button", "Close").Click();
        Assert.Equal(1, presses);
    }
}
