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
        await using var visit = await Visit.OpenAsync(browser, product.Url);
        await visit.AllowClipboardAsync();
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No keys in First key yet" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(page.GetByText("0 of 10 keys in use, 10 left")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync();
        await page.GetByLabel("Name").FillAsync("Checkout service");
        await page.GetByLabel("Name").PressAsync("Enter");

        var secret = page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        await Expect(secret.GetByRole(AriaRole.Button, new() { Name = "Copy key" })).ToBeFocusedAsync();
        var raw = await secret.Locator(".copybox code").InnerTextAsync();
        Assert.Matches(Raw(), raw);
        await visit.ExpectAccessibleAsync();
        await secret.GetByRole(AriaRole.Button, new() { Name = "Copy key" }).ClickAsync();
        await Expect(secret.GetByText("Copied to the clipboard").First).ToBeVisibleAsync();
        Assert.Equal(raw, await visit.ReadClipboardAsync());
        await secret.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).ClickAsync();
        await Expect(secret).ToBeHiddenAsync();

        var row = page.GetByRole(AriaRole.Row, new() { Name = "Checkout service" });
        await Expect(row).ToContainTextAsync(raw[..16]);
        await Expect(row).ToContainTextAsync("All resources");
        await Expect(row).ToContainTextAsync("Never");
        await Expect(page.GetByText("1 of 10 keys")).ToBeVisibleAsync();
        Assert.DoesNotContain(raw, await page.ContentAsync(), StringComparison.Ordinal);
        await visit.ExpectAccessibleAsync();
    }

    [Fact]
    public async Task Each_picker_says_what_the_key_is_to_be()
    {
        var project = await product.AddProjectAsync("Pickers");
        await product.AddResourcesAsync(project, 5000);
        await using var visit = await Visit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("Nightly reconciliation");
        await page.GetByRole(AriaRole.Radio, new() { Name = "Test" }).CheckAsync(new() { Force = true });
        await page.GetByRole(AriaRole.Radio, new() { Name = "Chosen resources" }).CheckAsync(new() { Force = true });
        await Expect(page.GetByPlaceholder("Search 5,000 resources")).ToBeVisibleAsync();
        await page.GetByLabel("Search resources").FillAsync("Resource 4711");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Resource 4711" }).CheckAsync();
        await page.GetByLabel("Search resources").FillAsync("Resource 815");
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Resource 815" }).CheckAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Read" }).UncheckAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Execute" }).CheckAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Write" }).CheckAsync();
        await page.GetByLabel("Expires").SelectOptionAsync("On a date…");
        await page.GetByLabel("Last day").FillAsync("2999-01-31");
        await visit.ExpectAccessibleAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" }).GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close without copying" }).ClickAsync();

        var row = page.GetByRole(AriaRole.Row, new() { Name = "Nightly reconciliation" });
        await Expect(row).ToContainTextAsync("nk_test_");
        await Expect(row).ToContainTextAsync("2 workflows");
        await Expect(row).ToContainTextAsync("execute write");
        await Expect(row).ToContainTextAsync("Until 31 Jan 2999");
    }

    [Fact]
    public async Task Empty_fields_say_what_to_do_and_take_the_focus()
    {
        var project = await product.AddProjectAsync("Errors");
        await using var visit = await Visit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Create API key" });
        await dialog.GetByRole(AriaRole.Checkbox, new() { Name = "Read" }).UncheckAsync();
        await dialog.GetByLabel("Expires").SelectOptionAsync("On a date…");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(dialog.GetByText("Give it a name of 1 to 100 characters.")).ToBeVisibleAsync();
        await Expect(dialog.GetByText("Choose one permission or more.")).ToBeVisibleAsync();
        await Expect(dialog.GetByText("Choose the last day that the key works on.")).ToBeVisibleAsync();
        await Expect(dialog.GetByLabel("Name")).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync();

        await dialog.GetByLabel("Name").FillAsync("Named now");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Checkbox, new() { Name = "Read" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Create key" })).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(dialog.GetByLabel("Name")).ToHaveValueAsync("");
    }

    [Fact]
    public async Task Double_click_creates_one_key()
    {
        var project = await product.AddProjectAsync("Double click");
        await using var visit = await Visit.OpenAsync(browser, product.Url);
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

    [Fact]
    public async Task Full_project_says_why_and_opens_nothing()
    {
        var project = await product.AddProjectAsync("Full");
        for (var number = 1; number <= 10; number++)
        {
            await product.AddKeyAsync(project, $"Key {number}");
        }

        await using var visit = await Visit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        var create = page.GetByRole(AriaRole.Button, new() { Name = "Create key" });
        await Expect(create).ToHaveAccessibleDescriptionAsync("All 10 keys are in use. Revoke one that is not needed.");
        await create.ClickAsync(new() { Force = true });
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await visit.ExpectAccessibleAsync();
    }

    [Fact]
    public async Task Keyboard_alone_is_enough()
    {
        var project = await product.AddProjectAsync("Keyboard");
        await using var visit = await Visit.OpenAsync(browser, product.Url);
        await visit.AllowClipboardAsync();
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByLabel("Name")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("By keyboard");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("ArrowRight"); // Test
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab"); // past the scope
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByRole(AriaRole.Checkbox, new() { Name = "Execute" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Copy key" })).ToBeFocusedAsync();
        var raw = await page.Locator(".copybox code").InnerTextAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("Copied to the clipboard").First).ToBeVisibleAsync();
        Assert.Equal(raw, await visit.ReadClipboardAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var row = page.GetByRole(AriaRole.Row, new() { Name = "By keyboard" });
        await Expect(row).ToContainTextAsync("Test");
        await Expect(row).ToContainTextAsync("read execute");

        var actions = page.GetByRole(AriaRole.Button, new() { Name = "Actions for By keyboard" });
        await actions.FocusAsync();
        await page.Keyboard.PressAsync("ArrowUp"); // the last: revoke
        await page.Keyboard.PressAsync("Enter");
        var question = page.GetByRole(AriaRole.Alertdialog, new() { Name = "Revoke this key?" });
        await Expect(question.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("By keyboard revoked")).ToBeVisibleAsync();
        await Expect(row).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Phone_has_room_for_all_of_it()
    {
        var project = await product.AddProjectAsync("A project whose name is far longer than a phone is wide");
        await using var visit = await Visit.OpenAsync(browser, product.Url, Visit.Phone);
        await visit.AllowClipboardAsync();
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await visit.ExpectAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).TapAsync();
        await page.GetByLabel("Name").FillAsync("Warehouse handheld scanners, Rotterdam and Antwerp, building 4, second floor, those with yellow grip");
        await visit.ExpectAccessibleAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Create key" }).TapAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy key" }).TapAsync();
        await Expect(page.GetByText("Copied to the clipboard").First).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).TapAsync();
        var row = page.GetByRole(AriaRole.Row, new() { Name = "Warehouse handheld" });
        await Expect(row).ToContainTextAsync("Active");
        Assert.Equal(390, await page.EvaluateAsync<int>("document.scrollingElement.scrollWidth"));
        await row.GetByRole(AriaRole.Button).TapAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Switch off" }).TapAsync();
        await Expect(row).ToContainTextAsync("Inactive");
        await visit.ExpectAccessibleAsync();
    }

    [Fact]
    public async Task Audit_log_says_where_the_open_page_was()
    {
        var project = await product.AddProjectAsync("Whence");
        await using var visit = await Visit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("From here");
        await page.GetByLabel("Name").PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" })).ToBeVisibleAsync();
        await using var context = await People.OpenAsync(product);
        var entry = await context.AuditEntries.SingleAsync(x => x.Action == "key.created" && x.TargetName == "From here", TestContext.Current.CancellationToken);
        Assert.Equal("127.0.0.1", entry.Address);
    }

    [GeneratedRegex("^nk_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{32}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Raw();
}
