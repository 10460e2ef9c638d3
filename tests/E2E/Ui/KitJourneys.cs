using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Ui;

/// <summary>What the components and their script do in a real browser, on the page that shows them all.</summary>
public sealed class KitJourneys(Browser browser, Product product) : IClassFixture<Product>, IAsyncLifetime
{
    const string Secret = "nk_test_kitkitki_thisIsNoRealKeyItOnlyShowsAWidth";

    public ValueTask InitializeAsync()
    {
        product.Start();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Everything that the page shows at once in both themes and three widths, and each thing that opens in the two that differ
    /// most.</summary>
    [Fact]
    public async Task Every_state_is_accessible_and_fits_its_window()
    {
        await using var visit = await OpenAsync(product.Url);
        await visit.ExpectAccessibleAsync();
        await visit.ExpectFitAsync();
        await visit.ResizeAsync(390);
        await visit.ExpectFitAsync();
        await visit.ResizeAsync(360);
        await visit.ExpectAccessibleAsync(null, ColorScheme.Light); // the colours are the same in every width
        await visit.ExpectFitAsync();

        foreach (var (opener, dialog) in new[] { ("Open a form", "Create API key"), ("Open a secret", "Save your key"), ("Ask", "Disable this key?"), ("Ask for the name", "Revoke this key?") })
        {
            await Button(visit, opener).ClickAsync();
            var open = visit.Page.GetByRole(opener.StartsWith("Ask for", StringComparison.Ordinal) ? AriaRole.Alertdialog : AriaRole.Dialog, new() { Name = dialog });
            await Expect(open).ToBeVisibleAsync();
            if (opener == "Open a form")
            {
                await visit.Page.Keyboard.PressAsync("Enter");
                await Expect(open.GetByText("Give it a name")).ToBeVisibleAsync();
            }

            await visit.ExpectAccessibleAsync(open);
            await visit.ExpectFitAsync();
            await open.Locator(".dialog-foot button").First.ClickAsync();
            await Expect(open).ToBeHiddenAsync();
        }

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Actions for Integration tests" }).ClickAsync();
        await Expect(MenuItem(visit, "Rename…")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(visit.Page.GetByRole(AriaRole.Menu, new() { Name = "Actions for Integration tests" }));
        await visit.Page.Keyboard.PressAsync("Escape");
        foreach (var toast in new[] { "Toast of a failure", "Toast with undo", "Toast" })
        {
            await Button(visit, toast).PressAsync("Enter"); // those that are there may cover it
        }

        await Expect(visit.Page.Locator(".toast")).ToHaveCountAsync(3);
        await visit.ExpectAccessibleAsync(visit.Page.Locator(".toasts"));
        await visit.ExpectFitAsync();
        await visit.Page.GotoAsync("/_kit/auth");
        await visit.ExpectAccessibleAsync();
        await visit.ExpectFitAsync();
    }

    [Fact]
    public async Task Dialogs_menus_and_tabs_obey_the_keys_alone()
    {
        await using var visit = await OpenAsync(product.Url);
        await Button(visit, "Open a form").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Create API key" });
        await Expect(dialog.GetByLabel("Name")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(dialog.GetByText("Give it a name")).ToBeVisibleAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(Button(visit, "Open a form")).ToBeFocusedAsync();

        await Button(visit, "Ask for the name").ClickAsync();
        await Expect(Button(visit, "Revoke key")).ToBeDisabledAsync();
        await visit.Page.Keyboard.TypeAsync("Partner: Contoso Logistics");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.Locator("#kit-answer")).ToHaveTextAsync("Yes.");
        await visit.UntilNoDialogAsync();

        var actions = visit.Page.GetByRole(AriaRole.Button, new() { Name = "Actions for Integration tests" });
        await actions.FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(actions).ToHaveAttributeAsync("aria-expanded", "true");
        await Expect(MenuItem(visit, "Rename…")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(MenuItem(visit, "Disable")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("End");
        await Expect(MenuItem(visit, "Revoke…")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.Locator("#kit-did")).ToHaveTextAsync("Revoke Integration tests");
        await Expect(actions).ToBeFocusedAsync();
        await Expect(actions).ToHaveAttributeAsync("aria-expanded", "false");

        await visit.Page.GetByRole(AriaRole.Tab, new() { Name = ".env" }).FocusAsync();
        await visit.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(visit.Page.GetByRole(AriaRole.Tabpanel, new() { Name = "curl" })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Tabpanel, new() { Name = ".env" })).ToBeHiddenAsync();

        await Button(visit, "Open a secret").ClickAsync();
        await Expect(Button(visit, "Copy key").Last).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Escape");
        await visit.Page.Keyboard.PressAsync("Escape");
        await Expect(visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Copying_works_with_and_without_a_secure_context(bool secure)
    {
        await using var visit = await OpenAsync(secure ? product.Url : product.InsecureUrl, new() { Permissions = secure ? ["clipboard-read", "clipboard-write"] : [] });
        Assert.Equal(secure, await visit.Page.EvaluateAsync<bool>("isSecureContext"));
        await Button(visit, "Open a secret").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Copy key" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Dialog).GetByText("Copied to the clipboard")).ToBeVisibleAsync();
        await Button(visit, "I have saved the key").ClickAsync();
        await visit.UntilNoDialogAsync();
        var name = visit.Page.GetByLabel("Name", new() { Exact = true });
        await name.FillAsync("");
        await name.PressAsync("Control+V");
        await Expect(name).ToHaveValueAsync(Secret);
    }

    [Fact]
    public async Task Refused_copying_selects_the_text_and_the_server_hears_of_it()
    {
        await using var visit = await OpenAsync(product.InsecureUrl);
        await visit.Page.EvaluateAsync("document.execCommand = () => false");
        await Button(visit, "Copy key").ClickAsync();
        await Expect(visit.Page.GetByText("Your browser blocked copying")).ToBeVisibleAsync();
        Assert.Equal(Secret, await visit.Page.EvaluateAsync<string>("getSelection().toString()"));
        await Expect(visit.Page.Locator("#kit-outcome")).ToHaveTextAsync("The server heard: select by hand.");
    }

    [Fact]
    public async Task Theme_is_kept_and_there_in_the_first_html()
    {
        await using var visit = await OpenAsync(product.Url, new() { ColorScheme = ColorScheme.Light });
        await Button(visit, "Switch theme").ClickAsync();
        await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        var html = await (await visit.Page.GotoAsync("/_kit"))!.TextAsync();
        Assert.Contains("data-theme=\"dark\"", html, StringComparison.Ordinal);
        await visit.UntilInteractiveAsync();
        await Button(visit, "Your account, Priya Raghunathan").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Menuitemradio, new() { Name = "System" }).ClickAsync();
        await Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "system");
    }

    [Fact]
    public async Task Lost_connection_leaves_the_dialog_and_its_copying_and_catches_up_afterwards()
    {
        await using var visit = await OpenAsync(product.Url, new() { Permissions = ["clipboard-read", "clipboard-write"] });
        await Button(visit, "Open a secret").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        var gone = true;
        await visit.Page.Context.RouteAsync("**/_blazor/**", route => gone ? route.AbortAsync() : route.ContinueAsync());
        visit.ExpectCut();
        await visit.Page.EvaluateAsync("Blazor._internal.forceCloseConnection()");
        await Expect(visit.Page.GetByText("Connection lost.").First).ToBeVisibleAsync();

        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Copy key" }).ClickAsync();
        await Expect(dialog.GetByText("Copied to the clipboard")).ToBeVisibleAsync();
        Assert.Equal(Secret, await visit.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" })).ToBeDisabledAsync();

        await visit.Page.EvaluateAsync("document.querySelector('dialog[open]').close()");
        await visit.Page.GetByRole(AriaRole.Searchbox, new() { Name = "Search things" }).FillAsync("contoso");
        await Expect(Button(visit, "Create thing")).ToBeDisabledAsync();

        gone = false;
        // By script: when a try of Blazor's own comes first, the button is gone.
        await visit.Page.EvaluateAsync("document.querySelector('[data-reconnect].when-trying').click()");
        await Expect(Button(visit, "Create thing")).ToBeEnabledAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "Partner: Contoso Logistics" })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Link, new() { Name = "production-backend-2026-11" })).ToBeHiddenAsync();
        await Button(visit, "Open a secret").ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
    }

    static ILocator Button(PageVisit visit, string name) => visit.Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    static ILocator MenuItem(PageVisit visit, string name) => visit.Page.GetByRole(AriaRole.Menuitem, new() { Name = name, Exact = true });

    async Task<PageVisit> OpenAsync(Uri home, BrowserNewContextOptions? options = null)
    {
        var visit = await PageVisit.OpenAsync(browser, home, options);
        await visit.Page.GotoAsync("/_kit");
        await visit.UntilInteractiveAsync();
        return visit;
    }
}
