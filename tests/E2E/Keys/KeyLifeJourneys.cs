using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Keys;

public sealed class KeyLifeJourneys : IClassFixture<Product>
{
    readonly Product product;
    readonly Browser browser;

    public KeyLifeJourneys(Product product, Browser browser)
    {
        (this.product, this.browser) = (product, browser);
        product.Start();
    }

    [Fact]
    public async Task Key_is_switched_off_on_and_revoked_and_the_api_hears_of_each_at_once()
    {
        var project = await product.AddProjectAsync("Life of a key");
        var key = await product.AddKeyAsync(project, "Zapier bridge");
        await product.AddKeyAsync(project, "Another");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync();
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        Assert.Equal("valid", await AskAsync(visit, key.Secret.Reveal()));

        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for Zapier bridge" }).ClickAsync();
        await visit.ExpectAccessibleAsync(PageState.KeyMenu, page.GetByRole(AriaRole.Menu));
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Disable" }).ClickAsync();
        await page.GetByText("Disabled Zapier bridge").HoverAsync(); // keeps the toast open
        var row = page.GetByRole(AriaRole.Row, new() { Name = "Zapier bridge" });
        await Expect(row).ToContainTextAsync("Disabled");
        Assert.Equal("inactive_key", await AskAsync(visit, key.Secret.Reveal()));
        await visit.ExpectAccessibleAsync(PageState.KeysSwitchedOff);
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Active");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Actions for Zapier bridge" })).ToBeFocusedAsync();
        Assert.Equal("valid", await AskAsync(visit, key.Secret.Reveal()));

        await product.UseAsync(key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for Zapier bridge" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Revoke…" }).ClickAsync();
        var question = page.GetByRole(AriaRole.Alertdialog, new() { Name = "Revoke this key?" });
        await Expect(question.GetByText("This key is in use.")).ToBeVisibleAsync();
        await Expect(question).ToContainTextAsync("203.0.113.0/24");
        await Expect(question.GetByLabel("Type the key’s name to confirm: Zapier bridge")).ToBeFocusedAsync();
        await Expect(question.GetByRole(AriaRole.Button, new() { Name = "Revoke key" })).ToBeDisabledAsync();
        await visit.ExpectAccessibleAsync(PageState.RevokeKey);
        await question.GetByLabel("Type the key’s name to confirm: Zapier bridge").PressSequentiallyAsync("Zapier bridge");
        await question.GetByRole(AriaRole.Button, new() { Name = "Revoke key" }).ClickAsync();
        await Expect(page.GetByText("Revoked Zapier bridge")).ToBeVisibleAsync();
        await Expect(row).ToBeHiddenAsync();
        Assert.Equal("revoked_key", await AskAsync(visit, key.Secret.Reveal()));

        await page.GetByRole(AriaRole.Switch, new() { Name = "Show revoked keys" }).CheckAsync();
        await Expect(row).ToContainTextAsync("Revoked");
        await Expect(row.GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
        Assert.EndsWith("?revoked=True", page.Url, StringComparison.OrdinalIgnoreCase);
        await page.ReloadAsync();
        await visit.UntilInteractiveAsync();
        await Expect(row).ToContainTextAsync("Revoked");
        await visit.ExpectAccessibleAsync(PageState.KeysRevoked);
    }

    [Fact]
    public async Task Viewer_sees_and_developer_changes_their_own()
    {
        var project = await product.AddProjectAsync("Roles");
        var developer =
            await product.AddMemberAsync("developer@example.com", People.Organization, OrganizationRole.Developer, "Tomás Ferreira");
        await product.AddMemberAsync("viewer@example.com", People.Organization, OrganizationRole.Viewer, "Anneliese Brandt-Oyelaran");
        await product.AddKeyAsync(project, "Owner’s key");
        await product.AddKeyAsync(project, "Developer’s key", developer);

        await using (var seeing = await PageVisit.OpenAsync(browser, product.Url))
        {
            await seeing.SignInAsync("viewer@example.com");
            await seeing.GoAsync($"/{project}/keys");
            await Expect(seeing.Page.GetByRole(AriaRole.Row, new() { Name = "Owner’s key" })).ToBeVisibleAsync();
            await Expect(seeing.Page.GetByRole(AriaRole.Button, new() { Name = "Create key" })).ToHaveCountAsync(0);
            await Expect(seeing.Page.GetByRole(AriaRole.Columnheader, new() { Name = "Actions" })).ToHaveCountAsync(0);
            await seeing.ExpectAccessibleAsync(PageState.KeysForViewer);
        }

        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync("developer@example.com");
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for Owner’s key" }).ClickAsync();
        await Expect(page.GetByText("Only its owner or an admin can change it.").First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Menuitem, new() { Name = "Revoke…" })).ToBeDisabledAsync();
        await visit.ExpectAccessibleAsync(PageState.KeyMenuOfOthers, page.GetByRole(AriaRole.Menu));
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Revoke…" }).ClickAsync(new() { Force = true });
        await Expect(page.GetByRole(AriaRole.Alertdialog)).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Escape"); // once, though the menu was opened by mouse and a disabled item pressed
        await Expect(page.GetByRole(AriaRole.Menu)).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for Developer’s key" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Revoke…" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Revoke key" }).ClickAsync();
        await Expect(page.GetByText("Revoked Developer’s key")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Ended_session_stops_the_open_page_at_once_and_leads_back_here()
    {
        var project = await product.AddProjectAsync("Ended");
        await product.AddKeyAsync(project, "Stays on");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        var ended = await visit.Requests.DeleteAsync("/api/session", new() { Headers = [new("Sec-Fetch-Site", "same-origin")] });
        Assert.Equal(204, ended.Status);
        await page.GetByLabel("Email").FillAsync(Product.Email); // without interaction
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Product.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await page.UntilAtAsync($"*/{project}/keys");
        await visit.UntilInteractiveAsync();
    }

    [Fact]
    public async Task Removed_member_no_longer_sees_the_page_that_was_open()
    {
        var project = await product.AddProjectAsync("Removed");
        await product.AddKeyAsync(project, "Not theirs any more");
        var member = await product.AddMemberAsync("removed@example.com", People.Organization, OrganizationRole.Developer);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync("removed@example.com");
        await visit.GoAsync($"/{project}/keys");
        await Expect(visit.Page.GetByRole(AriaRole.Row, new() { Name = "Not theirs any more" })).ToBeVisibleAsync();
        visit.Expect(404, $"/{project}/keys");
        await RemoveAsync(member);
        await Expect(visit.Page.GetByText("Page not found")).ToBeVisibleAsync();
    }

    /// <summary>Removes a user from all organizations, as an admin would.</summary>
    async Task RemoveAsync(Actor member)
    {
        var removed = await product.Services.GetRequiredService<UnitOfWorkRunner>().RunAsync<Core.Common.Unit>(
            await product.OwnerAsync(),
            async (change, token) =>
            {
                var organization = await change.Context.Members.Where(x => x.UserId == member.Id)
                    .Select(x => x.OrganizationId).SingleAsync(token);
                await change.Context.Members.Where(x => x.UserId == member.Id).ExecuteDeleteAsync(token);
                change.Record(organization, new(AuditCategory.Members, "member.removed", new("user", member.Id, member.Name)));
                return default(Core.Common.Unit);
            },
            TestContext.Current.CancellationToken);
        Assert.True(removed.Succeeded);
    }

    /// <summary>Returns the verdict on a key: a refusal code, or <c>valid</c>.</summary>
    static async Task<string> AskAsync(PageVisit visit, string raw)
    {
        var answer = await visit.Requests.GetAsync("/v1/capabilities", new() { Headers = [new("X-API-Key", raw)] });
        using var body = JsonDocument.Parse(await answer.TextAsync());
        return body.RootElement.TryGetProperty("code", out var code) ? code.GetString()! : answer.Ok ? "valid" : $"{answer.Status}";
    }
}
