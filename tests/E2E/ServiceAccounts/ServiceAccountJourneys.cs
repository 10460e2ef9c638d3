using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.ServiceAccounts;

public sealed class ServiceAccountJourneys : IClassFixture<Product>
{
    readonly Product product;
    readonly Browser browser;

    public ServiceAccountJourneys(Product product, Browser browser)
    {
        (this.product, this.browser) = (product, browser);
        product.Start();
    }

    [Fact]
    public async Task Owners_are_chosen_by_keyboard_and_the_page_says_who_is_gone()
    {
        using var own = await OwnOrganization.AddAsync(product);
        var ada = await product.AddMemberAsync("ada@owners.example", own.Slug, OrganizationRole.Developer, "Ada Lovelace");
        await product.AddMemberAsync("viktor@owners.example", own.Slug, OrganizationRole.Viewer, "Viktor Viewer");
        await product.AddMemberAsync("dan@owners.example", own.Slug, OrganizationRole.Developer, "Dan Tan");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var page = visit.Page;
        await visit.SignInAsync(own.Email);
        await visit.GoAsync($"/{own.Slug}/service-accounts");
        var hand = new PageDriver(page, InputMode.Keys);
        await hand.PressAsync(AriaRole.Button, "Create service account");
        await hand.WriteAsync(AriaRole.Textbox, "Name", "gateway");
        await hand.PickAsync("Specific projects", "All projects");
        var chosen = page.GetByRole(AriaRole.List, new() { Name = "Selected members" }).GetByRole(AriaRole.Listitem);
        await Expect(chosen).ToContainTextAsync(["you"]); // who creates it
        await hand.FindAsync("Owners", "Dan");
        await Expect(chosen).ToHaveCountAsync(2);
        await hand.PressAsync(AriaRole.Button, "Create service account");
        var secrets = page.GetByRole(AriaRole.Dialog, new() { Name = "Save these credentials" });
        await Expect(secrets).ToBeVisibleAsync();
        await hand.PressAsync(AriaRole.Button, "I have saved them");
        await hand.PressAsync(AriaRole.Button, "Close without copying");
        await visit.UntilNoDialogAsync();
        var account = (await own.Owner.GetAsync($"/api/service-accounts?organization={own.Slug}")).Json.GetProperty("items")[0];
        var id = account.GetProperty("id").GetString()!;
        Assert.Equal(
            ["owner", "Dan Tan"],
            account.GetProperty("owners").EnumerateArray().Select(owner => owner.GetProperty("name").GetString()!));
        var creator = account.GetProperty("owner").GetProperty("id").GetString();
        Assert.Equal(200, (await own.Owner.PatchAsync($"/api/service-accounts/{id}", new { owner_id = creator })).Status);
        await visit.GoAsync($"/{own.Slug}/service-accounts/{id}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Change owners…" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Who owns gateway?" });
        var search = dialog.GetByRole(AriaRole.Combobox, new() { Name = "Owners" });
        await Expect(search).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("v");
        await Expect(search).ToHaveAttributeAsync("data-found", "v");
        await Expect(page.GetByRole(AriaRole.Option)).ToHaveTextAsync(["Ada Lovelaceada@owners.example"]); // the viewer can create no keys
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog.GetByRole(AriaRole.List, new() { Name = "Selected members" }).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
        await visit.ExpectAccessibleAsync(PageState.ServiceAccountOwners, dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save owners" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await visit.UntilNoDialogAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Change owners…" })).ToBeFocusedAsync();
        var owners = page.GetByRole(AriaRole.Region, new() { Name = "Owners" }).GetByRole(AriaRole.Listitem);
        await Expect(owners).ToHaveCountAsync(2);
        await Expect(owners.Last).ToContainTextAsync("Ada Lovelace");

        Assert.Equal(200, (await own.Owner.PatchAsync($"/api/service-accounts/{id}", new { owner_id = ada.Id })).Status);
        Assert.Equal(200, (await own.Owner.PatchAsync($"/api/members/{ada.Id}", new { disabled = true, organization = own.Slug })).Status);
        await visit.GoAsync($"/{own.Slug}/service-accounts/{id}");
        await Expect(page.GetByText("It has no owner left.")).ToBeVisibleAsync();
        await Expect(owners).ToContainTextAsync(["Disabled by an owner of the organization"]);
        await visit.ExpectAccessibleAsync(PageState.ServiceAccountWithoutOwner);
    }

    [Fact]
    public async Task Account_is_created_switched_off_and_on_given_another_secret_and_deleted()
    {
        const string name = "partner-gateway for Contoso, Fabrikam and the other carriers of Northern Europe";
        using var program = await ApiClient.OpenAsync(product);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.AllowClipboardAsync();
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{People.Project}/keys");
        await page.GetByRole(AriaRole.Link, new() { Name = "Service accounts" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No service accounts in" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.ServiceAccountsEmpty);
        await Expect(page.Locator("h1")).ToBeFocusedAsync(); // once the page is interactive

        // By keyboard: the form and the secrets.
        await Button("Create service account").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var form = page.GetByRole(AriaRole.Dialog, new() { Name = "Create service account" });
        await Expect(form.GetByRole(AriaRole.Textbox, new() { Name = "Name" })).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.CreateServiceAccount, form);
        await page.Keyboard.TypeAsync(name);
        await page.Keyboard.PressAsync("Enter");
        var secrets = page.GetByRole(AriaRole.Dialog, new() { Name = "Save these credentials" });
        await Expect(secrets.GetByRole(AriaRole.Button, new() { Name = "Copy api key" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(secrets.GetByText("1 of 3 copied")).ToBeVisibleAsync();
        var raw = await visit.ReadClipboardAsync();
        await Expect(secrets.GetByText("Waiting for the first request…")).ToBeVisibleAsync();
        await ExpectKeyAsync("valid");
        await Expect(secrets.GetByText("It works.")).ToBeVisibleAsync();
        await Button("I have saved them").ClickAsync();
        await Expect(secrets.GetByText("You have not copied the client secret.")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.Credentials, secrets);
        await Button("Keep this open").ClickAsync();
        await secrets.GetByRole(AriaRole.Button, new() { Name = "Copy client secret" }).ClickAsync();
        await Expect(secrets.GetByText("2 of 3 copied")).ToBeVisibleAsync();
        var secret = await visit.ReadClipboardAsync();
        Assert.StartsWith("secret_", secret, StringComparison.Ordinal);
        await Button("Done").ClickAsync(); // copied and used
        await Expect(secrets).ToBeHiddenAsync();
        var html = await (await visit.Requests.GetAsync(page.Url)).TextAsync();
        Assert.Contains(name, html, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, html + await page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(raw, html + await page.ContentAsync(), StringComparison.Ordinal);

        await ChooseAsync(name, "Disable");
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "Disabled" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {name}" })).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.ServiceAccounts);
        await ExpectKeyAsync("inactive_key");
        await ChooseAsync(name, "Enable");
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "Active", Exact = true })).ToBeVisibleAsync();
        await ExpectKeyAsync("valid");

        await page.GetByRole(AriaRole.Link, new() { Name = name }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();
        await Button("Add client secret").ClickAsync();
        await Button("Copy all").ClickAsync();
        await Expect(page.GetByText("2 of 2 copied")).ToBeVisibleAsync();
        Assert.StartsWith("LATCHKEY_CLIENT_ID=latchkey-sa-", await visit.ReadClipboardAsync(), StringComparison.Ordinal);
        await Button("I have saved the secret").ClickAsync();
        await visit.UntilNoDialogAsync();
        await Expect(page.GetByText("2 of 2", new() { Exact = true })).ToBeVisibleAsync();
        await new PageDriver(page, InputMode.Keys).AtAsync("h2: Client secrets"); // the button takes no third
        await visit.ExpectAccessibleAsync(PageState.ServiceAccount);
        await ChooseAsync($"{secret[..11]}…", "Revoke…");
        await Button("Revoke secret").ClickAsync();
        await visit.UntilNoDialogAsync();
        await Expect(page.GetByText("1 of 2", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {secret[..11]}…" })).ToBeHiddenAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Actions for secret_" })).ToBeFocusedAsync(); // the one that is left

        await Button("End all tokens").ClickAsync();
        await Expect(page.GetByText($"End all tokens of {name}?")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "End all tokens" }).ClickAsync();
        await visit.UntilNoDialogAsync();
        await Expect(page.GetByText($"Ended all tokens of {name}")).ToBeVisibleAsync();

        await ChooseAsync(name, "Delete…");
        await Expect(page.GetByText("1 key will be revoked.")).ToBeVisibleAsync();
        await Expect(page.GetByText("This service account is in use.")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Textbox)).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.DeleteServiceAccount, page.GetByRole(AriaRole.Alertdialog));
        await page.Keyboard.TypeAsync(name);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No service accounts in" })).ToBeVisibleAsync();
        await ExpectKeyAsync("revoked_key");

        ILocator Button(string text) => page.GetByRole(AriaRole.Button, new() { Name = text, Exact = true });

        async Task ExpectKeyAsync(string code) => Assert.Equal(code, (await program.GetAsync("/v1/capabilities", ("X-API-Key", raw))).Code);

        async Task ChooseAsync(string thing, string item)
        {
            await visit.UntilNoDialogAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {thing}" }).FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            await page.GetByRole(AriaRole.Menuitem, new() { Name = item }).FocusAsync();
            await page.Keyboard.PressAsync("Enter");
        }
    }
}
