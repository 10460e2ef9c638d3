using System.Text.RegularExpressions;
using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Keys;

public sealed partial class CreateKeyJourneys : IClassFixture<Product>
{
    readonly Product product;
    readonly Browser browser;

    public CreateKeyJourneys(Product product, Browser browser)
    {
        (this.product, this.browser) = (product, browser);
        product.Start();
    }

    [Fact]
    public async Task Developer_creates_a_first_key_copies_it_and_is_done()
    {
        var project = await product.AddProjectAsync("First key");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.AllowClipboardAsync();
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No keys in First key yet" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.KeysEmpty);

        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(page.GetByText("0 of 10 keys in use, 10 left")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.CreateKey);
        await page.GetByLabel("Name").FillAsync("Checkout service");
        await page.GetByLabel("Name").PressAsync("Enter");

        var secret = page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        await Expect(secret.GetByRole(AriaRole.Button, new() { Name = "Copy key" })).ToBeFocusedAsync();
        var raw = await secret.Locator(".copybox code").InnerTextAsync();
        Assert.Matches(Raw(), raw);
        await visit.ExpectAccessibleAsync(PageState.Secret);
        await secret.GetByRole(AriaRole.Button, new() { Name = "Copy key" }).ClickAsync();
        await Expect(secret.GetByText("Copied to the clipboard").First).ToBeVisibleAsync();
        Assert.Equal(raw, await visit.ReadClipboardAsync());
        await secret.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).ClickAsync();
        await Expect(secret).ToBeHiddenAsync();
        // Not the button that was pressed: that left with the first key.
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Create key" })).ToBeFocusedAsync();

        var row = page.GetByRole(AriaRole.Row, new() { Name = "Checkout service" });
        await Expect(row).ToContainTextAsync(raw[..16]);
        await Expect(row).ToContainTextAsync("All resources");
        await Expect(row).ToContainTextAsync("Never");
        await Expect(page.GetByText("1 of 10 keys")).ToBeVisibleAsync();
        Assert.DoesNotContain(raw, await page.ContentAsync(), StringComparison.Ordinal);
        await using var context = await People.OpenAsync(product);
        var entry = await context.AuditEntries.SingleAsync(
            x => x.Action == "key.created" && x.TargetName == "Checkout service", TestContext.Current.CancellationToken);
        Assert.Equal("127.0.0.1", entry.Address); // the client address of the circuit
    }

    [Fact]
    public async Task Enter_in_a_picker_or_a_list_takes_a_choice_and_creates_nothing()
    {
        var project = await product.AddProjectAsync("Enter picks");
        await product.AddResourcesAsync(project, 3);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Create API key" });
        await dialog.GetByLabel("Name").FillAsync("Narrow");
        await dialog.GetByRole(AriaRole.Radio, new() { Name = "Specific resources" }).CheckAsync(new() { Force = true });
        var picker = dialog.GetByRole(AriaRole.Combobox, new() { Name = "Resources" });
        foreach (var resource in new[] { "Resource 1", "Resource 2" })
        {
            await picker.FillAsync(resource);
            await Expect(picker).ToHaveAttributeAsync("data-found", resource);
            await Expect(page.GetByRole(AriaRole.Option, new() { Name = resource })).ToBeVisibleAsync();
            await picker.PressAsync("Enter");
            await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = $"Remove {resource}" })).ToBeVisibleAsync();
        }

        var expires = dialog.GetByRole(AriaRole.Combobox, new() { Name = "Expires" });
        await expires.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Option, new() { Name = "Never" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Option)).ToHaveCountAsync(0);
        await Expect(dialog.GetByLabel("Name")).ToHaveValueAsync("Narrow"); // still asked
        await dialog.GetByLabel("Name").PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" })).ToBeVisibleAsync();
        await using var context = await People.OpenAsync(product);
        var scopes = await context.Keys.Where(key => key.Name == "Narrow").Select(key => key.Scope.Count)
            .ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal([2], scopes);
    }

    [Fact]
    public async Task Button_pressed_before_the_page_is_live_is_pressed_when_it_is()
    {
        var project = await product.AddProjectAsync("Early");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        var live = new TaskCompletionSource();
        await page.RouteAsync("**/_blazor/negotiate**", async route =>
        {
            await live.Task;
            await route.ContinueAsync();
        });
        await page.GotoAsync($"/{project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        live.SetResult();
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Create API key" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Form_that_was_opened_and_left_is_not_opened_again()
    {
        var project = await product.AddProjectAsync("Left");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Create API key" });
        await visit.GoAsync($"/{project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(dialog.GetByLabel("Name")).ToBeFocusedAsync();
        await visit.GoAsync($"/{project}/keys?sort=name");
        await Expect(dialog).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await visit.ChooseAsync("Expires", "Never"); // a list reports no input
        await Expect(dialog.GetByRole(AriaRole.Combobox, new() { Name = "Expires" })).ToHaveValueAsync("Never");
        await visit.GoAsync($"/{project}/keys");
        await Expect(dialog.GetByRole(AriaRole.Combobox, new() { Name = "Expires" })).ToHaveValueAsync("Never");
    }

    [Fact]
    public async Task What_was_entered_outlives_the_page_in_its_own_tab_until_it_is_given_up()
    {
        var project = await product.AddProjectAsync("Entered");
        await product.AddResourcesAsync(project, 60);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Create API key" });
        await dialog.GetByRole(AriaRole.Radio, new() { Name = "Test" }).CheckAsync(new() { Force = true });
        await dialog.GetByRole(AriaRole.Radio, new() { Name = "Specific resources" }).CheckAsync(new() { Force = true });
        foreach (var resource in new[] { "Resource 47", "Resource 8" })
        {
            await dialog.GetByRole(AriaRole.Combobox, new() { Name = "Resources" }).FillAsync(resource);
            await page.GetByRole(AriaRole.Option, new() { Name = resource }).ClickAsync();
            await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = $"Remove {resource}" })).ToBeVisibleAsync();
        }

        await dialog.GetByRole(AriaRole.Checkbox, new() { Name = "Read" }).UncheckAsync();
        await visit.ChooseAsync("Expires", "On a date…");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(dialog.GetByText("Give it a name of 1 to 100 characters.")).ToBeVisibleAsync();
        await Expect(dialog.GetByText("Choose at least one permission.")).ToBeVisibleAsync();
        await Expect(dialog.GetByText("Choose an expiry date.")).ToBeVisibleAsync();
        await Expect(dialog.GetByLabel("Name")).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.CreateKeyErrors);
        await dialog.GetByLabel("Expiry date").FillAsync("2999-01-31");
        await page.Keyboard.PressAsync("Tab");
        await dialog.GetByLabel("Name").PressSequentiallyAsync("Half a na"); // without leaving the field

        var other = await page.Context.NewPageAsync();
        await other.GotoAsync($"/{project}/keys");
        await Expect(other.Locator("#interactive")).ToBeVisibleAsync();
        await other.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(other.GetByLabel("Name")).ToHaveValueAsync("");
        await other.GetByLabel("Name").FillAsync("Another tab’s");
        await other.CloseAsync();

        await page.ReloadAsync();
        await visit.UntilInteractiveAsync();
        await Expect(dialog.GetByLabel("Name")).ToHaveValueAsync("Half a na");
        await Expect(dialog.GetByRole(AriaRole.Radio, new() { Name = "Test" })).ToBeCheckedAsync();
        await Expect(dialog.GetByRole(AriaRole.List, new() { Name = "Selected resources" }).GetByRole(AriaRole.Listitem))
            .ToHaveCountAsync(2);
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Remove Resource 47" })).ToBeVisibleAsync();
        await Expect(dialog.GetByRole(AriaRole.Checkbox, new() { Name = "Read" })).Not.ToBeCheckedAsync();
        await Expect(dialog.GetByLabel("Expiry date")).ToHaveValueAsync("2999-01-31");
        await dialog.GetByLabel("Name").FillAsync(Product.NeverMinted);
        Assert.DoesNotContain(
            "Ab12CdEf", await page.EvaluateAsync<string>("JSON.stringify([localStorage, sessionStorage])"), StringComparison.Ordinal);
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        Assert.Equal("[{},{}]", await page.EvaluateAsync<string>("JSON.stringify([localStorage, sessionStorage])"));
        await page.ReloadAsync();
        await visit.UntilInteractiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(dialog.GetByLabel("Name")).ToHaveValueAsync("");
    }

    [Fact]
    public async Task Double_click_creates_one_key()
    {
        var project = await product.AddProjectAsync("Double click");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("Only one");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Create key" }).DblClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close without copying" }).ClickAsync();
        await Expect(page.GetByText("1 of 10 keys")).ToBeVisibleAsync();
        await visit.GoAsync($"/{project}/keys");
        await Expect(page.GetByText("1 of 10 keys")).ToBeVisibleAsync();
    }

    [GeneratedRegex("^nk_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{32}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Raw();
}
