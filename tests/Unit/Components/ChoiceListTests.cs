using AngleSharp.Dom;
using Bunit;
using Dashboard.Components;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Components;

public sealed class ChoiceListTests : PageTest
{
    static readonly Choice<string>[] Permissions =
    [
        new("read", "Read", "read", "List and read."),
        new("execute", "Execute", "execute"),
        new("write", "Write", "write", "Create.", "Not for live keys."),
    ];

    IReadOnlyList<string>? told;

    [Theory]
    [InlineData("execute", 0, true, "read execute")]
    [InlineData("read execute", 0, false, "execute")]
    [InlineData("read", 0, false, "")]
    public void All_ticked_values_are_reported_in_the_order_of_the_choices(string ticked, int choice, bool on, string expected)
    {
        Boxes(Open(ticked.Split(' ')))[choice].Change(on);
        Assert.Equal(expected, string.Join(' ', told!));
    }

    [Fact]
    public void Choice_that_cannot_be_taken_says_why_in_place_of_its_sentence()
    {
        var boxes = Boxes(Open([]));
        Assert.Equal([false, false, true], boxes.Select(box => box.HasAttribute("disabled")));
        Assert.Equal(["List and read.", "", "Not for live keys."], boxes.Select(box => box.DescriptionOf()));
    }

    [Fact]
    public void Error_takes_the_hints_place_and_is_read_out_with_each_choice()
    {
        var page = Open([]);
        var list = page.FindComponent<ChoiceList<string>>();
        list.Render(p => p.Add(x => x.Hint, "What the key may do."));
        Assert.All(Boxes(page), box => Assert.EndsWith("What the key may do.", box.DescriptionOf(), StringComparison.Ordinal));
        list.Render(p => p.Add(x => x.Error, "Choose one."));
        Assert.Equal("Choose one.", page.ByTestId("field-error").TextContent);
        Assert.Equal(
            ["List and read. Choose one.", "Choose one.", "Not for live keys. Choose one."],
            Boxes(page).Select(box => box.DescriptionOf()));
    }

    [Fact]
    public void Boxes_carry_their_values_for_a_draft()
    {
        var page = Open([]);
        page.FindComponent<ChoiceList<string>>().Render(p => p.Add(x => x.Name, "permissions"));
        Assert.Equal(
            ["permissions=read", "permissions=execute", "permissions=write"],
            Boxes(page).Select(box => $"{box.GetAttribute("name")}={box.GetAttribute("value")}"));
    }

    static IReadOnlyList<IElement> Boxes(IRenderedComponent<PageHost> page) => page.ByRole("group", "Permissions").AllByRole("checkbox");

    IRenderedComponent<PageHost> Open(string[] values) => RenderPage<ChoiceList<string>>(p => p
        .Add(x => x.Label, "Permissions").Add(x => x.Choices, Permissions)
        .Add(x => x.Values, values).Add(x => x.ValuesChanged, to => told = to));
}
