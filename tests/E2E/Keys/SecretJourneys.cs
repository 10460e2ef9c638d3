using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Keys;

public sealed class SecretJourneys : IClassFixture<Product>
{
    readonly Product product;
    readonly Browser browser;

    public SecretJourneys(Product product, Browser browser)
    {
        (this.product, this.browser) = (product, browser);
        product.Start();
    }

    [Fact]
    public async Task Each_snippet_copies_whole_with_the_key_in_place()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.AllowClipboardAsync();
        var (_, raw) = await CreateAsync(visit, product.Url, "Snippets");
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        var address = new Uri(product.Url, "v1/capabilities").ToString();
        foreach (var (name, begins) in new[] { (".env", "LATCHKEY_API_KEY="), ("curl", "curl "),
            ("Python", "import requests"), ("JavaScript", "const answer"), ("C#", "using var http") })
        {
            // The first is there; the others by the arrow key.
            var tab = dialog.GetByRole(AriaRole.Tab, new() { Name = name, Exact = true });
            if (name == ".env")
            {
                await tab.FocusAsync();
            }
            else
            {
                await dialog.GetByRole(AriaRole.Tab, new() { Selected = true }).PressAsync("ArrowRight");
                await Expect(tab).ToBeFocusedAsync();
            }

            await dialog.GetByRole(AriaRole.Button, new() { Name = $"Copy the {name} text" }).ClickAsync();
            await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = $"Copy the {name} text" }))
                .ToHaveAttributeAsync("data-copy-state", "copied");
            var text = await visit.ReadClipboardAsync();
            Assert.StartsWith(begins, text, StringComparison.Ordinal);
            Assert.Contains(raw, text, StringComparison.Ordinal);
            Assert.Contains(name is ".env" ? "=" : name is "C#" ? product.Url.ToString() : address, text, StringComparison.Ordinal);
        }

        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync(); // the snippet contains the key, so it counts as copied
    }

    [Fact]
    public async Task Key_in_the_address_of_a_list_is_removed_and_the_page_says_so()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        foreach (var list in new[] { "keys", "resources", "apps" })
        {
            var path = $"/{People.Project}/{list}";
            await visit.GoAsync($"{path}?search={Product.NeverMinted}&size=50");
            Assert.Equal($"{path}?size=50&removed=true", new Uri(visit.Page.Url).PathAndQuery);
            await Expect(visit.Page.GetByRole(AriaRole.Alert).GetByText("A key in this page’s address was removed.")).ToBeVisibleAsync();
            await visit.GoAsync(path);
            await Expect(visit.Page.GetByText("was removed")).ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task Going_elsewhere_asks_first_and_the_key_is_never_shown_again()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var page = visit.Page;
        var asked = 0;
        page.Dialog += async (_, question) =>
        {
            asked++;
            await question.AcceptAsync();
        };
        var (project, raw) = await CreateAsync(visit, product.Url, "Gone");
        Assert.DoesNotContain(raw, page.Url, StringComparison.Ordinal);
        Assert.Equal("[{},{}]", await page.EvaluateAsync<string>("JSON.stringify([localStorage, sessionStorage])"));

        await page.ReloadAsync();
        Assert.Equal(1, asked);
        await visit.UntilInteractiveAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Secret of Gone" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        Assert.DoesNotContain(raw, await page.ContentAsync(), StringComparison.Ordinal);

        await visit.GoAsync($"/{project}/keys?revoked=true");
        await page.GoBackAsync();
        await visit.UntilInteractiveAsync();
        Assert.DoesNotContain(raw, await page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_outlives_a_cut_connection_in_its_own_tab_and_no_way_back_to_the_page()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.Url, PageVisit.Moving);
        await visit.AllowClipboardAsync();
        var page = visit.Page;
        page.Dialog += async (_, question) => await question.AcceptAsync();
        var (project, raw) = await CreateAsync(visit, product.Url, "Cut");
        var other = await page.Context.NewPageAsync();
        await other.GotoAsync($"/{project}/keys");
        await Expect(other.GetByRole(AriaRole.Row, new() { Name = "Secret of Cut" })).ToBeVisibleAsync();
        Assert.DoesNotContain(raw, await other.ContentAsync(), StringComparison.Ordinal);
        await other.CloseAsync();

        var gone = true;
        await page.Context.RouteAsync("**/_blazor/**", route => gone ? route.AbortAsync() : route.ContinueAsync());
        visit.ExpectCut();
        await page.EvaluateAsync("Blazor._internal.forceCloseConnection()");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        await Expect(LostIn(dialog)).ToBeVisibleAsync(); // what is behind the dialog cannot be reached
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Try now" })).ToBeVisibleAsync();
        // It waits for nothing now, and shows it.
        Assert.Equal(0, await dialog.GetByTestId("first-use").EvaluateAsync<int>("watch => watch.getAnimations({ subtree: true }).length"));
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Copy key" }).ClickAsync();
        await Expect(dialog.GetByText("Copied to the clipboard").First).ToBeVisibleAsync();
        Assert.Equal(raw, await visit.ReadClipboardAsync());
        gone = false;
        // by script, because Blazor may retry first
        await page.EvaluateAsync("document.querySelector('[data-reconnect].when-trying').click()");
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" })).ToBeEnabledAsync();
        await Expect(dialog.Locator(".copybox code")).ToHaveTextAsync(raw);
        await Expect(LostIn(dialog)).ToHaveCountAsync(0);
        await Expect(dialog.GetByTestId("first-use")).ToContainTextAsync("Waiting for the first request…");

        // Simulates the back/forward cache.
        await page.EvaluateAsync("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))");
        Assert.DoesNotContain(raw, await page.ContentAsync(), StringComparison.Ordinal);
        await page.EvaluateAsync(
            "window.same = true; setTimeout(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))");
        await page.WaitForFunctionAsync("() => !window.same");
        await visit.UntilInteractiveAsync();
        await Expect(dialog).ToHaveCountAsync(0);
        Assert.DoesNotContain(raw, await page.ContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_made_while_the_connection_is_lost_counts_once_it_is_back()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.AllowClipboardAsync();
        var page = visit.Page;
        await CreateAsync(visit, product.Url, "Copied offline");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        var gone = true;
        await page.Context.RouteAsync("**/_blazor/**", route => gone ? route.AbortAsync() : route.ContinueAsync());
        visit.ExpectCut();
        await page.EvaluateAsync("Blazor._internal.forceCloseConnection()");
        await Expect(LostIn(dialog)).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Copy key" }).ClickAsync();
        await Expect(dialog.GetByText("Copied to the clipboard").First).ToBeVisibleAsync();
        gone = false;
        // by script, because Blazor may retry first
        await page.EvaluateAsync("document.querySelector('[data-reconnect].when-trying').click()");
        await Expect(LostIn(dialog)).ToHaveCountAsync(0);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync(); // without a warning
    }

    [Fact]
    public async Task Only_its_buttons_close_the_dialog_and_tab_stays_in_it()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.AllowClipboardAsync();
        var page = visit.Page;
        await CreateAsync(visit, product.Url, "Kept open");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        await page.Keyboard.PressAsync("Escape");
        await page.Mouse.ClickAsync(5, 400);
        var stops = new List<string>();
        for (var stop = 0; stop < 12; stop++)
        {
            await page.Keyboard.PressAsync("Tab");
            stops.Add(await page.EvaluateAsync<string>("document.activeElement.role ?? document.activeElement.tagName"));
            Assert.True(await page.EvaluateAsync<bool>(
                "document.querySelector('main').inert && !document.activeElement.closest('main, header, nav')"));
        }

        Assert.DoesNotContain("tablist", stops);
        Assert.Equal("none", await dialog.GetByRole(AriaRole.Tablist)
            .EvaluateAsync<string>("list => list.scrollHeight > list.clientHeight ? 'scrolls' : 'none'"));
        await Expect(dialog).ToBeVisibleAsync();

        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).ClickAsync();
        await Expect(dialog.GetByText("You have not copied this key.")).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Copy key" }).ClickAsync();
        await Expect(dialog.GetByText("You have not copied")).ToHaveCountAsync(0);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Back_stays_with_the_key_until_it_is_copied()
    {
        await product.AddProjectAsync("Where one was before");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.AllowClipboardAsync();
        var page = visit.Page;
        var (_, raw) = await CreateAsync(visit, product.Url, "Back", before: async _ =>
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Project: Back" }).ClickAsync();
            await page.GetByRole(AriaRole.Menuitem, new() { Name = "Where one was before" }).ClickAsync();
            await Expect(page.GetByText("No keys in Where one was before yet")).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Project: Where one was before" }).ClickAsync();
            await page.GetByRole(AriaRole.Menuitem, new() { Name = "Back" }).ClickAsync();
            // a click on the old page would be lost
            await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Another" })).ToBeVisibleAsync();
        });
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        await page.EvaluateAsync("history.back()");
        await Expect(dialog.GetByText("You have not copied this key.")).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Copy and close" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
        Assert.Equal(raw, await visit.ReadClipboardAsync());
        await page.GoBackAsync();
        await Expect(page.GetByText("No keys in Where one was before yet")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Page_without_a_clipboard_copies_all_the_same()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.InsecureUrl);
        var (_, raw) = await CreateAsync(visit, product.InsecureUrl, "Plain http");
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        Assert.False(await visit.Page.EvaluateAsync<bool>("Boolean(navigator.clipboard)"));
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Copy key" }).ClickAsync();
        await Expect(dialog.GetByText("Copied to the clipboard").First).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).ClickAsync();
        await visit.UntilNoDialogAsync();
        await visit.Page.GetByLabel("Search keys").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Control+V");
        await Expect(visit.Page.GetByText("This is the key Secret of Plain http.")).ToBeVisibleAsync();
        await Expect(visit.Page.GetByLabel("Search keys")).ToHaveValueAsync("");
        Assert.DoesNotContain(raw, visit.Page.Url + await visit.Page.ContentAsync()
            + await visit.Page.EvaluateAsync<string>("JSON.stringify([localStorage, sessionStorage])"), StringComparison.Ordinal);
        await visit.ExpectAccessibleAsync(PageState.KeyFound);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show in list" }).ClickAsync();
        await Expect(visit.Page.GetByText("1 key", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByLabel("Search keys")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Browser_that_copies_nothing_selects_the_key_and_says_how()
    {
        await using var visit = await PageVisit.OpenAsync(browser, product.InsecureUrl);
        var (_, raw) = await CreateAsync(visit, product.InsecureUrl, "By hand");
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        await visit.Page.EvaluateAsync("document.execCommand = () => false");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Copy key" }).ClickAsync();
        await Expect(dialog.GetByText("Your browser blocked copying.").First).ToBeVisibleAsync();
        Assert.Equal(raw, await visit.Page.EvaluateAsync<string>("getSelection().toString()"));
        await visit.ExpectAccessibleAsync(PageState.SecretByHand);
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).ClickAsync();
        await Expect(dialog.GetByText("You have not copied this key.")).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Keep this open" }).ClickAsync();

        await dialog.Locator(".copybox code").ClickAsync(); // selects the whole key
        await visit.Page.Keyboard.PressAsync("Control+C");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
    }

    /// <summary>What says that the connection is lost, in a dialog.</summary>
    static ILocator LostIn(ILocator dialog) => dialog.GetByText("Connection lost.").Filter(new() { Visible = true });

    async Task<(ProjectPath Project, string Raw)> CreateAsync(
        PageVisit visit, Uri home, string project, Func<ProjectPath, Task>? before = null)
    {
        var path = await product.AddProjectAsync($"{project} {home.Host}");
        await product.AddKeyAsync(path, "Another");
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{path}/keys");
        if (before is not null)
        {
            await before(path);
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync($"Secret of {project}");
        await page.GetByLabel("Name").PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Copy key" })).ToBeFocusedAsync();
        return (path, await page.Locator(".copybox code").InnerTextAsync());
    }
}
