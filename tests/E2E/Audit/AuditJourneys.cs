using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Audit;

public sealed class AuditJourneys(Product product, Browser browser) : IClassFixture<Product>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Log_is_filtered_opened_exported_and_verified_until_somebody_alters_it()
    {
        product.Start();
        var key = await FurnishAsync();
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.AllowClipboardAsync();
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{People.Project}/keys");
        await page.GetByRole(AriaRole.Link, new() { Name = "Audit log" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "Audit log of" })).ToBeVisibleAsync();
        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.Audit);

        // Filters are in the address, and survive a reload.
        var hand = new PageDriver(page, InputMode.Keys);
        await hand.ChooseAsync("Category", "Keys");
        await hand.ChooseAsync("Actor", "Anneliese Brandt-Oberhausen");
        await page.UntilAtAsync("*/audit?category=keys&actor=*");
        await Expect(Rows()).ToHaveCountAsync(3);
        await page.ReloadAsync();
        await visit.UntilInteractiveAsync();
        await Expect(Rows()).ToHaveCountAsync(3);
        await visit.ChooseAsync("Outcome", "Refused");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No rows of" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.AuditNoMatch);
        await page.GetByRole(AriaRole.Button, new() { Name = "Clear filters" }).ClickAsync();
        await hand.PressAsync(AriaRole.Button, "Dates and network…");
        await hand.AtAsync("date: From");
        await hand.WriteAsync(AriaRole.Textbox, "Network", "10.2.3.4");
        await visit.ExpectAccessibleAsync(PageState.AuditFilters, page.GetByRole(AriaRole.Dialog));
        await hand.KeyAsync("Enter");
        await page.UntilAtAsync("*/audit?network=10.2.3.4");
        await Expect(Rows()).ToHaveCountAsync(3);
        await hand.AtAsync("button: Dates and network…");

        // Details by keyboard, the row before, and back to the button.
        var renamed = page.GetByRole(AriaRole.Button, new() { Name = "Details of Key renamed" });
        await renamed.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var drawer = page.GetByRole(AriaRole.Dialog, new() { Name = "Key renamed" });
        await Expect(drawer.GetByRole(AriaRole.Button, new() { Name = "Copy as JSON" })).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.AuditDetails, drawer);
        await page.Keyboard.PressAsync("Enter");
        await Expect(drawer.GetByText("Copied")).ToBeVisibleAsync();
        Assert.Contains("\"action\": \"key.renamed\"", await visit.ReadClipboardAsync(), StringComparison.Ordinal);
        await drawer.GetByRole(AriaRole.Button, new() { Name = "Older row" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Key created" }).First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Newer row" })).ToBeFocusedAsync(); // there is no older one
        await page.Keyboard.PressAsync("Escape");
        await visit.UntilNoDialogAsync();
        await Expect(renamed).ToBeFocusedAsync();

        // A whole key finds its rows and is nowhere.
        await hand.PressAsync(AriaRole.Button, "Remove filter: From 10.2.3.4");
        await page.GetByRole(AriaRole.Searchbox).FillAsync(key.Secret.Reveal());
        await page.UntilAtAsync($"*/audit?target={key.Key.KeyId}");
        await Expect(Rows()).ToHaveCountAsync(2);

        var download = await page.RunAndWaitForDownloadAsync(() => hand.TakeAsync("Export", "CSV"));
        Assert.Equal("audit-log.csv", download.SuggestedFilename);
        Assert.Equal(3, (await File.ReadAllLinesAsync(await download.PathAsync(), Token)).Length); // and a line of names

        await hand.PressAsync(AriaRole.Button, "Verify chain…");
        await hand.AtAsync("textbox: Recorded head (optional)");
        await visit.ExpectAccessibleAsync(PageState.AuditVerify, page.GetByRole(AriaRole.Dialog));
        await hand.KeyAsync("Enter");
        await Expect(page.GetByText("The chain holds.")).ToBeVisibleAsync();
        await visit.UntilNoDialogAsync();
        await hand.AtAsync("button: Verify chain…");
        await visit.ExpectAccessibleAsync(PageState.AuditHolds, page.GetByTestId("verification"));
        await AlterAsync(key.Key.KeyId);
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify chain…" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Verify chain" }).ClickAsync();
        await Expect(page.GetByText("The chain breaks at row")).ToBeVisibleAsync();
        await visit.UntilNoDialogAsync();
        await visit.ExpectAccessibleAsync(PageState.AuditBroken, page.GetByTestId("verification"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Show row" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog).GetByText("forged", new() { Exact = true })).ToBeVisibleAsync();

        ILocator Rows() => page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Cell) });
    }

    /// <summary>Does what people do in an organization, from a network of their own.</summary>
    async Task<IssuedKey> FurnishAsync()
    {
        var keys = product.Services.GetRequiredService<KeyService>();
        var owner = await product.OwnerAsync();
        var developer = await product.AddMemberAsync(
            "anneliese@example.com", People.Organization, OrganizationRole.Developer, "Anneliese Brandt-Oberhausen");
        developer = developer with { Address = "10.2.3.4" };
        var key = (await keys.CreateAsync(
            developer, new(People.Project, "Partner: Contoso Logistics, Rotterdam and Antwerp"), Token)).Value;
        await keys.ChangeAsync(developer, key.Key.KeyId, new(Name: "Partner: Contoso Logistics"), Token);
        await keys.CreateAsync(developer, new(People.Project, "Nightly reconciliation"), Token);
        var own = (await keys.CreateAsync(
            owner with { Address = "2001:db8:7::15" }, new(People.Project, "production-backend"), Token)).Value.Key.KeyId;
        await keys.ChangeAsync(
            owner, own, new(State: KeyState.Inactive, Limits: new() { AllowedIps = ["203.0.113.0/24", "198.51.100.0/24"] }), Token);
        await keys.RevokeAsync(owner, own, Token, RevocationReasons.KeyCompromise);
        return key;
    }

    async Task AlterAsync(string key)
    {
        await using var context = await People.OpenAsync(product);
        Assert.Equal(1, await context.AuditEntries.Where(row => row.TargetId == key && row.Action == "key.renamed")
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.TargetName, "forged"), Token));
    }
}
