using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Ui;

/// <summary>Pages where scrollbars take room, as on most desktops. In every other test the browser hides them.</summary>
public sealed class ScrollbarTests(Product product, Browser browser) : IClassFixture<Product>
{
    /// <summary>Scrollbars that less than a line can be scrolled by.</summary>
    const string Idle = """
        () => {
          const few = 8, found = [], root = document.documentElement;
          const kept = getComputedStyle(root).scrollbarGutter !== 'auto'; // its place is empty then
          if (!kept && innerWidth > root.clientWidth && root.scrollHeight - innerHeight < few) found.push('the page itself');
          if (root.scrollWidth > root.clientWidth) found.push('the page itself, sideways');
          for (const e of document.body.querySelectorAll('*')) {
            const style = getComputedStyle(e), room = side => parseFloat(style[`border${side}Width`]);
            if (!/auto|scroll/.test(style.overflowX + style.overflowY) || !e.checkVisibility({ opacityProperty: true })) continue;
            const upright = e.offsetWidth - e.clientWidth - room('Left') - room('Right') >= 1;
            const level = e.offsetHeight - e.clientHeight - room('Top') - room('Bottom') >= 1;
            const idle = (upright && e.scrollHeight - e.clientHeight < few) || (level && e.scrollWidth - e.clientWidth < few);
            if (idle) found.push(e.outerHTML.slice(0, 120));
          }
          return found;
        }
        """;

    [Fact]
    public async Task Scrollbar_is_only_where_there_is_something_to_scroll_and_right_edges_agree()
    {
        product.Start();
        var project = await product.AddProjectAsync("Scrollbars");
        await product.AddResourcesAsync(project, 30);
        for (var key = 1; key < 10; key++)
        {
            await product.AddKeyAsync(project, $"Key {key}");
        }

        await using var visit = await PageVisit.OpenAsync(browser, product.Url, scrollbars: true);
        var page = visit.Page;
        await page.GotoAsync("/account/sign-in");
        await ExpectNoneIdleAsync(page);
        await visit.SignInAsync(Product.Email);
        string[] paths = [$"{project}/keys", $"{project}/resources", $"{project}/apps", $"{People.Organization}/service-accounts"];
        foreach (var path in paths)
        {
            await visit.GoAsync($"/{path}");
            await ExpectNoneIdleAsync(page);
        }

        await page.SetViewportSizeAsync(1360, 500); // so that everything scrolls
        await visit.GoAsync($"/{project}/keys");
        Assert.True(await page.EvaluateAsync<bool>("innerWidth > document.documentElement.clientWidth"), "no scrollbar to test with");
        await ExpectSameEdgeAsync(
            page.GetByRole(AriaRole.Button, new() { Name = "Create key" }),
            page.GetByRole(AriaRole.Table),
            page.GetByRole(AriaRole.Search).GetByText("of 10 keys"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        var create = page.GetByRole(AriaRole.Dialog, new() { Name = "Create API key" });
        await Expect(create.GetByLabel("Name", new() { Exact = true })).ToBeFocusedAsync();
        await ExpectNoneIdleAsync(page);
        await ExpectSameEdgeAsync(create.GetByRole(AriaRole.Group).First, create.GetByRole(AriaRole.Button, new() { Name = "Create key" }));

        await create.GetByLabel("Name", new() { Exact = true }).FillAsync("Scrolled");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Copy key" })).ToBeVisibleAsync();
        await ExpectNoneIdleAsync(page);
        await page.SetViewportSizeAsync(1360, 860);
        await ExpectNoneIdleAsync(page);
    }

    static async Task ExpectNoneIdleAsync(IPage page) => Assert.Empty(await page.EvaluateAsync<string[]>(Idle));

    static async Task ExpectSameEdgeAsync(params ILocator[] elements)
    {
        var edges = new List<double>();
        foreach (var element in elements)
        {
            var box = (await element.BoundingBoxAsync())!;
            edges.Add(box.X + box.Width);
        }

        Assert.All(edges, edge => Assert.Equal(edges[0], edge, tolerance: 1.5));
    }
}
