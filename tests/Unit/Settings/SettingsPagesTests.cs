using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Dashboard.Auth;
using Dashboard.Core.Deletion;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Settings;
using Dashboard.Shared;
using Dashboard.Shell;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Settings;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class SettingsPagesTests : PageTest
{
    readonly TestInstallation world = new();
    readonly BunitAuthorizationContext authorization;
    int refreshed;

    public SettingsPagesTests()
    {
        world.AddProject("acme", "returns");
        Services.AddSingleton<TimeProvider>(world.Time);
        Services.AddSingleton(world.Services.Projects);
        Services.AddSingleton(world.Services.Get<OrganizationService>());
        Services.AddSingleton(world.Services.Get<OrganizationDeletionService>());
        Services.AddScoped<CurrentUser>();
        Services.AddScoped<ActionRunner>();
        authorization = AddAuthorization();
    }

    static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await world.DisposeAsync();
    }

    [Fact]
    public async Task Project_is_renamed_and_the_head_bar_reads_its_name_again()
    {
        var page = OpenProject(world.Admin);
        Assert.Equal(["orders", "orders"], page.AllByRole("textbox").Select(input => input.GetAttribute("value")));
        await page.ByLabel("Name").InputAsync("Sales");
        Assert.Equal("Changes not saved", page.ByRole("form").ByRole("status").TextContent);
        await page.ByRole("form").SubmitAsync();
        Assert.Equal("Sales", (await world.Services.Projects.GetAsync(world.Viewer, new("acme", "orders"), Token)).Value.Name);
        Assert.Equal(1, refreshed);
        Assert.Contains("For Sales.", page.Markup, StringComparison.Ordinal);
        Assert.Equal("", page.ByRole("form").ByRole("status").TextContent);
        page.WaitForAssertion(() => Assert.Equal(["Saved settings"], page.SnackbarTexts()));
    }

    [Fact]
    public async Task Project_is_moved_to_an_address_that_is_free()
    {
        var page = OpenProject(world.Admin);
        foreach (var (slug, error) in new[]
        {
            ("Not a slug", "Use up to 40 lowercase letters, digits and hyphens, such as northwind-traders."),
            ("settings", "\"settings\" is reserved by Latchkey. Choose another."),
            ("returns", "The address returns is or was another project's. Choose another slug."),
        })
        {
            await page.ByLabel("Address").InputAsync(slug);
            await page.ByRole("form").SubmitAsync();
            Assert.Equal(error, page.ByTestId("field-error").TextContent);
        }

        await page.ByLabel("Name").InputAsync(" ");
        await page.ByLabel("Address").InputAsync("sales");
        await page.ByRole("form").SubmitAsync();
        Assert.Equal("Give it a name of 1 to 100 characters.", page.ByTestId("field-error").TextContent);
        await page.ByLabel("Name").InputAsync("orders");
        await page.ByRole("form").SubmitAsync();
        Assert.EndsWith("/acme/sales/settings", Navigation.Uri, StringComparison.Ordinal);
        Assert.True((await world.Services.Projects.GetAsync(world.Viewer, new("acme", "sales"), Token)).Succeeded);
    }

    [Fact]
    public async Task Project_is_deleted_after_typing_its_name_and_another_opens()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "x"), Token)).Value.Key.KeyId;
        var page = OpenProject(world.Admin);
        var deletion = page.ByRole("button", "Delete project…").ClickAsync(new()); // completes when the question is answered
        page.WaitForRole("alertdialog");
        var question = page.ByRole("alertdialog");
        Assert.Contains("1 key only works in this project and will be revoked.", question.TextContent, StringComparison.Ordinal);
        await question.ByRole("form").SubmitAsync();
        Assert.True((await world.Services.Projects.GetAsync(world.Viewer, new("acme", "orders"), Token)).Succeeded);
        await page.ByRole("alertdialog").ByRole("textbox").InputAsync("orders");
        await page.ByRole("alertdialog").ByRole("form").SubmitAsync();
        await deletion;
        Assert.EndsWith("/acme/returns/keys", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal(KeyState.Revoked, (await world.Services.Keys.GetAsync(world.Viewer, key, Token)).Value.State);
    }

    [Fact]
    public void Member_without_permission_reads_the_settings_and_why()
    {
        var page = OpenProject(world.Developer);
        Assert.All(page.AllByRole("textbox"), input => Assert.True(input.HasAttribute("readonly")));
        Assert.Contains("Only admins and owners can create, rename and delete projects.", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.AllByRole("button"));
        Assert.Contains("Only owners can change the organization itself.", OpenOrganization(world.Admin).Markup, StringComparison.Ordinal);
        Assert.Empty(page.AllByRole("button"));
    }

    [Fact]
    public void Project_or_organization_of_others_is_not_found()
    {
        var lost = 0;
        Navigation.OnNotFound += (_, _) => lost++;
        OpenProject(world.Stranger);
        OpenOrganization(world.Stranger);
        Assert.Equal(2, lost);
    }

    [Fact]
    public async Task Organization_is_renamed_and_moved()
    {
        var page = OpenOrganization(world.Owner);
        await page.ByLabel("Name").InputAsync("Acme Corporation");
        await page.ByRole("form", "General").SubmitAsync();
        Assert.Equal(1, refreshed);
        Assert.Contains("For all projects of Acme Corporation.", page.Markup, StringComparison.Ordinal);
        await page.ByLabel("Address").InputAsync("globex");
        await page.ByRole("form", "General").SubmitAsync();
        Assert.Contains("is or was used by another organization", page.ByTestId("field-error").TextContent, StringComparison.Ordinal);
        await page.ByLabel("Address").InputAsync("acme-corp");
        await page.ByRole("form", "General").SubmitAsync();
        Assert.EndsWith("/acme-corp/settings", Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal("Acme Corporation", (await world.Services.Projects.FindOrganizationAsync(world.Owner, "acme-corp", Token)).Value.Name);
    }

    [Fact]
    public async Task Policies_are_saved_together_and_what_is_not_saved_is_said()
    {
        var page = OpenOrganization(world.Owner);
        await page.ByRole("switch", "Developers may create live keys").ChangeAsync(false);
        await page.SelectAsync("Longest life of a live key", "90 days");
        Assert.Equal("2 changes not saved", Form().ByRole("status").TextContent);
        await page.ByRole("button", "Undo").ClickAsync();
        Assert.Equal("", Form().ByRole("status").TextContent);
        await page.ByRole("switch", "Live keys that may write need approval").ChangeAsync(true);
        Assert.Equal("1 change not saved", Form().ByRole("status").TextContent);
        await Form().SubmitAsync();
        Assert.Equal("", Form().ByRole("status").TextContent);
        Assert.Equal(
            new OrganizationPolicies(LiveWriteKeysNeedApproval: true),
            (await world.Services.Projects.FindOrganizationAsync(world.Owner, "acme", Token)).Value.Policies);
        page.WaitForAssertion(() => Assert.Equal(["Saved policies"], page.SnackbarTexts()));

        AngleSharp.Dom.IElement Form() => page.ByRole("form", "Policies");
    }

    [Fact]
    public async Task Organization_is_deleted_after_typing_its_name()
    {
        var page = OpenOrganization(world.Owner);
        var deletion = page.ByRole("button", "Delete organization…").ClickAsync(new()); // completes when the question is answered
        page.WaitForRole("alertdialog");
        Assert.Contains("All 4 members lose access", page.ByRole("alertdialog").TextContent, StringComparison.Ordinal);
        await page.ByRole("alertdialog").ByRole("form").SubmitAsync();
        Assert.True((await world.Services.Projects.FindOrganizationAsync(world.Owner, "acme", Token)).Succeeded);
        await page.ByRole("alertdialog").ByRole("textbox").InputAsync("acme");
        await page.ByRole("alertdialog").ByRole("form").SubmitAsync();
        await deletion;
        Assert.Equal(new Uri(Navigation.BaseUri), new Uri(Navigation.Uri));
        Assert.False((await world.Services.Projects.FindOrganizationAsync(world.Owner, "acme", Token)).Succeeded);
    }

    [Fact]
    public async Task Former_address_leads_to_the_current_one()
    {
        await world.Services.Projects.ChangeAsync(world.Admin, new("acme", "orders"), new(Slug: "sales"), Token);
        OpenProject(world.Admin);
        Assert.EndsWith("/acme/sales/settings", Navigation.Uri, StringComparison.Ordinal);
    }

    IRenderedComponent<PageHost> OpenProject(Actor person) => Open<ProjectSettingsPage>(
        person, "/acme/orders/settings", page => page.Add(x => x.Organization, "acme").Add(x => x.ProjectSlug, "orders"));

    IRenderedComponent<PageHost> OpenOrganization(Actor person) =>
        Open<OrganizationSettingsPage>(person, "/acme/settings", page => page.Add(x => x.Organization, "acme"));

    IRenderedComponent<PageHost> Open<T>(Actor person, string address, Action<ComponentParameterCollectionBuilder<T>> parameters)
        where T : IComponent
    {
        var session = world.SignIn(person).SessionId!;
        authorization.SetAuthorized(person.Name)
            .SetClaims(new Claim(ClaimTypes.NameIdentifier, person.Id), new Claim(CurrentActor.SessionClaim, session));
        Navigation.NavigateTo(address);
        var orders = new ShellPlace("orders", "/acme/orders/keys");
        var shell = new ShellModel { Project = orders, Projects = [orders, new("returns", "/acme/returns/keys")] };
        var actions = new ShellActions(default, default, EventCallback.Factory.Create(this, () => refreshed++));
        return RenderPage<CascadingValue<ShellModel>>(outer => outer.Add(x => x.Value, shell)
            .AddChildContent<CascadingValue<ShellActions>>(inner => inner.Add(x => x.Value, actions).AddChildContent(parameters)));
    }
}
