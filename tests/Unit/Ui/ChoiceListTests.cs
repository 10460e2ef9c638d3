using Bunit;
using Dashboard.Ui;
using Xunit;

namespace Dashboard.Tests.Unit.Ui;

public sealed class ChoiceListTests : UiTest
{
    static readonly Choice<string>[] Permissions =
        [new("read", "Read", "read", "List and read."), new("execute", "Execute", "execute", "Start and stop."), new("write", "Write", "write", "Create.", "Not for live keys.")];

    IReadOnlyList<string>? told;

    [Fact]
    public void Ticking_reports_all_values_in_order()
    {
        var list = List(true, ["execute"]);
        list.FindAll("input[type=checkbox]")[0].Change(true);
        Assert.Equal(["read", "execute"], told);
    }

    [Fact]
    public void Unticking_leaves_the_rest()
    {
        var list = List(true, ["read", "execute"]);
        list.FindAll("input[type=checkbox]")[0].Change(false);
        Assert.Equal(["execute"], told);
    }

    [Fact]
    public void Tick_is_the_parents_to_keep()
    {
        var list = List(true, ["execute"]);
        list.FindAll("input")[0].Change(true);
        Assert.Equal(["execute"], list.Instance.Values);
    }

    [Fact]
    public void Choice_that_cannot_be_taken_says_why_in_place_of_its_sentence()
    {
        var list = List(true, []);
        var input = list.FindAll("input")[2];
        Assert.True(input.HasAttribute("disabled"));
        Assert.Equal("Not for live keys.", list.Find($"#{input.GetAttribute("aria-describedby")}").TextContent);
    }

    [Fact]
    public void Single_choice_is_a_group_of_radio_buttons()
    {
        var list = List(false, ["read"]);
        var radios = list.FindAll("input[type=radio]");
        Assert.Equal(3, radios.Count);
        Assert.Single(radios.Select(radio => radio.GetAttribute("name")).Distinct());
        radios[1].Change("on");
        Assert.Equal(["execute"], told);
    }

    [Fact]
    public void Error_is_read_out_with_each_choice()
    {
        var list = Render<ChoiceList<string>>(p => p.Add(c => c.Label, "Permissions").Add(c => c.Choices, Permissions).Add(c => c.Error, "Choose one."));
        var error = list.Find(".error");
        Assert.All(list.FindAll("input"), input => Assert.Contains(error.Id!, input.GetAttribute("aria-describedby")!.Split(' ')));
    }

    IRenderedComponent<ChoiceList<string>> List(bool multiple, string[] values) => Render<ChoiceList<string>>(p => p
        .Add(c => c.Label, "Permissions").Add(c => c.Choices, Permissions).Add(c => c.Multiple, multiple).Add(c => c.Values, values).Add(c => c.ValuesChanged, to => told = to));
}
