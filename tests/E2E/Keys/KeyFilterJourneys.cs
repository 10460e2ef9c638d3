using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Keys;

/// <summary>Filters, selection and paging of the key list, by mouse, by keyboard alone and by touch on a phone.</summary>
public sealed class KeyFilterJourneys : IClassFixture<Product>
{
    readonly Product product;
    readonly Browser browser;

    public KeyFilterJourneys(Product product, Browser browser)
    {
        (this.product, this.browser) = (product, browser);
        product.Start();
    }

    public static TheoryData<InputMode> Ways { get; } = [InputMode.Mouse, InputMode.Keys, InputMode.Touch];

    [Fact]
    public async Task Keys_with_write_that_are_unused_for_90_days_are_found_in_three_clicks()
    {
        var project = await FillAsync("Three clicks");
        await using var visit = await OpenAsync(project, InputMode.Mouse);
        var page = visit.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitemcheckbox, new() { Name = "Unused for 90 days" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitemradio, new() { Name = "write" }).ClickAsync();
        await Expect(Names(page)).ToHaveTextAsync(["Old importer"]);
        await visit.ExpectAccessibleAsync(PageState.KeyFilters, page.GetByRole(AriaRole.Menu));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Filters_are_set_removed_and_brought_back_by_reload_and_back(InputMode way)
    {
        var project = await FillAsync($"Filters {way}");
        await using var visit = await OpenAsync(project, way);
        var page = visit.Page;
        var driver = new PageDriver(page, way);
        await driver.CheckAsync("Filter", (AriaRole.Menuitemcheckbox, "My keys"), (AriaRole.Menuitemcheckbox, "Never used"));
        await Expect(Names(page)).ToHaveTextAsync(["Test harness", "New deployment"]);
        Assert.EndsWith("/keys?owner=me&never_used=true", page.Url, StringComparison.Ordinal);
        await driver.ChooseAsync("Environment", "Test");
        await Expect(Names(page)).ToHaveTextAsync(["Test harness"]);
        await page.ReloadAsync();
        await visit.UntilInteractiveAsync();
        await Expect(Names(page)).ToHaveTextAsync(["Test harness"]);
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "Filters in force" }).GetByRole(AriaRole.Button)).ToHaveCountAsync(3);
        if (way == InputMode.Mouse)
        {
            await visit.ExpectAccessibleAsync(PageState.KeysFiltered);
        }

        await page.GoBackAsync();
        await Expect(Names(page)).ToHaveTextAsync(["Test harness", "New deployment"]);
        await Expect(page.GetByRole(AriaRole.Combobox, new() { Name = "Environment" })).ToHaveValueAsync("All environments");
        await driver.PressAsync(AriaRole.Button, "Remove filter: My keys");
        await Expect(Names(page)).ToHaveTextAsync(["Test harness", "New deployment", "Of a colleague"]);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Filter (1)" })).ToBeFocusedAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Several_keys_are_disabled_enabled_given_an_expiry_and_revoked(InputMode way)
    {
        var project = await FillAsync($"Bulk {way}");
        await using var visit = await OpenAsync(project, way);
        var page = visit.Page;
        var driver = new PageDriver(page, way);
        await driver.PressAsync(AriaRole.Checkbox, "Select Old importer");
        await Expect(page.GetByText("1 key selected")).ToBeVisibleAsync();
        await driver.PressAsync(AriaRole.Checkbox, "Select Test harness");
        await Expect(page.GetByText("2 keys selected")).ToBeVisibleAsync();
        if (way == InputMode.Mouse)
        {
            await visit.ExpectAccessibleAsync(PageState.KeysSelected);
        }

        await driver.PressAsync(AriaRole.Button, "Disable");
        await Expect(page.GetByText("Disabled 2 keys")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Search)).ToBeVisibleAsync();
        await Expect(All(page)).ToBeFocusedAsync();
        await Expect(page.GetByRole(AriaRole.Table).GetByText("Disabled")).ToHaveCountAsync(2);

        await driver.PressAsync(AriaRole.Checkbox, "Select all keys on this page");
        await Expect(page.GetByText("5 keys selected")).ToBeVisibleAsync();
        await driver.PressAsync(AriaRole.Button, "Enable");
        await Expect(page.GetByText("Enabled 2 keys")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Table).GetByText("Disabled")).ToHaveCountAsync(0);

        await driver.PressAsync(AriaRole.Checkbox, "Select Old importer");
        await driver.PressAsync(AriaRole.Button, "Change expiry…");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Change expiry of 1 key" });
        await Expect(dialog.GetByRole(AriaRole.Combobox, new() { Name = "Expires" })).ToBeFocusedAsync();
        if (way == InputMode.Mouse)
        {
            await visit.ExpectAccessibleAsync(PageState.ChangeExpiryOfKeys, dialog);
        }

        await driver.ChooseAsync("Expires", "Never");
        await driver.PressAsync(AriaRole.Button, "Change expiry");
        await Expect(page.GetByText("Changed expiry of 1 key")).ToBeVisibleAsync();
        await visit.UntilNoDialogAsync();

        await driver.PressAsync(AriaRole.Checkbox, "Select all keys on this page");
        await driver.PressAsync(AriaRole.Button, "Revoke…");
        var question = page.GetByRole(AriaRole.Alertdialog, new() { Name = "Revoke 5 keys?" });
        await Expect(question.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToBeFocusedAsync();
        if (way == InputMode.Mouse)
        {
            await visit.ExpectAccessibleAsync(PageState.RevokeKeys, question);
        }

        await driver.PressAsync(AriaRole.Button, "Revoke 5 keys");
        await Expect(page.GetByText("Revoked 5 keys")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No active keys in" })).ToBeVisibleAsync();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Pages_are_walked_from_the_top_of_each(InputMode way)
    {
        var project = await product.AddProjectAsync($"Pages {way}");
        await product.AddRevokedKeysAsync(project, 60, number => $"Key {number:00}");
        await using var visit = await OpenAsync(project, way, "?revoked=true");
        var page = visit.Page;
        var driver = new PageDriver(page, way);
        await driver.PressAsync(AriaRole.Button, "Next page");
        await Expect(page.GetByText("26 to 50 of 60 keys, newest first")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Table)).ToBeFocusedAsync();
        await Expect(Names(page).First).ToHaveTextAsync("Key 35");
        await Expect(Names(page).First).ToBeInViewportAsync();
        if (way == InputMode.Mouse)
        {
            await visit.ExpectAccessibleAsync(PageState.KeysOfManyPages);
        }

        await driver.PressAsync(AriaRole.Button, "Next page");
        await Expect(Names(page).First).ToHaveTextAsync("Key 10");
        await page.GoBackAsync();
        await Expect(Names(page).First).ToHaveTextAsync("Key 35");
        await page.ReloadAsync();
        await visit.UntilInteractiveAsync();
        await Expect(Names(page).First).ToHaveTextAsync("Key 35");
        await driver.PressAsync(AriaRole.Button, "Previous page");
        await Expect(Names(page).First).ToHaveTextAsync("Key 60");
        await page.GetByLabel("Rows").SelectOptionAsync("50");
        await Expect(page.GetByText("1 to 50 of 60 keys, newest first")).ToBeVisibleAsync();
        Assert.EndsWith("/keys?revoked=true&size=50", page.Url, StringComparison.Ordinal);
        await page.GetByLabel("Rows").SelectOptionAsync("100");
        await Expect(page.GetByText("60 keys", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Next page" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Phone_shows_six_keys_of_two_lines_to_a_screen()
    {
        var project = await FillAsync("Six to a screen");
        await product.AddRevokedKeysAsync(project, 8, number => $"Warehouse handheld scanners, Rotterdam and Antwerp, building {number}");
        await using var visit = await OpenAsync(project, InputMode.Touch, "?revoked=true&sort=name");
        var page = visit.Page;
        for (var card = 0; card < 6; card++)
        {
            await Expect(Names(page).Nth(card)).ToBeInViewportAsync(new() { Ratio = 1 }); // without scrolling
        }

        var heights = await page.EvaluateAsync<double[]>(
            "() => [...document.querySelectorAll('tbody tr')].map(row => row.getBoundingClientRect().height)");
        Assert.All(heights, height => Assert.InRange(height, 56, 72));
        var left = await page.EvaluateAsync<double[]>("() => [...document.querySelectorAll('[role=search] input')].filter(x => x.checkVisibility()).map(x => Math.round(x.closest('label, .entry').getBoundingClientRect().left))");
        Assert.True(left.Distinct().Count() <= 2, string.Join(", ", left)); // two columns
        await visit.ExpectFitAsync();
    }

    [Fact]
    public async Task Last_page_of_the_longest_rows_that_a_page_can_have_lives()
    {
        var project = await product.AddProjectAsync("Longest");
        await product.AddRevokedKeysAsync(project, 110, _ => string.Concat(Enumerable.Repeat("𝔎", 100)));
        await using var visit = await OpenAsync(project, InputMode.Mouse, "?revoked=true&size=100");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Next page" }).ClickAsync();
        await Expect(visit.Page.GetByText("101 to 110 of 110 keys, newest first")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Search_is_in_the_address_and_a_part_of_a_key_is_not()
    {
        var project = await FillAsync("Searched");
        var key = await product.AddKeyAsync(project, "Checkout");
        await using var visit = await OpenAsync(project, InputMode.Mouse);
        var page = visit.Page;
        await page.GetByLabel("Search keys").FillAsync("import");
        await Expect(Names(page)).ToHaveTextAsync(["Old importer"]);
        await page.UntilAtAsync("*/keys?search=import");
        await page.ReloadAsync();
        await visit.UntilInteractiveAsync();
        await Expect(Names(page)).ToHaveTextAsync(["Old importer"]);
        await Expect(page.GetByLabel("Search keys")).ToHaveValueAsync("import");
        await page.GetByLabel("Search keys").FillAsync("K3kq9ZrT1xWmPq8");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No keys match" })).ToBeVisibleAsync();
        Assert.EndsWith("/keys", page.Url, StringComparison.Ordinal);
        await page.GotoAsync($"/{project}/keys?search={key.Secret.Reveal()}");
        Assert.EndsWith("/keys?removed=true", page.Url, StringComparison.Ordinal); // the page says so
        await visit.UntilInteractiveAsync();
    }

    static ILocator Names(IPage page) => page.GetByTestId("row-name");

    static ILocator All(IPage page) => page.GetByRole(AriaRole.Checkbox, new() { Name = "Select all keys on this page" });

    /// <summary>Five keys: one with write that was not used for long, one of another person, the others neither.</summary>
    async Task<ProjectPath> FillAsync(string name)
    {
        var project = await product.AddProjectAsync(name);
        var email = $"{project.Project}@example.com";
        var colleague = await product.AddMemberAsync(email, project.Organization, OrganizationRole.Developer);
        await product.AddKeyAsync(project, "Of a colleague", colleague);
        await AddAsync("Old importer", ["write"]);
        await AddAsync("Old reader", ["read"]);
        await AddAsync("New deployment", ["read", "write"]);
        await product.AddKeyAsync(project, "Test harness", environment: KeyEnvironment.Test);
        await product.AgeAsync(project, "Old importer", 200, 100);
        await product.AgeAsync(project, "Old reader", 200, 100);
        return project;

        async Task AddAsync(string key, string[] permissions) => await product.Services.GetRequiredService<KeyService>().CreateAsync(
            await product.OwnerAsync(), new(project.ToString(), key, Permissions: permissions), TestContext.Current.CancellationToken);
    }

    async Task<PageVisit> OpenAsync(ProjectPath project, InputMode way, string query = "")
    {
        var visit = await PageVisit.OpenAsync(browser, product.Url, way == InputMode.Touch ? PageVisit.Phone : null);
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys{query}");
        return visit;
    }
}
