using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components.Web;

namespace Dashboard.Tests.Unit.Support;

static class Pickers
{
    /// <summary>Opens a ResourcePicker and takes the option of a name.</summary>
    public static async Task PickAsync(this IRenderedComponent<PageHost> page, string label, string name)
    {
        await page.ByRole("combobox", label).KeyDownAsync(new KeyboardEventArgs { Key = "ArrowDown" });
        page.WaitForState(() => Options().Any());
        await Options().First().ClickAsync(new());

        IEnumerable<IElement> Options() =>
            page.AllByRole("option").Where(option => option.TextContent.Trim().StartsWith(name, StringComparison.Ordinal));
    }
}
