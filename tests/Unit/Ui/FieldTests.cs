using Bunit;
using Dashboard.Ui;
using Xunit;

namespace Dashboard.Tests.Unit.Ui;

public sealed class FieldTests : UiTest
{
    [Fact]
    public void Label_and_hint_belong_to_the_input()
    {
        var field = Render<TextField>(p => p.Add(c => c.Label, "Name").Add(c => c.Hint, "What it is called."));
        var input = field.Find("input");
        Assert.Equal(input.Id, field.Find("label").GetAttribute("for"));
        Assert.Equal("What it is called.", field.Find($"#{input.GetAttribute("aria-describedby")}").TextContent);
        Assert.Null(input.GetAttribute("aria-invalid"));
    }

    [Fact]
    public void Error_takes_the_hints_place_and_marks_the_input()
    {
        var field = Render<TextField>(p => p.Add(c => c.Label, "Name").Add(c => c.Hint, "What it is called.").Add(c => c.Error, "Give it a name."));
        var input = field.Find("input");
        Assert.Equal("true", input.GetAttribute("aria-invalid"));
        Assert.Equal("Give it a name.", field.Find($"#{input.GetAttribute("aria-describedby")}").TextContent);
        Assert.Empty(field.FindAll(".hint"));
    }

    [Fact]
    public void Prefix_is_read_out_before_the_hint()
    {
        var field = Render<TextField>(p => p.Add(c => c.Label, "Slug").Add(c => c.Prefix, "latchkey.example/").Add(c => c.Hint, "Small letters."));
        var described = field.Find("input").GetAttribute("aria-describedby")!.Split(' ').Select(id => field.Find($"#{id}").TextContent);
        Assert.Equal(["latchkey.example/", "Small letters."], described);
    }

    [Fact]
    public void Two_fields_of_one_page_share_no_id()
    {
        var one = Render<TextField>(p => p.Add(c => c.Label, "Name"));
        var other = Render<TextField>(p => p.Add(c => c.Label, "Name"));
        Assert.NotEqual(one.Find("input").Id, other.Find("input").Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Text_is_reported_on_blur_or_at_every_letter(bool immediate)
    {
        string? told = null;
        var field = Render<TextField>(p => p.Add(c => c.Label, "Name").Add(c => c.Immediate, immediate).Add(c => c.Value, "a").Add(c => c.ValueChanged, value => told = value));
        if (immediate)
        {
            field.Find("input").Input("ab");
        }
        else
        {
            field.Find("input").Change("ab");
        }

        Assert.Equal("ab", told);
    }

    [Fact]
    public void Value_that_is_older_than_what_was_typed_overwrites_nothing()
    {
        var field = Render<TextField>(p => p.Add(c => c.Label, "Name").Add(c => c.Immediate, true).Add(c => c.Value, "a"));
        field.Find("input").Input("abc");
        field.Render(p => p.Add(c => c.Value, "a"));
        Assert.Equal("abc", field.Find("input").GetAttribute("value"));
        field.Render(p => p.Add(c => c.Value, "ABC"));
        Assert.Equal("ABC", field.Find("input").GetAttribute("value"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Switch_and_check_box_tell_what_they_were_set_to(bool on)
    {
        bool? switched = null, ticked = null;
        Render<Switch>(p => p.AddChildContent("Show revoked keys").Add(c => c.Value, !on).Add(c => c.ValueChanged, to => switched = to)).Find("input[role=switch]").Change(on);
        Render<CheckBox>(p => p.AddChildContent("Keep me signed in").Add(c => c.Value, !on).Add(c => c.ValueChanged, to => ticked = to)).Find("input").Change(on);
        Assert.Equal((on, on), (switched, ticked));
    }

    [Fact]
    public void Select_reports_the_value_of_an_option()
    {
        var chosen = 90;
        var select = Render<Select<int>>(p => p.Add(c => c.Label, "Expires").Add(c => c.Value, 90).Add(c => c.ValueChanged, value => chosen = value)
            .Add(c => c.Options, [new(90, "In 90 days"), new(0, "Never")]));
        Assert.Equal("In 90 days", select.Find("option[selected]").TextContent);
        select.Find("select").Change("0");
        Assert.Equal(0, chosen);
        select.Find("select").Change("17");
        Assert.Equal(0, chosen);
    }
}
