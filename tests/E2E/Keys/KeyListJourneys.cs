using System.Net;
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
    public async Task Rows_are_in_the_first_html()
    {
        var project = await product.AddProjectAsync("Many");
        await product.AddRevokedKeysAsync(project, 60, number => $"Key {number:00}");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var html = await (await visit.Requests.GetAsync($"/{project}/keys?revoked=true")).TextAsync();
        Assert.Contains("Key 60", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Key 35", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_is_emptied_by_its_cross()
    {
        var project = await product.AddProjectAsync("Searched");
        await product.AddKeyAsync(project, "Checkout service");
        await product.AddKeyAsync(project, "Zapier bridge");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await page.GetByLabel("Search keys").FillAsync("zap");
        await Expect(page.GetByText("1 key", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Search).GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();
        await Expect(page.GetByText("2 keys", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Search keys")).ToHaveValueAsync("");
        await Expect(page.GetByLabel("Search keys")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Page_of_the_longest_rows_lives()
    {
        var project = await product.AddProjectAsync(Longest(100));
        await product.AddResourcesAsync(project, 1000);
        await product.AddRevokedKeysAsync(project, 30, _ => Longest(100), resources: 1000);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys?revoked=true");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Next page" }).ClickAsync();
        await Expect(visit.Page.GetByText("26 to 30 of 30 keys, newest first")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Other_organizations_project_and_one_that_is_not_there_look_the_same()
    {
        await product.AddOrganizationAsync("fabrikam", "secret");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        foreach (var path in new[] { "/fabrikam/secret/keys", "/fabrikam/nothing/keys",
            "/my-organization/nothing/keys", "/Bad_Name/x/keys" })
        {
            visit.Expect((int)HttpStatusCode.NotFound, path);
            var answer = await visit.Page.GotoAsync(path);
            Assert.Equal(404, answer!.Status);
            await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Page not found" })).ToBeVisibleAsync();
            await Expect(visit.Page.GetByText("fabrikam")).ToHaveCountAsync(0);
        }

        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Go home" }).ClickAsync();
        await visit.Page.UntilAtAsync("*/keys");
        await visit.UntilInteractiveAsync();
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

        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys?revoked=true");
        Assert.EndsWith("/my-organization/present/keys?revoked=true", visit.Page.Url, StringComparison.Ordinal);
    }

    /// <summary>A name of maximum length, of characters with the largest encoding.</summary>
    static string Longest(int length) => string.Concat(Enumerable.Repeat("𝔎", length));
}
