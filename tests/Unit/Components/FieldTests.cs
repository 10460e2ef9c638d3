using Bunit;
using Dashboard.Components;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Components;

public sealed class FieldTests : PageTest
{
    [Fact]
    public void Error_takes_the_hints_place_and_marks_the_input()
    {
        var page = RenderPage<TextField>(p => p.Add(x => x.Label, "Name").Add(x => x.Hint, "What it is called."));
        Assert.Equal(("What it is called.", false), Told());
        page.FindComponent<TextField>().Render(p => p.Add(x => x.Error, "Give it a name."));
        Assert.Equal(("Give it a name.", true), Told());

        (string, bool) Told() => (page.ByLabel("Name").DescriptionOf(), page.ByLabel("Name").GetAttribute("aria-invalid") == "true");
    }

    [Fact]
    public void Prefix_is_read_out_before_the_hint()
    {
        var page = RenderPage<TextField>(p => p
            .Add(x => x.Label, "Slug").Add(x => x.Prefix, "latchkey.example/").Add(x => x.Hint, "Small letters."));
        Assert.Equal("latchkey.example/ Small letters.", page.ByLabel("Slug").DescriptionOf());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Text_is_reported_when_the_field_is_left_or_at_every_letter(bool immediate)
    {
        string? told = null;
        var page = RenderPage<TextField>(p => p
            .Add(x => x.Label, "Name").Add(x => x.Immediate, immediate)
            .Add(x => x.Value, "a").Add(x => x.ValueChanged, value => told = value));
        if (immediate)
        {
            page.ByLabel("Name").Input("ab");
        }
        else
        {
            page.ByLabel("Name").Change("ab");
        }

        Assert.Equal("ab", told);
    }

    [Fact]
    public async Task Select_shows_words_and_reports_the_value()
    {
        var chosen = 90;
        var page = RenderPage<Select<int>>(p => p
            .Add(x => x.Label, "Expires").Add(x => x.Value, 90).Add(x => x.ValueChanged, value => chosen = value)
            .Add(x => x.Options, [new(90, "In 90 days"), new(0, "Never"), new(-1, "On a date", Disabled: true)]));
        var list = page.ByRole("combobox", "Expires");
        Assert.Contains("In 90 days", list.TextContent + list.GetAttribute("value"), StringComparison.Ordinal);
        await page.SelectAsync("Expires", "On a date");
        Assert.Equal(90, chosen);
        await page.ByRole("option", "Never").ClickAsync(new());
        Assert.Equal(0, chosen);
    }

    [Fact]
    public void Segment_reports_the_value_and_carries_its_place_for_a_draft()
    {
        var chosen = "live";
        var page = RenderPage<Segment<string>>(p => p
            .Add(x => x.Label, "Environment").Add(x => x.Name, "environment").Add(x => x.Hint, "Live keys reach customers.")
            .Add(x => x.Value, chosen).Add(x => x.ValueChanged, value => chosen = value)
            .Add(x => x.Options, [new("live", "Live"), new("test", "Test")]));
        var radios = page.ByRole("radiogroup", "Environment").AllByRole("radio");
        Assert.Equal(
            ["environment=0", "environment=1"],
            radios.Select(radio => $"{radio.GetAttribute("name")}={radio.GetAttribute("value")}"));
        Assert.All(radios, radio => Assert.Equal("Live keys reach customers.", radio.DescriptionOf()));
        page.ByRole("radio", "Test").Click();
        Assert.Equal("test", chosen);
    }
}
