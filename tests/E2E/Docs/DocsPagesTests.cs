using System.Text.Json;
using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Docs;

/// <summary>The documentation in the product: reached from the head bar, read without a circuit, and true to the API.</summary>
public sealed class DocsPagesTests : IClassFixture<Product>
{
    readonly Product product;
    readonly Browser browser;

    public DocsPagesTests(Product product, Browser browser)
    {
        (this.product, this.browser) = (product, browser);
        product.Start();
    }

    [Fact]
    public async Task Guides_are_reached_by_keyboard_from_the_head_bar_and_their_code_is_copied()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.AllowClipboardAsync();
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{People.Project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Docs", Exact = true }).FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(Item("Verifying keys")).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.DocsMenu, page.GetByRole(AriaRole.Menu, new() { Name = "Docs" }));
        await page.Keyboard.PressAsync("n");
        await Expect(Item("nginx")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.UntilAtAsync("*/docs/verify/nginx");
        await Expect(page).ToHaveTitleAsync("nginx · Docs · Latchkey");
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy this code" }).ClickAsync();
        await page.WaitForFunctionAsync("async () => (await navigator.clipboard.readText()).startsWith('upstream latchkey {')");
        await visit.ExpectAccessibleAsync(PageState.DocsPage);

        await page.GetByRole(AriaRole.Link, new() { Name = "The path names what a key needs" }).ClickAsync();
        await page.UntilAtAsync("*/docs/verifying#the-path-of-a-policy");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "The path of a policy" })).ToBeInViewportAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Default" }).ClickAsync();
        await page.UntilAtAsync($"*/{People.Project}/keys");
        visit.Expect(404, "/docs/nothing");
        await page.GotoAsync("/docs/nothing");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Page not found" })).ToBeVisibleAsync();

        ILocator Item(string name) => page.GetByRole(AriaRole.Menuitem, new() { Name = name, Exact = true });
    }

    [Fact]
    public async Task Docs_are_listed_and_reached_from_the_menu_on_a_phone()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.Url, PageVisit.Phone);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{People.Project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Menu" }).TapAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Main" }).GetByRole(AriaRole.Link, new() { Name = "Docs" }).TapAsync();
        await page.UntilAtAsync("*/docs");
        await Expect(page.GetByText("Version ")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.Docs);
    }

    [Fact]
    public async Task Api_reference_shows_every_operation_and_type_of_the_description()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await page.GotoAsync("/docs/api");
        using var document =
            JsonDocument.Parse(await (await visit.Requests.GetAsync(new Uri(product.Url, "/openapi/v1.json").ToString())).TextAsync());
        var operations = document.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path =>
                path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}")).ToList();
        // Methods that differ in nothing else share a line: "GET POST /path What it does."
        var lines = (await page.GetByRole(AriaRole.Article).Locator("summary").AllInnerTextsAsync())
            .Select(text => text.ReplaceLineEndings(" ").Split(" /", 2));
        var shown = lines.Where(parts => parts.Length == 2)
            .SelectMany(parts => parts[0].Split(' ').Select(method => $"{method} /{parts[1].Split(' ')[0]}"))
                .ToHashSet(StringComparer.Ordinal);
        Assert.All(operations, operation => Assert.Contains(operation, shown));
        await page.GetByText("Create a key. The response is the only one that contains its secret.").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "CreateKeyRequest" }).First.ClickAsync();
        await Expect(page.GetByText("The environment of the key. It cannot be changed later.").First).ToBeInViewportAsync();
        await visit.ExpectAccessibleAsync(PageState.ApiReference);
    }
}
