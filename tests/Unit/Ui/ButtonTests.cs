using Bunit;
using Dashboard.Ui;
using Xunit;

namespace Dashboard.Tests.Unit.Ui;

public sealed class ButtonTests : UiTest
{
    [Fact]
    public void Disabled_button_with_a_reason_keeps_the_focus_and_says_why()
    {
        var pressed = 0;
        var button = Render<Button>(p => p.AddChildContent("Create").Add(c => c.Disabled, true).Add(c => c.DisabledReason, "Ten keys are active.")
            .Add(c => c.ButtonType, ButtonType.Submit).Add(c => c.OnClick, () => pressed++));
        var element = button.Find("button");
        Assert.False(element.HasAttribute("disabled"));
        Assert.Equal("true", element.GetAttribute("aria-disabled"));
        Assert.Equal("button", element.GetAttribute("type"));
        Assert.Equal("Ten keys are active.", button.Find($"#{element.GetAttribute("aria-describedby")}").TextContent);
        Assert.Throws<MissingEventHandlerException>(() => element.Click());
        Assert.Equal(0, pressed);
    }

    [Fact]
    public void Busy_button_does_nothing_more()
    {
        var button = Render<Button>(p => p.AddChildContent("Create").Add(c => c.Busy, true).Add(c => c.ButtonType, ButtonType.Submit)).Find("button");
        Assert.Equal("true", button.GetAttribute("aria-busy"));
        Assert.Equal("button", button.GetAttribute("type"));
        Assert.NotNull(button.QuerySelector("svg.spin"));
    }

    [Theory]
    [InlineData("Priya Raghunathan", "PR")]
    [InlineData("Maria de la Cruz", "MC")]
    [InlineData("łukasz", "Ł")]
    [InlineData("priya.raghunathan", "PR")]
    [InlineData("  ", "?")]
    [InlineData("😀 Smith", "😀S")]
    public void Avatar_shows_the_first_letters_of_the_first_and_the_last_word(string name, string initials) =>
        Assert.Equal(initials, Avatar.Initials(name));

    [Theory]
    [InlineData(7, 10, 10, 7)]
    [InlineData(0, 10, 10, 0)]
    [InlineData(1204, 5000, 0, 0)]
    public void Allowance_shows_pips_while_they_can_be_counted(int used, int limit, int pips, int on)
    {
        var allowance = Render<Allowance>(p => p.Add(c => c.Used, used).Add(c => c.Limit, limit).Add(c => c.Noun, "keys"));
        Assert.Equal(pips, allowance.FindAll(".pip").Count);
        Assert.Equal(on, allowance.FindAll(".pip-on").Count);
    }
}
