using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.PublishedApps;

public sealed class PublishedAppJourneys : IClassFixture<Product>
{
    readonly Product product;
    readonly Browser browser;

    public PublishedAppJourneys(Product product, Browser browser)
    {
        (this.product, this.browser) = (product, browser);
        product.Start();
    }

    [Fact]
    public async Task App_is_published_by_keyboard_found_among_the_keys_and_unpublished()
    {
        const string name = "Returns desk for Contoso, Fabrikam and the other carriers of Northern Europe";
        var project = await product.AddProjectAsync("Parcels");
        using var program = await ApiClient.OpenAsync(product);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.AllowClipboardAsync();
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await page.GetByRole(AriaRole.Link, new() { Name = "Published apps" }).ClickAsync();
        await Expect(page.GetByText("Start by adding the resource that it calls.")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.AppsWithoutResource);
        await product.AddResourcesAsync(project, 60);
        await product.AddKeyAsync(project, "Backend");
        await visit.GoAsync($"/{project}/apps");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No published apps in Parcels yet" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.AppsEmpty);

        // By keyboard: the form, its validation, and a resource among many.
        await Button("Publish app").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var form = page.GetByRole(AriaRole.Dialog, new() { Name = "Publish app" });
        await Expect(form.GetByRole(AriaRole.Textbox, new() { Name = "Name" })).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(name);
        await page.Keyboard.PressAsync("Enter");
        await Expect(form.GetByText("Choose the resource that the app calls.")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.PublishApp, form);
        await Expect(form.GetByRole(AriaRole.Combobox, new() { Name = "Resource" })).ToBeFocusedAsync(); // the first field with an error
        await page.Keyboard.TypeAsync("Resource 42");
        await Expect(page.GetByRole(AriaRole.Option)).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Enter");
        await Expect(form.GetByText("Choose the resource that the app calls.")).ToBeHiddenAsync();
        await form.GetByRole(AriaRole.Button, new() { Name = "Publish app" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var secret = page.GetByRole(AriaRole.Dialog, new() { Name = "Save the app’s key" });
        await Expect(secret.GetByRole(AriaRole.Button, new() { Name = "Copy key", Exact = true })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(secret.GetByText("Waiting for the first request…")).ToBeVisibleAsync();
        var raw = await visit.ReadClipboardAsync();
        await ExpectKeyAsync("valid");
        await Expect(secret.GetByText("It works.")).ToBeVisibleAsync();
        await Button("Done").ClickAsync(); // copied and used
        await visit.UntilNoDialogAsync();
        await Expect(page.GetByText("1 published app", new() { Exact = true })).ToBeVisibleAsync();
        Assert.DoesNotContain(
            raw, await page.ContentAsync() + await (await visit.Requests.GetAsync(page.Url)).TextAsync(), StringComparison.Ordinal);
        await visit.ExpectAccessibleAsync(PageState.Apps);

        await page.GetByRole(AriaRole.Link, new() { Name = "API keys" }).ClickAsync();
        await Expect(page.GetByText("1 key", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("1 of 10 keys")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Switch, new() { Name = "Show keys of published apps" }).CheckAsync();
        await Expect(page.GetByText("2 keys", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByText("1 of 10 keys")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.KeysManaged);

        await page.GetByRole(AriaRole.Link, new() { Name = "Published apps" }).ClickAsync();
        // once the page is interactive
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Published apps", Exact = true })).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {name}" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Unpublish…" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("Its requests to Resource 42 will be refused immediately.")).ToBeVisibleAsync();
        await Expect(page.GetByText("This app is in use.")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.UnpublishApp, page.GetByRole(AriaRole.Alertdialog));
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Textbox).FocusAsync();
        await page.Keyboard.TypeAsync(name);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No published apps in Parcels" })).ToBeVisibleAsync();
        await ExpectKeyAsync("revoked_key");
        await Button("Show unpublished apps").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "Unpublished" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.AppsUnpublished);

        ILocator Button(string text) => page.GetByRole(AriaRole.Button, new() { Name = text, Exact = true });

        async Task ExpectKeyAsync(string code) => Assert.Equal(code, (await program.GetAsync("/v1/capabilities", ("X-API-Key", raw))).Code);
    }
}
