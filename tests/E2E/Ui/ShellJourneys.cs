using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Ui;

/// <summary>What is around every page: theme, menus, and what the page does while its connection is lost.</summary>
public sealed class ShellJourneys : IClassFixture<Product>
{
    readonly Product product;
    readonly Browser browser;

    public ShellJourneys(Product product, Browser browser)
    {
        (this.product, this.browser) = (product, browser);
        product.Start();
    }

    [Fact]
    public async Task Theme_is_kept_and_there_in_the_first_html()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var page = visit.Page;
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{People.Project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Switch theme", Exact = true }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        var html = await (await page.GotoAsync($"/{People.Project}/keys"))!.TextAsync();
        Assert.Contains("data-theme=\"dark\"", html, StringComparison.Ordinal);
        await visit.UntilInteractiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Your account" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitemradio, new() { Name = "System" }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "system");
    }

    [Fact]
    public async Task Menu_is_walked_by_its_keys_and_gives_the_focus_back()
    {
        var project = await product.AddProjectAsync("Menus");
        await product.AddKeyAsync(project, "Zapier bridge");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var page = visit.Page;
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys");
        var opener = page.GetByRole(AriaRole.Button, new() { Name = "Actions for Zapier bridge" });
        await opener.FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(opener).ToHaveAttributeAsync("aria-expanded", "true");
        await Expect(Item("Rename…")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(Item("Disable")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("End");
        await Expect(Item("Revoke…")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(opener).ToBeFocusedAsync();
        await Expect(opener).ToHaveAttributeAsync("aria-expanded", "false");

        ILocator Item(string name) => page.GetByRole(AriaRole.Menuitem, new() { Name = name, Exact = true });
    }

    [Fact]
    public async Task Search_that_is_typed_while_the_connection_is_lost_is_done_once_it_is_back()
    {
        var project = await product.AddProjectAsync("Lost connection");
        await product.AddKeyAsync(project, "Zapier bridge");
        await product.AddKeyAsync(project, "Contoso");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var page = visit.Page;
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys");
        var create = page.GetByRole(AriaRole.Button, new() { Name = "Create key" });
        var gone = true;
        await page.Context.RouteAsync("**/_blazor/**", route => gone ? route.AbortAsync() : route.ContinueAsync());
        visit.ExpectCut();
        await page.EvaluateAsync("Blazor._internal.forceCloseConnection()");
        await Expect(page.GetByText("Connection lost.").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Search keys" }).FillAsync("contoso");
        await Expect(create).ToBeDisabledAsync();

        gone = false;
        await page.EvaluateAsync("document.querySelector('[data-reconnect].when-trying').click()"); // by script: an attempt may come first
        await Expect(create).ToBeEnabledAsync();
        await Expect(page.GetByText("1 key", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Contoso" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Page_whose_styles_have_not_come_yet_tells_of_no_fault()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var checkedWithout = new TaskCompletionSource();
        await visit.Page.RouteAsync("**/*.css", async route =>
        {
            await checkedWithout.Task;
            await route.ContinueAsync();
        });
        await visit.Page.GotoAsync("/account/sign-in", new() { WaitUntil = WaitUntilState.Commit });
        await Expect(visit.Page.GetByLabel("Password")).ToBeVisibleAsync();
        await Expect(visit.Page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
        await Expect(visit.Page.Locator("#connection")).ToBeHiddenAsync();
        checkedWithout.SetResult();
        await visit.Page.WaitForLoadStateAsync();
    }
}
