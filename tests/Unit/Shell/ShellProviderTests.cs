using System.Security.Claims;
using Bunit;
using Dashboard.Auth;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Shared;
using Dashboard.Shell;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Shell;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class ShellProviderTests : PageTest
{
    readonly TestInstallation world = new();
    readonly SentCommands commands = new();

    public ShellProviderTests()
    {
        world.AddProject("acme", "returns");
        world.AddMember("globex", world.Developer, OrganizationRole.Viewer);
        Services.AddSingleton(world.Run(commands).Projects);
        Services.AddSingleton(world.Services.Get<OrganizationCreation>());
        Services.AddScoped<CurrentUser>();
        Services.AddScoped<ActionRunner>();
    }

    NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await world.DisposeAsync();
    }

    [Fact]
    public void Switcher_shows_the_current_project_and_the_accessible_ones()
    {
        var shell = Open(world.Developer, "/acme/orders/keys");
        Assert.Equal(("Dora", "/account/sign-out"), (shell.UserName, shell.SignOutAction));
        Assert.Equal(new ShellPlace("acme", "/acme/orders/keys"), shell.Organization);
        Assert.Equal([new("acme", "/acme/orders/keys"), new("globex", "/globex/billing/keys")], shell.Organizations);
        Assert.Equal(new ShellPlace("orders", "/acme/orders/keys"), shell.Project);
        Assert.Equal([new("orders", "/acme/orders/keys"), new("returns", "/acme/returns/keys")], shell.Projects);
        Assert.Equal(
            [("API keys", "/acme/orders/keys"), ("Resources", "/acme/orders/resources"), ("Published apps", "/acme/orders/apps")],
            shell.Groups[0].Links.Select(link => (link.Text, link.Href)));
        Assert.Equal(("Members", "/acme/members"), Assert.Single(shell.Groups[1].Links) is var link ? (link.Text, link.Href) : default);
        Assert.False(shell.ManagesProjects);
    }

    [Theory]
    [InlineData("/acme/orders/keys")]
    [InlineData("/acme/service-accounts")]
    [InlineData("/acme/service-accounts/sa_x")]
    [InlineData("/acme/connected-apps")]
    [InlineData("/acme/audit")]
    [InlineData("/acme/members")]
    public void Admin_has_the_organizations_pages_too(string address)
    {
        var shell = Open(world.Admin, address);
        Assert.Equal(new ShellPlace("orders", "/acme/orders/keys"), shell.Project);
        Assert.Equal(["Project", "Organization"], shell.Groups.Select(group => group.Title));
        Assert.Equal(
            [("Service accounts", "/acme/service-accounts"), ("Connected apps", "/acme/connected-apps"), ("Members", "/acme/members"), (
                "Audit log", "/acme/audit")],
            shell.Groups[1].Links.Select(link => (link.Text, link.Href)));
    }

    [Fact]
    public void Organization_page_keeps_the_previous_project()
    {
        Open(world.Admin, "/acme/returns/keys");
        Navigation.NavigateTo("/acme/service-accounts");
        Rendered!.WaitForAssertion(() => Assert.Equal("returns", Rendered!.FindComponent<Probe>().Instance.Shell!.Project!.Name));
        Assert.Equal(2, Rendered!.FindComponent<Probe>().Instance.Shell!.Groups.Count);
    }

    [Fact]
    public void Organization_without_a_project_has_its_own_pages()
    {
        world.AddOrganization("empty");
        world.AddMember("empty", world.Admin, OrganizationRole.Admin);
        var shell = Open(world.Admin, "/empty/service-accounts");
        Assert.Null(shell.Project);
        Assert.Equal(["Organization"], shell.Groups.Select(group => group.Title));
    }

    [Theory]
    [InlineData("/globex/service-accounts")]
    [InlineData("/globex/billing/keys")]
    [InlineData("/acme/nothing/keys")]
    [InlineData("/")]
    public void Other_pages_show_only_the_user(string address)
    {
        var shell = Open(world.Admin, address);
        Assert.Equal("Adam", shell.UserName);
        Assert.Null(shell.Organization);
        Assert.Empty(shell.Projects);
        Assert.Empty(shell.Groups);
    }

    [Fact]
    public void Account_pages_link_back_to_the_previous_project()
    {
        var shell = Open(world.Developer, "/account/connected-apps");
        Assert.Equal((null, null), (shell.Organization, shell.Project));
        Assert.Equal(["Your account: Profile, Sign-in and security, Connected apps", "Back to: orders"], GroupsOf(shell));
        Assert.Equal(["/account/profile", "/account/security", "/account/connected-apps"], shell.AccountLinks.Select(link => link.Href));
        Navigation.NavigateTo("/acme/returns/keys");
        Rendered!.WaitForAssertion(() => Assert.Equal("returns", Rendered!.FindComponent<Probe>().Instance.Shell!.Project?.Name));
        Navigation.NavigateTo("/account/connected-apps");
        Rendered!.WaitForAssertion(
            () => Assert.Equal(["Your account: Profile, Sign-in and security, Connected apps", "Back to: returns"], GroupsOf(
                Rendered!.FindComponent<Probe>().Instance.Shell!)));

        static IEnumerable<string> GroupsOf(ShellModel shell) =>
            shell.Groups.Select(group => $"{group.Title}: {string.Join(", ", group.Links.Select(link => link.Text))}");
    }

    [Fact]
    public void User_without_a_project_has_no_link_back() =>
        Assert.Equal("Your account", Assert.Single(Open(world.AddPerson("Nora"), "/account/connected-apps").Groups).Title);

    [Fact]
    public void Stranger_has_no_menu()
    {
        AddAuthorization().SetNotAuthorized();
        Assert.Equal(new ShellModel().UserName, Render("/acme/orders/keys").UserName);
        Assert.Null(Render("/acme/orders/keys").SignOutAction);
    }

    [Fact]
    public void Address_is_read_once_and_a_query_is_no_other_address()
    {
        Open(world.Developer, "/acme/orders/keys");
        var page = Rendered!;
        var before = commands.Sent.Count;
        page.Render();
        Navigation.NavigateTo("/acme/orders/keys?revoked=true");
        Assert.Equal(before, commands.Sent.Count);
        Navigation.NavigateTo("/acme/returns/keys");
        page.WaitForAssertion(() => Assert.Equal("returns", page.FindComponent<Probe>().Instance.Shell!.Project!.Name));
        Assert.NotEqual(before, commands.Sent.Count);
    }

    [Fact]
    public async Task New_project_derives_its_address_from_its_name_and_opens()
    {
        Open(world.Admin, "/acme/orders/resources");
        await Rendered!.InvokeAsync(() => Actions.NewProject.InvokeAsync());
        Rendered!.WaitForRole("form");
        await Rendered!.ByLabel("Name").InputAsync("Zürich Übersee");
        Assert.Equal("zurich-ubersee", Rendered!.ByLabel("Address").GetAttribute("value"));
        await Rendered!.ByLabel("Address").ChangeAsync("returns");
        await Rendered!.ByRole("form").SubmitAsync();
        Assert.Equal(
            "The address returns is or was another project's. Choose another slug.", Rendered!.ByTestId("field-error").TextContent);
        await Rendered!.ByLabel("Address").ChangeAsync("Not a slug");
        await Rendered!.ByRole("form").SubmitAsync();
        Assert.Equal("Use up to 40 lowercase letters, digits and hyphens, such as northwind-traders.",
            Rendered!.ByTestId("field-error").TextContent);
        await Rendered!.ByLabel("Address").ChangeAsync("overseas");
        await Rendered!.ByRole("form").SubmitAsync();
        Assert.EndsWith("/acme/overseas/keys", Navigation.Uri, StringComparison.Ordinal);
        Rendered!.WaitForAssertion(() => Assert.Empty(Rendered!.AllByRole("form")));
        Assert.Equal("Zürich Übersee", (await world.Services.Projects.GetAsync(world.Viewer, new("acme", "overseas"), Token)).Value.Name);
    }

    [Fact]
    public async Task New_organization_opens_with_its_first_project()
    {
        Open(world.Viewer, "/acme/orders/keys");
        await Rendered!.InvokeAsync(() => Actions.NewOrganization.InvokeAsync());
        Rendered!.WaitForRole("form");
        await Rendered!.ByRole("form").SubmitAsync();
        Rendered!.WaitForAssertion(() => Assert.Equal(2, Rendered!.AllByTestId("field-error").Count));
        await Rendered!.ByLabel("Organization").ChangeAsync("Initech");
        await Rendered!.ByLabel("First project").ChangeAsync("Reports");
        await Rendered!.ByRole("form").SubmitAsync();
        Rendered!.WaitForAssertion(() => Assert.EndsWith("/initech/reports/keys", Navigation.Uri, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_are_read_again_when_a_page_has_changed_one()
    {
        Open(world.Admin, "/acme/orders/settings");
        await world.Services.Projects.ChangeAsync(world.Admin, new("acme", "orders"), new("Sales"), Token);
        await Rendered!.InvokeAsync(() => Actions.Refresh.InvokeAsync());
        Rendered!.WaitForAssertion(() => Assert.Equal("Sales", Rendered!.FindComponent<Probe>().Instance.Shell!.Project!.Name));
    }

    [Theory]
    [InlineData("Owner", true, true)]
    [InlineData("Admin", true, false)]
    [InlineData("Developer", false, false)]
    public void Settings_are_in_the_menu_of_those_who_can_change_them(string who, bool project, bool organization)
    {
        var shell = Open(who switch { "Owner" => world.Owner, "Admin" => world.Admin, _ => world.Developer }, "/acme/settings");
        var links = shell.Groups.SelectMany(group => group.Links).Where(link => link.Text == "Settings").Select(link => link.Href);
        string?[] expected = [project ? "/acme/orders/settings" : null, organization ? "/acme/settings" : null];
        Assert.Equal(expected.OfType<string>(), links);
    }

    [Fact]
    public void Own_pages_lead_back_to_the_project_before()
    {
        Open(world.Admin, "/acme/returns/keys");
        Navigation.NavigateTo("/account/connected-apps");
        Rendered!.WaitForAssertion(
            () => Assert.Equal(new ShellProject("returns", "acme/returns"), Rendered!.FindComponent<Probe>().Instance.Shell!.Nearest));
        Assert.Equal("/acme/returns/keys", Rendered!.FindComponent<Probe>().Instance.Shell!.Groups.Single(group =>
            group.Title == "Back to").Links.Single().Href);
    }

    static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    ShellActions Actions => Rendered!.FindComponent<Probe>().Instance.Actions!;

    IRenderedComponent<PageHost>? Rendered { get; set; }

    ShellModel Open(Actor person, string address)
    {
        var session = world.SignIn(person).SessionId!;
        AddAuthorization().SetAuthorized(person.Name)
            .SetClaims(new Claim(ClaimTypes.NameIdentifier, person.Id), new Claim(CurrentActor.SessionClaim, session));
        return Render(address);
    }

    ShellModel Render(string address)
    {
        Navigation.NavigateTo(address);
        Rendered = RenderPage<ShellProvider>(p => p.AddChildContent<Probe>());
        Rendered.WaitForState(() => Rendered.FindComponent<Probe>().Instance.Shell is not null);
        return Rendered.FindComponent<Probe>().Instance.Shell!;
    }

    sealed class Probe : ComponentBase
    {
        [CascadingParameter] public ShellModel? Shell { get; set; }

        [CascadingParameter] public ShellActions? Actions { get; set; }

        protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, Shell?.UserName);
    }
}
