using System.Net;
using Dashboard.Core;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Keys;

public sealed class KeyListJourneys : IClassFixture<Product>
{
    readonly Product product;
    readonly Browser browser;

    public KeyListJourneys(Product product, Browser browser)
    {
        (this.product, this.browser) = (product, browser);
        product.Start();
    }

    [Fact]
    public async Task Rows_are_in_the_first_html_and_pages_turn_both_ways()
    {
        var project = await product.AddProjectAsync("Many");
        await AddRevokedAsync(project, 60, number => $"Key {number:00}");
        await using var visit = await Visit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var html = await (await visit.Requests.GetAsync($"/{project}/keys?revoked=true")).TextAsync();
        Assert.Contains("Key 60", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Key 35", html, StringComparison.Ordinal);

        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys?revoked=true");
        await Expect(page.GetByText("1 to 25, newest first")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Next page" }).ClickAsync();
        await Expect(page.GetByText("26 to 50, newest first")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Next page" }).ClickAsync();
        await Expect(page.GetByText("51 to 60, newest first")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Key 01" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Next page" })).ToBeDisabledAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Previous page" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Previous page" }).ClickAsync();
        await Expect(page.GetByText("1 to 25, newest first")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Page_of_the_longest_rows_lives()
    {
        var project = await product.AddProjectAsync(Longest(100));
        await product.AddResourcesAsync(project, 1000);
        await AddRevokedAsync(project, 30, _ => Longest(100), resources: 1000);
        await using var visit = await Visit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys?revoked=true");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Next page" }).ClickAsync();
        await Expect(visit.Page.GetByText("26 to 30, newest first")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Search_and_filter_find_and_say_what_else_would()
    {
        var project = await product.AddProjectAsync("Search");
        await product.AddKeyAsync(project, "Production backend");
        var staging = await product.AddKeyAsync(project, "Staging worker", environment: KeyEnvironment.Test);
        await AddRevokedAsync(project, 1, _ => "Old mobile app");
        await using var visit = await Visit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await page.GetByLabel("Search keys").FillAsync("STAG");
        await Expect(page.GetByText("1 key", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Staging worker" })).ToBeVisibleAsync();
        await page.GetByLabel("Environment").SelectOptionAsync("Live");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No live key matches “STAG”" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Clear filters" }).ClickAsync();
        await Expect(page.GetByText("2 keys", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Search keys")).ToHaveValueAsync("");
        await page.GetByLabel("Search keys").FillAsync(staging.Key.Prefix);
        await Expect(page.GetByText("1 key", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByLabel("Search keys").FillAsync("mobile");
        await Expect(page.GetByText("A revoked one does.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show revoked keys" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Old mobile app" })).ToBeVisibleAsync();
        Assert.DoesNotContain("mobile", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_organizations_project_and_one_that_is_not_there_look_the_same()
    {
        await AddForeignProjectAsync();
        await using var visit = await Visit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        foreach (var path in new[] { "/fabrikam/secret/keys", "/fabrikam/nothing/keys", "/my-organization/nothing/keys", "/Bad_Name/x/keys" })
        {
            visit.Expect((int)HttpStatusCode.NotFound, path);
            var answer = await visit.Page.GotoAsync(path);
            Assert.Equal(404, answer!.Status);
            await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "There is nothing at this address" })).ToBeVisibleAsync();
            await Expect(visit.Page.GetByText("Fabrikam")).ToHaveCountAsync(0);
        }

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Back to the start" }).ClickAsync();
        await visit.Page.WaitForURLAsync("**/keys");
    }

    [Fact]
    public async Task Old_address_leads_to_the_present_one()
    {
        var project = await product.AddProjectAsync("Renamed");
        await using (var context = await People.OpenAsync(product))
        {
            var stored = await context.Projects.SingleAsync(x => x.Slug == project.Project, TestContext.Current.CancellationToken);
            stored.Slug = "present";
            context.Add(new ProjectSlug { OrganizationId = stored.OrganizationId, Slug = "present", ProjectId = stored.Id });
            await context.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await using var visit = await Visit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys?revoked=true");
        Assert.EndsWith("/my-organization/present/keys?revoked=true", visit.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Project_is_switched_without_loading_and_the_theme_stays()
    {
        var first = await product.AddProjectAsync("Order Platform");
        await product.AddProjectAsync("Warehouse automation");
        await product.AddKeyAsync(first, "Only in the first");
        await using var visit = await Visit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{first}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Switch theme" }).ClickAsync();
        await Expect(page.Locator("html[data-theme=dark]")).ToHaveCountAsync(1);
        await page.EvaluateAsync("window.same = true");
        await page.GetByRole(AriaRole.Button, new() { Name = "Project: Order Platform" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Warehouse automation" }).ClickAsync();
        await Expect(page.GetByText("No keys in Warehouse automation yet")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Project: Warehouse automation" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "API keys" })).ToHaveAttributeAsync("href", "/my-organization/warehouse-automation/keys");
        Assert.True(await page.EvaluateAsync<bool>("window.same"));
        await page.ReloadAsync();
        await Expect(page.Locator("html[data-theme=dark]")).ToHaveCountAsync(1);
    }

    /// <summary>As long as a name may be, of the letters that take most room on the way.</summary>
    static string Longest(int length) => string.Concat(Enumerable.Repeat("𝔎", length));

    async Task AddRevokedAsync(ProjectPath project, int count, Func<int, string> name, int resources = 0)
    {
        var owner = await product.OwnerAsync();
        await using var context = await People.OpenAsync(product);
        var id = await context.Projects.Where(x => x.Slug == project.Project).Select(x => x.Id).SingleAsync(TestContext.Current.CancellationToken);
        var scope = await context.Resources.Where(x => x.ProjectId == id).Take(resources).Select(x => x.Id).ToListAsync(TestContext.Current.CancellationToken);
        var at = DateTimeOffset.UnixEpoch;
        context.AddRange(Enumerable.Range(1, count).Select(number =>
        {
            var keyId = $"{id}r{number}";
            return new ApiKey
            {
                KeyId = keyId,
                Hash = KeyHash.Of(keyId),
                Prefix = $"nk_live_{keyId}",
                ProjectId = id,
                Name = name(number),
                Environment = KeyEnvironment.Live,
                State = KeyState.Revoked,
                Permissions = "read execute write",
                AllResources = resources == 0,
                Scope = [.. scope.Select(resource => new KeyResource { KeyId = keyId, ResourceId = resource })],
                OwnerType = PartyType.User,
                OwnerId = owner.Id,
                CreatedBy = owner.Id,
                CreatedAt = at.AddMinutes(number),
                RevokedAt = at.AddYears(1),
            };
        }));
        await context.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    async Task AddForeignProjectAsync()
    {
        await using var context = await People.OpenAsync(product);
        var at = DateTimeOffset.UnixEpoch;
        var organization = new Organization { Slug = "fabrikam", Name = "Fabrikam", CreatedAt = at };
        context.Add(organization);
        await context.SaveChangesAsync(TestContext.Current.CancellationToken);
        var project = new Project { OrganizationId = organization.Id, Slug = "secret", Name = "Secret", CreatedAt = at };
        context.Add(project);
        await context.SaveChangesAsync(TestContext.Current.CancellationToken);
        context.Add(new OrganizationSlug { Slug = "fabrikam", OrganizationId = organization.Id });
        context.Add(new ProjectSlug { OrganizationId = organization.Id, Slug = "secret", ProjectId = project.Id });
        await context.SaveChangesAsync(TestContext.Current.CancellationToken);
    }
}
