using Bunit;

namespace Dashboard.Tests.Unit.Support;

static class Pickers
{
    /// <summary>Opens a ResourcePicker and takes one of its options, which is named by its name and its code.</summary>
    public static async Task PickAsync(this IRenderedComponent<PageHost> page, string label, string option)
    {
        await page.ByRole("combobox", label).KeyDownAsync(new() { Key = "ArrowDown" });
        page.WaitForState(() => page.AllByRole("option", option).Count > 0);
        await page.ByRole("option", option).ClickAsync(new());
    }
}
