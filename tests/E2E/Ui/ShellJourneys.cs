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
    public async Task Titles_name_the_project_or_the_organization()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        foreach (var (path, title) in new[]
        {
            ($"{People.Project}/keys", "API keys · Default · Latchkey"), ($"{People.Project}/resources", "Resources · Default · Latchkey"),
            ($"{People.Project}/apps", "Published apps · Default · Latchkey"), (
                $"{People.Project}/settings", "Project settings · Default · Latchkey"),
            ($"{People.Organization}/service-accounts", "Service accounts · My organization · Latchkey"),
            ($"{People.Organization}/connected-apps", "Connected apps · My organization · Latchkey"),
            ($"{People.Organization}/settings", "Organization settings · My organization · Latchkey"), (
                "account/connected-apps", "Connected apps · Latchkey"),
            ("account/profile", "Profile · Latchkey"), ("account/security", "Sign-in and security · Latchkey"),
        })
        {
            await visit.Page.GotoAsync($"/{path}");
            await Expect(visit.Page).ToHaveTitleAsync(title);
        }
    }

    [Theory]
    [InlineData(1360, 860, true)]
    [InlineData(1360, 600, false)]
    [InlineData(390, 844, false)]
    public async Task Messages_cover_nothing_that_can_be_pressed(int width, int height, bool beside)
    {
        var project = await product.AddProjectAsync($"Messages {width} {height}");
        foreach (var number in Enumerable.Range(1, 9))
        {
            await product.AddKeyAsync(project, $"Warehouse handheld scanners, Rotterdam and Antwerp, building 4, floor {number}");
        }

        await using var visit =
            await PageVisit.OpenAsync(browser, product.Url, new() { ViewportSize = new() { Width = width, Height = height } });
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        foreach (var number in new[] { 1, 2, 3 })
        {
            await page.GetByRole(AriaRole.Button, new() { Name = $"building 4, floor {number}" }).ClickAsync();
            await page.GetByRole(AriaRole.Menuitem, new() { Name = "Disable" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Undo" })).ToHaveCountAsync(number);
        }

        Assert.Empty(await CoveredAsync());
        if (beside)
        {
            await page.EvaluateAsync("scrollTo(0, document.body.scrollHeight)");
            Assert.Empty(await page.EvaluateAsync<string[]>(Covered)); // wherever the page is
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        Assert.Empty(await page.EvaluateAsync<string[]>(Covered));

        // Whatever gets the focus scrolls itself from under them.
        async Task<string[]> CoveredAsync()
        {
            var covered = new List<string>();
            foreach (var control in await page.Locator("#main :is(a[href], button, [role=combobox], input)").AllAsync())
            {
                if (await control.IsVisibleAsync())
                {
                    await control.EvaluateAsync("control => control.scrollIntoView({ block: 'nearest', behavior: 'instant' })");
                    covered.AddRange(await control.EvaluateAsync<string[]>($"control => ({Covered})(control)"));
                }
            }

            return [.. covered];
        }
    }

    /// <summary>The names of the controls whose middle, as far as it is in the window, lies under a message; or of one of them.</summary>
    const string Covered = """
        only => (only ? [only] : [...document.querySelectorAll('a[href], button, input, [role=combobox]')]).filter(control => {
          const box = control.getBoundingClientRect();
          const hit = control.closest('.toasts') ? null : document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          return hit?.closest('.toasts') != null;
        }).map(control => control.getAttribute('aria-label') ?? control.textContent)
        """;

    [Fact]
    public async Task Single_keys_search_and_create_until_they_are_turned_off()
    {
        var project = await product.AddProjectAsync("Shortcuts");
        await product.AddKeyAsync(project, "Zapier bridge");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var page = visit.Page;
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys");
        var search = page.GetByRole(AriaRole.Searchbox, new() { Name = "Search keys" });
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Create API key" });
        await page.Keyboard.PressAsync("/");
        await Expect(search).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("c/c"); // is typed
        await Expect(search).ToHaveValueAsync("c/c");
        await search.FillAsync("");
        await page.GetByRole(AriaRole.Heading, new() { Name = "API keys" }).FocusAsync();
        await page.Keyboard.PressAsync("c");
        await Expect(dialog.GetByLabel("Name")).ToBeFocusedAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).FocusAsync();
        await page.Keyboard.PressAsync("/"); // a dialog has its own keys
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await visit.UntilNoDialogAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Your account" }).ClickAsync();
        var item = page.GetByRole(AriaRole.Menuitemcheckbox, new() { Name = "Shortcuts" });
        await Expect(item).ToBeCheckedAsync();
        await visit.ExpectAccessibleAsync(PageState.AccountMenu, page.GetByRole(AriaRole.Menu, new() { Name = "Your account" }));
        await item.ClickAsync();
        await visit.GoAsync($"/{project}/keys");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.PressAsync("c");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "API keys" })).ToBeFocusedAsync();
        await Expect(dialog).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Your account" }).ClickAsync();
        await Expect(item).Not.ToBeCheckedAsync();
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
        await Expect(visit.Page.GetByLabel("Password", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(visit.Page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
        await Expect(visit.Page.Locator("#connection")).ToBeHiddenAsync();
        checkedWithout.SetResult();
        await visit.Page.UntilLoadedAsync();
    }
}
