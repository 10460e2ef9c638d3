using System.Text.RegularExpressions;
using Dashboard.Shell;
using Dashboard.Tests.Unit.Support;
using MudBlazor;
using Xunit;

namespace Dashboard.Tests.Unit.Shell;

public sealed class ThemeTests
{
    [Theory]
    [InlineData("ink", nameof(Palette.Primary))]
    [InlineData("ink-fg", nameof(Palette.PrimaryContrastText))]
    [InlineData("violet", nameof(Palette.Tertiary))]
    [InlineData("blue", nameof(Palette.Info))]
    [InlineData("green", nameof(Palette.Success))]
    [InlineData("amber", nameof(Palette.Warning))]
    [InlineData("danger-ink", nameof(Palette.Error))]
    [InlineData("fg", nameof(Palette.TextPrimary))]
    [InlineData("fg-quiet", nameof(Palette.TextSecondary))]
    [InlineData("bg", nameof(Palette.Background))]
    [InlineData("bg-sunken", nameof(Palette.DrawerBackground))]
    [InlineData("bg-raised", nameof(Palette.Surface))]
    [InlineData("line", nameof(Palette.TableLines))]
    [InlineData("line-control", nameof(Palette.LinesInputs))]
    public void Palette_has_the_colors_of_the_style_sheet(string token, string property)
    {
        var css = File.ReadAllText(Path.Combine(Repository.Root, "src", "Dashboard", "wwwroot", "base.css"));
        var pair = Regex.Match(
            css, $@"--{token}: light-dark\((?<light>#\w+), (?<dark>#\w+)\);", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
        var theme = LatchkeyTheme.Create();
        Assert.Equal(pair.Groups["light"].Value, ColorOf(theme.PaletteLight, property));
        Assert.Equal(pair.Groups["dark"].Value, ColorOf(theme.PaletteDark, property));
    }

    [Fact]
    public async Task Sheet_holds_both_palettes_and_its_address_changes_with_it_alone()
    {
        var sheet = await ThemeSheet.CreateAsync();
        Assert.Equal((await ThemeSheet.CreateAsync()).Href, sheet.Href);
        Assert.StartsWith("/theme.css?v=", sheet.Href, StringComparison.Ordinal);
        foreach (var part in new[] { ":root{", ":root[data-theme=dark]{", "@media (prefers-color-scheme: dark) {",
            ":root[data-theme=system]{", "--mud-palette-primary: rgba(29,31,36,1)", "--mud-palette-primary: rgba(242,242,243,1)" })
        {
            Assert.Contains(part.Replace(" ", "", StringComparison.Ordinal), sheet.Css.ReplaceLineEndings("")
                .Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("<", sheet.Css, StringComparison.Ordinal);
    }

    static string ColorOf(Palette palette, string property) =>
        ((MudBlazor.Utilities.MudColor)typeof(Palette).GetProperty(property)!.GetValue(palette)!)
            .ToString(MudBlazor.Utilities.MudColorOutputFormats.Hex);
}
