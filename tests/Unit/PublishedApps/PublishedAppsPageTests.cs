using System.Security.Claims;
using Bunit;
using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.PublishedApps;
using Dashboard.PublishedApps;
using Dashboard.Shared;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.PublishedApps;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class PublishedAppsPageTests : PageTest
{
    const string Intake = "workflow:intake";

    readonly TestInstallation world = new();

    public PublishedAppsPageTests()
    {
        Services.AddSingleton<TimeProvider>(world.Time);
        Services.AddSingleton(world.Services.Get<PublishedAppService>());
        Services.AddSingleton(world.Services.Keys);
        Services.AddSingleton(world.Services.Projects);
        Services.AddSingleton(world.Services.Resources);
        Services.AddSingleton(world.Services.Get<PermissionCatalog>());
        Services.AddSingleton(world.Services.Get<SessionService>());
        Services.AddSingleton(world.Services.Get<ChangeFeed>());
        Services.AddSingleton<PublishedAppsPageQuery>();
        Services.AddScoped<CurrentUser>();
        Services.AddScoped<ActionRunner>();
        Services.AddScoped<SessionWatch>();
    }

    static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await world.DisposeAsync();
    }

    [Theory]
    [InlineData("Developer", true, "Publish app", null)]
    [InlineData("Viewer", true, null, "Ask a developer or an admin of your organization to publish it.")]
    [InlineData("Developer", false, "Go to resources", "Ask an admin of your organization to add the resource")]
    [InlineData("Admin", false, "Go to resources", "Start by adding the resource that it calls.")]
    public void Project_without_apps_explains_them(string who, bool resources, string? action, string? said)
    {
        if (resources)
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
        }

        var page = Open(who switch { "Admin" => world.Admin, "Viewer" => world.Viewer, _ => world.Developer });
        Assert.Equal("No published apps in orders yet", page.ByTestId("empty-state").ByRole("heading").TextContent);
        Assert.Equal(action, page.ByTestId("empty-state").AllByRole("button").Concat(page.ByTestId("empty-state").AllByRole("link"))
            .SingleOrDefault(way => way.TextContent != "Connected apps")?.TextContent);
        Assert.Equal(who == "Admin" ? "/acme/connected-apps"
            : "/account/connected-apps", page.ByRole("link", "Connected apps").GetAttribute("href"));
        Assert.Contains(said ?? "", page.ByTestId("empty-state").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Developer_unpublishes_own_apps_and_sees_why_not_others()
    {
        await AddAsync(world.Owner, "Owner's");
        await AddAsync(world.Developer, "Developer's");
        var page = Open(world.Developer);
        var others = Assert.Single(await page.OpenMenuAsync("Actions for Owner's"));
        Assert.Equal(("Unpublish…", "true"), (others.TextContent, others.GetAttribute("aria-disabled")));
        Assert.Equal("Published by Olga. Only they or an admin can unpublish it.", others.DescriptionOf());
        await page.ByRole("button", "Actions for Owner's").ClickAsync();
        page.WaitForAssertion(() => Assert.Empty(page.AllByRole("menuitem")));
        var own = Assert.Single(await page.OpenMenuAsync("Actions for Developer's"));
        Assert.Equal(("Unpublish…", false), (own.TextContent, own.GetAttribute("aria-disabled") == "true"));
    }

    [Fact]
    public async Task Viewer_sees_apps_without_actions()
    {
        await AddAsync(world.Owner, "Desk");
        var page = Open(world.Viewer);
        Assert.Equal("Desk", page.ByTestId("row-name").TextContent);
        Assert.Empty(page.ByRole("table").AllByRole("button").Concat(page.AllByRole("button", "Publish app")));
    }

    [Fact]
    public async Task Recently_used_app_is_unpublished_by_typing_its_name()
    {
        var app = await AddAsync(world.Owner, "Desk");
        var at = (world.Time.GetUtcNow() - TimeSpan.FromMinutes(59)).ToUnixTimeMilliseconds();
        var page = Open(world.Owner);
        // after the list was read
        Assert.Equal(1, world.Sql($"UPDATE ApiKeys SET LastUsedAt = {at}, LastUsedOrder = {at}, LastUsedFrom = '203.0.113.0/24'"));
        _ = page.ChooseAsync("Actions for Desk", "Unpublish…"); // completes when the confirmation is answered
        page.WaitForRole("alertdialog");
        var question = page.ByRole("alertdialog").TextContent;
        Assert.Contains($"Desk loses its key {app.PublishedApp.Key.Prefix}.", question, StringComparison.Ordinal);
        Assert.Contains("Its requests to intake will be refused immediately.", question, StringComparison.Ordinal);
        Assert.Contains("Its last request came 59 min ago from 203.0.113.0/24.", question, StringComparison.Ordinal);
        await page.ByRole("form").SubmitAsync();
        Assert.Null((await ReadAsync(app)).UnpublishedAt);
        await page.ByRole("alertdialog").ByRole("textbox").InputAsync(new() { Value = "Desk" });
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(
            () => Assert.Equal("No published apps in orders", page.ByTestId("empty-state").ByRole("heading").TextContent));
        Assert.NotNull((await ReadAsync(app)).UnpublishedAt);
        await page.ByTestId("empty-state").ByRole("button").ClickAsync();
        page.WaitForAssertion(
            () => Assert.StartsWith("Unpublished", page.CellsOf("Status").Single().TextContent, StringComparison.Ordinal));
        Assert.Empty(page.ByRole("table").AllByRole("button"));
    }

    [Fact]
    public async Task Published_app_shows_its_key_and_is_listed_first()
    {
        await AddAsync(world.Owner, "Older");
        world.Time.Advance(TimeSpan.FromMinutes(1));
        var page = Open(world.Owner);
        await page.ByRole("button", "Publish app").ClickAsync();
        page.WaitForRole("dialog");
        await page.ByRole("form").SubmitAsync();
        Assert.Equal(
            ["Give it a name of 1 to 100 characters.", "Choose the resource that the app calls."],
            page.AllByTestId("field-error").Select(error => error.TextContent));
        await page.ByLabel("Name").ChangeAsync(new() { Value = "Newer" });
        await page.PickAsync("Resource", "intake");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal(["Newer", "Older"], page.AllByTestId("row-name").Select(name => name.TextContent)));
        page.WaitForRole("dialog", "Save the app’s key");
        Assert.Contains("Newer is published.", page.Markup, StringComparison.Ordinal);
        var verdict = await world.Services.Verifier.VerifyAsync(
            PresentedKeys.Key(page.ByRole("dialog").ByRole("code").TextContent), AccessRequirement.None, null, Token);
        Assert.Equal(("Newer", PartyType.PublishedApp), (verdict.Principal!.Owner.Name, verdict.Principal.Owner.Type));
        Assert.Equal(["read"], verdict.Principal.Permissions);
    }

    [Fact]
    public async Task Former_address_redirects_to_the_current_one()
    {
        await world.Services.Projects.ChangeAsync(world.Admin, new("acme", "orders"), new(Slug: "sales"), Token);
        Open(world.Owner);
        Assert.EndsWith("/acme/sales/apps", Navigation.Uri, StringComparison.Ordinal);
    }

    async Task<IssuedPublishedApp> AddAsync(Actor actor, string name)
    {
        await using (var context = world.Open())
        {
            if (!context.Resources.Any())
            {
                world.AddResource(TestInstallation.Orders, "workflow", "intake");
            }
        }

        return (await world.Services.Get<PublishedAppService>()
            .PublishAsync(actor, new(TestInstallation.Orders, name, Intake), Token)).Value;
    }

    async Task<PublishedAppSummary> ReadAsync(IssuedPublishedApp app) =>
        (await world.Services.Get<PublishedAppService>().GetAsync(world.Owner, app.PublishedApp.Id, Token)).Value;

    IRenderedComponent<PageHost> Open(Actor person)
    {
        var session = world.SignIn(person).SessionId!;
        AddAuthorization().SetAuthorized(person.Name).SetClaims(
            new Claim(ClaimTypes.NameIdentifier, person.Id), new Claim(CurrentActor.SessionClaim, session), new Claim(
                ClientAddress.Claim, "10.2.3.4"));
        SetRendererInfo(new("Server", isInteractive: true));
        Navigation.NavigateTo("/acme/orders/apps");
        return RenderPage<PublishedAppsPage>(p => p.Add(x => x.Organization, "acme").Add(x => x.ProjectSlug, "orders"));
    }
}
