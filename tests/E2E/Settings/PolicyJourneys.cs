using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Settings;

public sealed class PolicyJourneys(Product product, Browser browser) : IClassFixture<Product>
{
    [Fact]
    public async Task Policies_bite_in_the_form_for_a_key_which_an_admin_then_approves()
    {
        product.Start();
        await product.AddMemberAsync("dora@example.com", People.Organization, OrganizationRole.Developer, "Dora Maar");
        await using var owner = await PageVisit.OpenAsync(browser, product.Url);
        await owner.SignInAsync(Product.Email);
        var page = owner.Page;
        await owner.GoAsync($"/{People.Organization}/settings");
        var hand = new PageDriver(page, InputMode.Keys);
        await hand.ChooseAsync("Longest life of a live key", "30 days");
        await hand.PressAsync(AriaRole.Switch, "Live keys need an IP allow-list");
        await hand.PressAsync(AriaRole.Switch, "Live keys that may write need approval");
        await Expect(page.GetByText("3 changes not saved")).ToBeVisibleAsync();
        await hand.PressAsync(AriaRole.Button, "Save policies");
        await Expect(page.GetByText("Saved policies")).ToBeVisibleAsync();

        await using var developer = await PageVisit.OpenAsync(browser, product.Url);
        await developer.SignInAsync("dora@example.com");
        await developer.GoAsync($"/{People.Project}/keys");
        var mine = developer.Page;
        await mine.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        var form = mine.GetByRole(AriaRole.Dialog, new() { Name = "Create API key" });
        await form.GetByRole(AriaRole.Textbox, new() { Name = "Name" }).FillAsync("partner-gateway");
        await form.GetByRole(AriaRole.Checkbox, new() { Name = "Write" }).CheckAsync();
        await Expect(form.GetByText("works once an admin has approved it")).ToBeVisibleAsync();
        await Expect(form.GetByText("live 30 days at most")).ToBeVisibleAsync();
        await form.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(form.GetByText("Add at least one address or network.")).ToBeVisibleAsync();
        await developer.ExpectAccessibleAsync(PageState.CreateKeyUnderPolicies, form);
        await form.GetByLabel("Allowed addresses and networks").FillAsync("10.0.0.0/8");
        await form.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(mine.GetByText("partner-gateway works once an admin has approved it.")).ToBeVisibleAsync();

        await owner.GoAsync($"/{People.Project}/keys");
        await page.GetByRole(AriaRole.Link, new() { Name = "partner-gateway" }).ClickAsync();
        await Expect(page.GetByText("This key waits for the approval of an admin.")).ToBeVisibleAsync();
        await owner.ExpectAccessibleAsync(PageState.KeyPending);
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(page.GetByText("Approved partner-gateway")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Disable" })).ToBeVisibleAsync();

        await owner.GoAsync($"/{People.Organization}/settings");
        await hand.PressAsync(AriaRole.Button, "Delete organization…");
        await Expect(page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Textbox)).ToBeFocusedAsync();
        await owner.ExpectAccessibleAsync(PageState.DeleteOrganization, page.GetByRole(AriaRole.Alertdialog));
        await hand.KeyAsync("Escape");
        await hand.AtAsync("button: Delete organization…");
    }
}
