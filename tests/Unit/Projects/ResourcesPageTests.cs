using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Dashboard.Auth;
using Dashboard.Core.Keys;
using Dashboard.Projects;
using Dashboard.Shared;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Projects;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class ResourcesPageTests : PageTest
{
    readonly TestInstallation world = new();
    BunitAuthorizationContext? authorization;

    public ResourcesPageTests()
    {
        Services.AddSingleton<TimeProvider>(world.Time);
        Services.AddSingleton(world.Services.Projects);
        Services.AddSingleton(world.Services.Resources);
        Services.AddSingleton(world.Services.Get<PermissionCatalog>());
        Services.AddScoped<CurrentUser>();
        Services.AddScoped<ActionRunner>();
    }

    static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await world.DisposeAsync();
    }

    [Fact]
    public void Project_without_resources_explains_them()
    {
        var page = Open(world.Admin);
        Assert.Equal("No resources yet", page.ByTestId("empty-state").ByRole("heading").TextContent);
        Assert.Contains("Add the workflows, gateways and agents that your API serves", page.Markup, StringComparison.Ordinal);
        Assert.Equal("Add resource", Assert.Single(page.AllByRole("button")).TextContent);
        Assert.Empty(page.AllByRole("search"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Member_without_permission_sees_resources_read_only(bool viewer)
    {
        var person = viewer ? world.Viewer : world.Developer;
        Assert.Contains("Ask an admin of your organization to add the workflows", Open(person).Markup, StringComparison.Ordinal);
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        var page = Open(person);
        Assert.Equal(["intake"], Names(page));
        Assert.Empty(page.AllByRole("button", "Actions for intake"));
    }

    [Fact]
    public async Task Rows_are_sorted_by_name_and_count_their_keys()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "returns");
        world.AddResource(TestInstallation.Orders, "agent", "Carrier");
        await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "x", Resources: ["workflow:returns"]), Token);
        var page = Open(world.Admin);
        Assert.Equal(["Carrier", "returns"], Names(page));
        Assert.Equal(["0", "1"], page.CellsOf("Keys limited to it").Select(cell => cell.TextContent.Trim()));
        Assert.Equal("2 resources", page.ByRole("navigation").ByRole("status").TextContent);
        Assert.Equal("ascending", page.ByRole("columnheader", "Name").GetAttribute("aria-sort"));
        page.ByRole("columnheader", "Name").ByRole("button").Click();
        Assert.EndsWith("?sort=-name", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Empty_search_result_offers_to_clear_the_filters()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "returns");
        world.AddResource(TestInstallation.Orders, "agent", "carrier");
        Assert.Equal(["carrier"], Names(Open(world.Admin, "?kind=agent")));
        Assert.Equal(["carrier", "returns"], Names(Open(world.Admin, "?kind=spaceship")));
        var page = Open(world.Admin, "?kind=gateway");
        Assert.Equal("No gateways in orders", page.ByTestId("empty-state").ByRole("heading").TextContent);
        await page.SelectAsync("Kind", "All kinds");
        Assert.EndsWith("/resources", Navigation.Uri, StringComparison.Ordinal);
        page = Open(world.Admin);
        page.ByRole("searchbox").Input(new string('k', 40));
        world.Time.Advance(TimeSpan.FromSeconds(1));
        // a possible key is not echoed
        page.WaitForAssertion(() => Assert.Equal("No resources match", page.ByTestId("empty-state").ByRole("heading").TextContent));
        page.ByTestId("empty-state").ByRole("button").Click();
        page.WaitForAssertion(() => Assert.Equal(["carrier", "returns"], Names(page)));
    }

    [Fact]
    public async Task Id_follows_the_name_until_it_is_edited()
    {
        var page = Open(world.Admin);
        await page.ByRole("button", "Add resource").ClickAsync(new());
        await Field(page, "Name").ChangeAsync(new() { Value = "Entrée des commandes" });
        Assert.Equal("entree-des-commandes", Field(page, "Id").GetAttribute("value"));
        await page.SelectAsync("Kind", "Gateway");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal(["Entrée des commandes"], Names(page)));
        Assert.Equal(
            "entree-des-commandes", (await world.Services.Resources.GetAsync(
                world.Viewer, TestInstallation.Orders, "gateway:entree-des-commandes", Token)).Value.Id);
        Assert.Equal(["Added Entrée des commandes"], page.SnackbarTexts());
    }

    [Fact]
    public async Task Conflict_is_shown_at_the_id_field()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "taken");
        var page = Open(world.Admin);
        await page.ByRole("button", "Add resource").ClickAsync(new());
        await page.ByRole("form").SubmitAsync();
        Assert.Equal(2, page.AllByTestId("field-error").Count);
        await Field(page, "Name").ChangeAsync(new() { Value = "Something" });
        await Field(page, "Id").InputAsync(new() { Value = "taken" });
        await Field(page, "Name").ChangeAsync(new() { Value = "Something else" });
        Assert.Equal("taken", Field(page, "Id").GetAttribute("value"));
        await page.ByRole("form").SubmitAsync();
        Assert.Equal("workflow:taken is already registered in this project.", page.ByTestId("field-error").TextContent);
        Assert.Equal("taken", Field(page, "Id").GetAttribute("value"));
    }

    [Fact]
    public async Task Resource_is_renamed()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        var page = Open(world.Admin);
        await page.ChooseAsync("Actions for intake", "Rename…");
        await Field(page, "Name").ChangeAsync(new() { Value = "" });
        await page.ByRole("form").SubmitAsync();
        Assert.NotEmpty(page.ByTestId("field-error").TextContent);
        await Field(page, "Name").ChangeAsync(new() { Value = "Order intake" });
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal(["Order intake"], Names(page)));
        page.WaitForAssertion(() => Assert.Empty(page.AllByRole("form")));
    }

    [Theory]
    [InlineData(1, false, "1 key only works with this resource and will be revoked.", false)]
    [InlineData(2, true, "1 of these keys is in use.", true)]
    [InlineData(5, false, "5 keys only work with this resource and will be revoked.", true)]
    [InlineData(0, false, "No keys are affected.", false)]
    public async Task Deletion_lists_consequences_and_asks_for_the_name_if_severe(int keys, bool used, string sentence, bool typed)
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        var made = new List<IssuedKey>();
        for (var i = 0; i < keys; i++)
        {
            made.Add((await world.Services.Keys.CreateAsync(
                world.Developer, new(TestInstallation.Orders, $"{i}", Resources: ["workflow:intake"]), Token)).Value);
        }

        if (used)
        {
            world.Sql($"UPDATE ApiKeys SET LastUsedAt = {TestInstallation.Start.ToUnixTimeMilliseconds()}, LastUsedOrder = {TestInstallation.Start.ToUnixTimeMilliseconds()} WHERE KeyId = '{made[0].Key.KeyId}'");
        }

        var page = Open(world.Admin);
        _ = page.ChooseAsync("Actions for intake", "Delete…"); // done once the question is answered
        page.WaitForRole("alertdialog");
        Assert.Contains(sentence, page.ByRole("alertdialog").TextContent, StringComparison.Ordinal);
        Assert.Equal(typed, page.ByRole("alertdialog").AllByRole("textbox").Count == 1);
        if (typed)
        {
            await page.ByRole("form").SubmitAsync();
            Assert.True((
                await world.Services.Resources.GetAsync(world.Viewer, TestInstallation.Orders, "workflow:intake", Token)).Succeeded);
            await page.ByRole("alertdialog").ByRole("textbox").InputAsync(new() { Value = "intake" });
        }

        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal("No resources yet", page.ByTestId("empty-state").ByRole("heading").TextContent));
        Assert.Equal($"Deleted intake{(keys == 0 ? "" : $"Also revoked {keys} {(keys == 1 ? "key" : "keys")}.")}",
            Assert.Single(page.SnackbarTexts()));
    }

    [Fact]
    public async Task Deletion_counts_keys_that_keep_other_resources()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        world.AddResource(TestInstallation.Orders, "workflow", "returns");
        await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "both", Resources: ["workflow:intake", "workflow:returns"]), Token);
        var page = Open(world.Admin);
        _ = page.ChooseAsync("Actions for intake", "Delete…");
        page.WaitForRole("alertdialog");
        Assert.Matches(@"1 key loses access to it;\s+its other resources are unaffected\.", page.ByRole("alertdialog").TextContent);
    }

    [Fact]
    public async Task Ended_session_changes_nothing_and_prompts_to_sign_in()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        var page = Open(world.Admin);
        world.Time.Advance(TimeSpan.FromHours(2));
        await page.ChooseAsync("Actions for intake", "Rename…");
        await Field(page, "Name").ChangeAsync(new() { Value = "Order intake" });
        await page.ByRole("form").SubmitAsync();
        Assert.Equal(["intake"], Names(page));
        page.WaitForRole("dialog", "Your session has ended");
        await page.ByRole("dialog", "Your session has ended").ByRole("form").SubmitAsync();
        page.WaitForAssertion(
            () => Assert.EndsWith("/account/sign-in?ReturnUrl=%2Facme%2Forders%2Fresources", Navigation.Uri, StringComparison.Ordinal));
    }

    [Fact]
    public void Paging_works_in_both_directions()
    {
        for (var i = 0; i < 30; i++)
        {
            world.AddResource(TestInstallation.Orders, "workflow", $"r{i:00}");
        }

        var page = Open(world.Viewer);
        Assert.Equal("1 to 25 of 30", page.ByRole("navigation").ByRole("status").TextContent);
        page.ByRole("button", "Next page").Click();
        page.WaitForAssertion(() => Assert.Equal("26 to 30 of 30", page.ByRole("navigation").ByRole("status").TextContent));
        Assert.Equal("r25", Names(page)[0]);
        page.ByRole("button", "Previous page").Click();
        page.WaitForAssertion(() => Assert.Equal("1 to 25 of 30", page.ByRole("navigation").ByRole("status").TextContent));
    }

    static List<string> Names(IRenderedComponent<PageHost> page) => [.. page.AllByTestId("row-name").Select(name => name.TextContent)];

    static AngleSharp.Dom.IElement Field(IRenderedComponent<PageHost> page, string label) => page.ByRole("dialog").ByLabel(label);

    IRenderedComponent<PageHost> Open(Actor person, string query = "")
    {
        var session = world.SignIn(person).SessionId!;
        authorization ??= AddAuthorization();
        authorization.SetAuthorized(person.Name).SetClaims(
            new Claim(ClaimTypes.NameIdentifier, person.Id), new Claim(CurrentActor.SessionClaim, session), new Claim(
                ClientAddress.Claim, "10.2.3.4"));
        SetRendererInfo(new("Server", isInteractive: true));
        Navigation.NavigateTo($"/acme/orders/resources{query}");
        return RenderPage<ResourcesPage>(p => p.Add(x => x.Organization, "acme").Add(x => x.ProjectSlug, "orders"));
    }
}
