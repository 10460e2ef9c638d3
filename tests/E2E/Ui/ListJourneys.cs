using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.PublishedApps;
using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Ui;

/// <summary>What all lists have in common.</summary>
public sealed class ListJourneys : IClassFixture<Product>
{
    readonly Product product;
    readonly Browser browser;

    public ListJourneys(Product product, Browser browser)
    {
        (this.product, this.browser) = (product, browser);
        product.Start();
    }

    [Theory]
    [InlineData("keys?revoked=true", "Search keys")]
    [InlineData("resources", "Search resources")]
    [InlineData("apps", "Search published apps")]
    [InlineData("service-accounts", "Search service accounts")]
    public async Task Reload_and_back_bring_the_list_back_as_it_was(string list, string search)
    {
        var project = await FillAsync(list);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var page = visit.Page;
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync(list == "service-accounts" ? $"/{project.Organization}/{list}" : $"/{project}/{list}");
        var first = await FirstAsync();
        var widths = await WidthsAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Next page" }).ClickAsync();
        await Expect(page.GetByText("26 to 30 of 30")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Table)).ToBeFocusedAsync();
        Assert.Equal(widths, await WidthsAsync());
        var second = await FirstAsync();
        Assert.NotEqual(first, second);
        await page.ReloadAsync();
        await visit.UntilInteractiveAsync();
        await Expect(page.GetByText("26 to 30 of 30")).ToBeVisibleAsync();
        Assert.Equal(second, await FirstAsync());
        await page.GoBackAsync();
        await Expect(page.GetByText("1 to 25 of 30")).ToBeVisibleAsync();
        Assert.Equal(first, await FirstAsync());
        await page.GoForwardAsync();
        await Expect(page.GetByText("26 to 30 of 30")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Previous page" }).ClickAsync();
        await Expect(page.GetByText("1 to 25 of 30")).ToBeVisibleAsync();

        await page.GetByLabel(search).FillAsync("number 7");
        await page.UntilAtAsync("*search=number%207*");
        await Expect(Rows()).ToHaveCountAsync(2);
        await page.ReloadAsync();
        await visit.UntilInteractiveAsync();
        await Expect(Rows()).ToHaveCountAsync(2);
        await Expect(page.GetByLabel(search)).ToHaveValueAsync("number 7");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Next page" })).ToHaveCountAsync(0);
        await page.GetByLabel(search).FillAsync("");
        await page.GetByLabel("Rows").SelectOptionAsync("50");
        await Expect(Rows()).ToHaveCountAsync(31);
        Assert.Contains("size=50", page.Url, StringComparison.Ordinal);

        await page.GotoAsync($"{new Uri(page.Url).AbsolutePath}?page=3&after=bm90IGEgY3Vyc29y&size=7&search=%00{(list.Contains('?', StringComparison.Ordinal) ? "&revoked=true" : "")}");
        await visit.UntilInteractiveAsync();
        await Expect(page.GetByText("1 to 25 of 30")).ToBeVisibleAsync();
        Assert.DoesNotContain("after=", page.Url, StringComparison.Ordinal);

        ILocator Rows() => page.GetByRole(AriaRole.Table).GetByRole(AriaRole.Row);

        Task<string> FirstAsync() => Rows().Nth(1).InnerTextAsync();

        Task<double[]> WidthsAsync() =>
            page.EvaluateAsync<double[]>("() => [...document.querySelectorAll('thead th')].map(th => th.getBoundingClientRect().width)");
    }

    [Fact]
    public async Task Organization_is_changed_on_a_phone()
    {
        // An installation of its own: elsewhere the owner has one organization only.
        await using var two = new Product();
        two.Start();
        const string other = "A subsidiary with rather a long name, as subsidiaries have them";
        var project = await two.AddProjectAsync("At home, and with a name that is far too long for the bar");
        await two.AddOrganizationAsync("elsewhere", "ledger");
        await two.AddMemberAsync(Product.Email, "elsewhere", OrganizationRole.Owner);
        await using (var context = await People.OpenAsync(two))
        {
            var row = context.Organizations.Single(x => x.Slug == "elsewhere");
            row.Name = other;
            await context.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await using var visit = await PageVisit.OpenAsync(browser, two.Url, PageVisit.Phone);
        var page = visit.Page;
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys");
        await visit.ExpectFitAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Project: " }).TapAsync();
        var place = page.GetByRole(AriaRole.Menuitem, new() { Name = other });
        await Expect(place).ToBeVisibleAsync();
        var box = (await page.GetByRole(AriaRole.Menu).BoundingBoxAsync())!;
        Assert.True(box.X >= 0 && box.X + box.Width <= 390, $"{box.X} to {box.X + box.Width}");
        await visit.ExpectFitAsync();
        await visit.ExpectAccessibleAsync(PageState.OrganizationsOnPhone, page.GetByRole(AriaRole.Menu));
        await place.TapAsync();
        await page.UntilAtAsync("*/elsewhere/ledger/keys");
        await visit.UntilInteractiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Project: " }).TapAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "My organization" }).TapAsync();
        await page.UntilAtAsync("*/my-organization/*/keys");
        await visit.UntilInteractiveAsync();
    }

    /// <summary>Thirty rows, one of them called "number 7".</summary>
    async Task<ProjectPath> FillAsync(string list)
    {
        var project = await product.AddProjectAsync($"Lists of {list.Split('?')[0]}");
        var owner = await product.OwnerAsync();
        var cancellation = TestContext.Current.CancellationToken;
        if (list.StartsWith("keys", StringComparison.Ordinal))
        {
            await product.AddRevokedKeysAsync(project, 30, number => $"Key number {number} of {(number == 8 ? "a project" : "x")}");
            return project;
        }

        if (list == "service-accounts")
        {
            await using var context = await People.OpenAsync(product); // one that is created gets a key, and a project has room for few
            var organization = await context.Organizations.Where(x => x.Slug == project.Organization)
                .Select(x => x.Id).SingleAsync(cancellation);
            context.AddRange(Enumerable.Range(1, 30).Select(number => new ServiceAccount
            {
                Id = $"sa_row{number}",
                OrganizationId = organization,
                Name = $"Robot number {number} of x",
                Description = "",
                Permissions = "read",
                AllProjects = true,
                Environment = Core.Common.KeyEnvironment.Live,
                State = ServiceAccountState.Active,
                CreatedAt = DateTimeOffset.UnixEpoch.AddMinutes(number),
                CreatedBy = owner.Id,
                Owners = [new() { ServiceAccountId = $"sa_row{number}", OrganizationId = organization, UserId = owner.Id, Position = 0 }],
            }));
            await context.SaveChangesAsync(cancellation);
            return project;
        }

        var resources = product.Services.GetRequiredService<ResourceService>();
        for (var number = 1; number <= 30; number++)
        {
            Assert.True((await resources.CreateAsync(
                owner, new(project.ToString(), "workflow", $"row-{number}", $"Row number {number} of x"), cancellation)).Succeeded);
            if (list == "apps")
            {
                Assert.True((await product.Services.GetRequiredService<PublishedAppService>().PublishAsync(
                    owner, new(project.ToString(), $"App number {number} of x", $"workflow:row-{number}"), cancellation)).Succeeded);
            }
        }

        return project;
    }
}
