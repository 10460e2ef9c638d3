using AngleSharp.Dom;
using Bunit;

namespace Dashboard.Tests.Unit.Support;

/// <summary>What a person does with menus and lists, which are drawn only once they are opened.</summary>
static class Overlays
{
    /// <summary>Opens a menu by its button and takes one of its items. Ends once the item's action does, which may be when a question is
    /// answered.</summary>
    public static async Task ChooseAsync(this IRenderedComponent<PageHost> page, string menu, string item)
    {
        await page.OpenMenuAsync(menu);
        await page.ByRole("menuitem", item).ClickAsync(new());
    }

    /// <summary>Opens a menu by its button and waits for its items.</summary>
    public static async Task<IReadOnlyList<IElement>> OpenMenuAsync(this IRenderedComponent<PageHost> page, string menu)
    {
        await page.ByRole("button", menu).ClickAsync(new());
        page.WaitForState(() => page.AllByRole("menuitem").Count > 0);
        return page.AllByRole("menuitem");
    }

    /// <summary>Opens a Select and takes one of its options.</summary>
    public static async Task SelectAsync(this IRenderedComponent<PageHost> page, string label, string option)
    {
        await page.ByRole("combobox", label).MouseDownAsync(new());
        page.WaitForState(() => page.AllByRole("option", option).Count > 0);
        await page.ByRole("option", option).ClickAsync(new());
    }

    /// <summary>The texts of the snackbars that are shown.</summary>
    public static IReadOnlyList<string> SnackbarTexts(this IRenderedComponent<PageHost> page) =>
        [.. page.AllByTestId("snackbar").Select(text => text.TextContent)];
}
