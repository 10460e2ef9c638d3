using System.Globalization;
using MudBlazor;

namespace Dashboard.Shell;

/// <summary>The design's tokens as MudBlazor's theme. The same colors stand in <c>base.css</c> as <c>light-dark()</c> pairs, which
/// MudBlazor cannot read: it does arithmetic with its colors. A test compares the two.</summary>
static class LatchkeyTheme
{
    const string Sans = "Inter";

    /// <summary>Both palettes, the type scale and the measures of the shell.</summary>
    public static MudTheme Create() => new()
    {
        PaletteLight = Fill(new PaletteLight(), dark: false),
        PaletteDark = Fill(new PaletteDark(), dark: true),
        LayoutProperties = new()
        {
            DefaultBorderRadius = "6px",
            AppbarHeight = "52px",
            DrawerWidthLeft = "216px",
        },
        Typography = CreateTypography(),
        Shadows = new() { Elevation = [.. Enumerable.Repeat("none", 26)] }, // only what floats has a shadow, and look.css draws it
    };

    static T Fill<T>(T palette, bool dark)
        where T : Palette
    {
        string Pick(string light, string darker) => dark ? darker : light;

        palette.Primary = Pick("#1d1f24", "#f2f2f3");
        palette.PrimaryContrastText = Pick("#ffffff", "#141518");
        palette.Secondary = Pick("#5a5d66", "#a2a4ad");
        palette.SecondaryContrastText = Pick("#ffffff", "#141518");
        palette.Tertiary = Pick("#6236bb", "#bfa3ff");
        palette.TertiaryContrastText = Pick("#ffffff", "#141518");
        palette.Info = Pick("#1a54c4", "#8ab1ff");
        palette.InfoContrastText = Pick("#ffffff", "#141518");
        palette.Success = Pick("#0f6b3f", "#5fd39a");
        palette.SuccessContrastText = Pick("#ffffff", "#141518");
        palette.Warning = Pick("#8a4b00", "#f0b45b");
        palette.WarningContrastText = Pick("#ffffff", "#141518");
        palette.Error = Pick("#c0291d", "#c9382d");
        palette.ErrorContrastText = "#ffffff";
        palette.TextPrimary = Pick("#17181c", "#eeeef0");
        palette.TextSecondary = Pick("#5a5d66", "#a2a4ad");
        palette.TextDisabled = Pick("#5a5d66", "#a2a4ad");
        palette.ActionDefault = Pick("#5a5d66", "#a2a4ad");
        palette.ActionDisabled = Pick("#5a5d66", "#a2a4ad");
        palette.ActionDisabledBackground = Pick("#f2f2f4", "#1e1f23");
        palette.Background = Pick("#ffffff", "#0f1012");
        palette.BackgroundGray = Pick("#fafafa", "#141518");
        palette.Surface = Pick("#ffffff", "#17181b");
        palette.DrawerBackground = Pick("#fafafa", "#141518");
        palette.DrawerText = Pick("#5a5d66", "#a2a4ad");
        palette.DrawerIcon = Pick("#5a5d66", "#a2a4ad");
        palette.AppbarBackground = Pick("#ffffff", "#0f1012");
        palette.AppbarText = Pick("#17181c", "#eeeef0");
        palette.LinesDefault = Pick("#e6e6e9", "#27282d");
        palette.LinesInputs = Pick("#8e919b", "#6c6f79");
        palette.TableLines = Pick("#e6e6e9", "#27282d");
        palette.TableHover = Pick("#fafafa", "#141518");
        palette.Divider = Pick("#e6e6e9", "#27282d");
        palette.DividerLight = Pick("#e6e6e9", "#27282d");
        palette.OverlayDark = Pick("rgba(23,24,36,0.4)", "rgba(0,0,0,0.67)");
        palette.HoverOpacity = 0.05;
        return palette;
    }

    static Typography CreateTypography()
    {
        var typography = new Typography();
        Set(typography.Default, 14, 20, 400);
        Set(typography.Body1, 13, 20, 400);
        Set(typography.Body2, 13, 20, 400);
        Set(typography.Button, 13, 20, 500);
        Set(typography.Caption, 12, 16, 400);
        Set(typography.H1, 20, 28, 600, "-0.015em");
        Set(typography.H6, 16, 24, 600, "-0.01em");
        return typography;
    }

    /// <summary>Sizes in CSS pixels of a browser whose font size nobody changed.</summary>
    static void Set(BaseTypography style, int size, int line, int weight, string letterSpacing = "-0.006em")
    {
        style.FontFamily = [Sans, "system-ui", "sans-serif"];
        style.FontSize = string.Create(CultureInfo.InvariantCulture, $"{size / 16.0}rem");
        style.LineHeight = string.Create(CultureInfo.InvariantCulture, $"{line / (double)size:0.####}");
        style.FontWeight = weight.ToString(CultureInfo.InvariantCulture);
        style.LetterSpacing = letterSpacing;
        style.TextTransform = "none";
    }
}
