using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Projects;

public sealed class ResourceJourneys : IClassFixture<Product>
{
    readonly Product product;
    readonly Browser browser;

    public ResourceJourneys(Product product, Browser browser)
    {
        (this.product, this.browser) = (product, browser);
        product.Start();
    }

    [Fact]
    public async Task Resources_are_added_renamed_and_deleted_with_the_keys_that_reach_nothing_else()
    {
        var project = await product.AddProjectAsync("Resources");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await page.GetByRole(AriaRole.Link, new() { Name = "Resources" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No resources yet" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.ResourcesEmpty);
        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        await Button(page, "Add resource").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(Name(page)).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Order intake");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.GetByLabel("Id", new() { Exact = true })).ToBeFocusedAsync();
        await Expect(page.GetByLabel("Id", new() { Exact = true })).ToHaveValueAsync("order-intake");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Order intake Workflow order-intake 0" })).ToBeVisibleAsync();

        using (var api = await ApiClient.SignInAsync(product))
        {
            await api.PostAsync("/api/keys", new { project = $"{project}", name = "only", resources = new[] { "workflow:order-intake" } });
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for Order intake" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Rename…" }).ClickAsync();
        await Name(page).FillAsync("Intake of orders");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Intake of orders Workflow order-intake 1" })).ToBeVisibleAsync();
        var html = await (await visit.Requests.GetAsync($"/{project}/resources")).TextAsync();
        Assert.Contains("Intake of orders", html, StringComparison.Ordinal);

        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for Intake of orders" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete…" }).ClickAsync();
        await Expect(page.GetByText("1 key only works with this resource and will be revoked.")).ToBeVisibleAsync();
        await Expect(Button(page, "Cancel")).ToBeFocusedAsync();
        await Button(page, "Delete resource").ClickAsync();
        await visit.UntilNoDialogAsync();
        await Expect(page.GetByText("Also revoked 1 key.")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No resources yet" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Page_of_the_longest_rows_lives_and_is_searched_sorted_and_turned()
    {
        var project = await product.AddProjectAsync("Many resources");
        await AddAsync(project, 60);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/resources");
        await Expect(page.GetByText("1 to 25 of 60")).ToBeVisibleAsync();
        await Button(page, "Next page").ClickAsync();
        await Expect(page.GetByText("26 to 50 of 60")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Added" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Added" })).ToHaveAttributeAsync("aria-sort", "ascending");
        await Expect(page.GetByText("1 to 25 of 60")).ToBeVisibleAsync();
        await page.GetByLabel("Search resources").FillAsync("R007");
        await Expect(page.GetByText("1 resource", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Kind" }).ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = "Gateway" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No gateways match “R007”" })).ToBeVisibleAsync();
        await Button(page, "Clear filters").ClickAsync();
        await Expect(page.GetByText("1 to 25 of 60")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Projects_are_created_in_the_menu_and_changed_in_their_settings()
    {
        var project = await product.AddProjectAsync("Before");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await ChooseAsync("Before", "New project…");
        await Expect(Name(page)).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Zürich");
        await Expect(page.GetByLabel("Address")).ToHaveValueAsync("zurich");
        await page.GetByLabel("Address").FillAsync("before");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("The address before is or was another project's.")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Address")).ToBeFocusedAsync();
        await page.GetByLabel("Address").FillAsync("zh");
        await page.Keyboard.PressAsync("Enter");
        await page.UntilAtAsync("*/my-organization/zh/keys");
        await Expect(page.GetByText("No keys in Zürich yet")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Settings" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Project settings" })).ToBeFocusedAsync();
        await Expect(page).ToHaveTitleAsync("Project settings · Zürich · Latchkey");
        await Name(page).FillAsync("Basel");
        await page.GetByLabel("Address").FillAsync("zurich!");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByLabel("Address")).ToBeFocusedAsync();
        await Expect(page.GetByLabel("Address")).ToHaveAccessibleDescriptionAsync(
            "/my-organization/ Use up to 40 lowercase letters, digits and hyphens, such as northwind-traders.");
        await page.GetByLabel("Address").FillAsync("bs");
        await page.Keyboard.PressAsync("Enter");
        await page.UntilAtAsync("*/my-organization/bs/settings");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Project: Basel" })).ToBeVisibleAsync();
        await Expect(page).ToHaveTitleAsync("Project settings · Basel · Latchkey");
        await page.ReloadAsync(); // what the prerendered page handed over must not come back
        await visit.UntilInteractiveAsync();
        await Name(page).FillAsync("Bern");
        await Expect(page.GetByText("Changes not saved")).ToBeVisibleAsync();
        await Button(page, "Save").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Project: Bern" })).ToBeVisibleAsync();
        await Expect(page.GetByText("For Bern.")).ToBeVisibleAsync();
        await Expect(Name(page)).ToHaveValueAsync("Bern");
        await visit.ExpectAccessibleAsync(PageState.ProjectSettings);

        await Button(page, "Delete project…").ClickAsync();
        await visit.ExpectAccessibleAsync(PageState.DeleteProject, page.GetByRole(AriaRole.Alertdialog));
        await Expect(Button(page, "Delete project")).ToBeDisabledAsync();
        await Expect(page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Textbox)).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Bern");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("Deleted Bern")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Project: Bern" })).ToBeHiddenAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Settings" }).Last.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Organization settings" })).ToBeFocusedAsync();
        await Expect(Name(page)).ToHaveValueAsync("My organization");
        await visit.ExpectAccessibleAsync(PageState.OrganizationSettings);

        async Task ChooseAsync(string name, string item)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = $"Project: {name}" }).ClickAsync();
            await page.GetByRole(AriaRole.Menuitem, new() { Name = item }).ClickAsync();
        }
    }

    [Fact]
    public async Task Admin_without_a_project_makes_one_on_the_first_page()
    {
        await product.AddOrganizationAsync("empty");
        await product.AddMemberAsync("alone@example.com", "empty", OrganizationRole.Admin);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync("alone@example.com");
        await visit.Page.GotoAsync("/");
        await Expect(Name(visit.Page)).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByText("Give it a name of 1 to 100 characters.")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.NoProjectForAdmin);
        await Name(visit.Page).FillAsync("First of all");
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.Page.UntilAtAsync("*/empty/first-of-all/keys");
        await visit.UntilInteractiveAsync();
    }

    static ILocator Name(IPage page) => page.GetByRole(AriaRole.Textbox, new() { Name = "Name", Exact = true });

    static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Names of characters with the largest encoding, and ids of maximum length.</summary>
    async Task AddAsync(ProjectPath project, int count)
    {
        await using var context = await People.OpenAsync(product);
        var id = context.Projects.Single(x => x.Slug == project.Project).Id;
        context.AddRange(Enumerable.Range(0, count).Select(number => new Resource
        {
            ProjectId = id,
            Kind = "workflow",
            ExternalId = $"R{number:000}".PadRight(64, 'x'),
            Name = string.Concat(Enumerable.Repeat("𝔎", 100)),
            CreatedAt = DateTimeOffset.UnixEpoch.AddMinutes(number),
        }));
        await context.SaveChangesAsync(TestContext.Current.CancellationToken);
    }
}
