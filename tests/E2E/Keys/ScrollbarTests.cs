using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Keys;

/// <summary>The page in a browser whose scrollbars take room, as most have them. The other tests see none.</summary>
public sealed class ScrollbarTests(Product product, Browser browser) : IClassFixture<Product>
{
    [Fact]
    public async Task Scrollbar_moves_no_right_edge_and_is_there_only_to_scroll()
    {
        product.Start();
        var project = await product.AddProjectAsync("Scrollbars");
        await product.AddRevokedKeysAsync(project, 25, number => $"Old {number:00}");
        await product.AddKeyAsync(project, "Checkout service");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url, scrollbars: true);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        var create = page.GetByRole(AriaRole.Button, new() { Name = "Create key" });
        await visit.GoAsync($"/{project}/keys");
        Assert.Equal(0, await HiddenAsync(page.Locator(":root")));

        await visit.GoAsync($"/{project}/keys?revoked=true");
        Assert.True(await HiddenAsync(page.Locator(":root")) > 0);
        Assert.True(await page.EvaluateAsync<int>("innerWidth - document.documentElement.clientWidth") > 0, "no scrollbar is shown");
        var edge = await RightAsync(create);
        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for Checkout service" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Menu)).ToBeVisibleAsync();
        Assert.Equal(edge, await RightAsync(create));
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Menu)).ToHaveCountAsync(0);

        await page.SetViewportSizeAsync(1360, 480);
        await create.ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Create API key" });
        await Expect(dialog).ToBeVisibleAsync();
        Assert.Equal(edge, await RightAsync(page.Locator(".page-head .control")));
        var submit = await RightAsync(dialog.GetByRole(AriaRole.Button, new() { Name = "Create key" }));
        Assert.Equal(submit, await RightAsync(dialog.GetByRole(AriaRole.Group, new() { Name = "Permissions" })));
    }

    /// <summary>How many pixels of an element have to be scrolled to.</summary>
    static Task<int> HiddenAsync(ILocator element) => element.EvaluateAsync<int>("e => e.scrollHeight - e.clientHeight");

    static Task<double> RightAsync(ILocator element) => element.EvaluateAsync<double>("e => Math.round(e.getBoundingClientRect().right)");
}
