using System.Security.Claims;
using Bunit;
using Dashboard.Account;
using Dashboard.Core;
using Dashboard.Core.Organizations;
using Dashboard.Layout;
using Dashboard.Organizations;
using Dashboard.Tests.Unit.Support;
using Dashboard.Tests.Unit.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Organizations;

public sealed class ShellProviderTests : UiTest
{
    readonly World world = new();
    readonly Commands commands = new();

    public ShellProviderTests()
    {
        world.AddProject("acme", "returns");
        world.AddMember("globex", world.Developer, OrganizationRole.Viewer);
        Services.AddSingleton(world.Run(commands).Projects);
        Services.AddScoped<CurrentPerson>();
    }

    NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await world.DisposeAsync();
    }

    [Fact]
    public void Project_in_the_address_is_where_one_is_and_the_rest_is_where_one_may_go()
    {
        var shell = Open(world.Developer, "/acme/orders/keys");
        Assert.Equal(("Dora", "/account/sign-out"), (shell.Person, shell.SignOutAction));
        Assert.Equal(new ShellPlace("acme", "/acme/orders/keys"), shell.Organization);
        Assert.Equal([new("acme", "/acme/orders/keys"), new("globex", "/globex/billing/keys")], shell.Organizations);
        Assert.Equal(new ShellPlace("orders", "/acme/orders/keys"), shell.Project);
        Assert.Equal([new("orders", "/acme/orders/keys"), new("returns", "/acme/returns/keys")], shell.Projects);
        Assert.Equal(["API keys"], Assert.Single(shell.Groups).Links.Select(link => link.Text));
    }

    [Theory]
    [InlineData("/globex/billing/keys")]
    [InlineData("/acme/nothing/keys")]
    [InlineData("/account/security")]
    [InlineData("/")]
    public void Anywhere_else_there_is_only_the_person(string address)
    {
        var shell = Open(world.Admin, address);
        Assert.Equal("Adam", shell.Person);
        Assert.Null(shell.Organization);
        Assert.Empty(shell.Projects);
        Assert.Empty(shell.Groups);
    }

    [Fact]
    public void Stranger_has_no_menu()
    {
        AddAuthorization().SetNotAuthorized();
        Assert.Equal(new ShellModel().Person, Render("/acme/orders/keys").Person);
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

    IRenderedComponent<ShellProvider>? Rendered { get; set; }

    ShellModel Open(Actor person, string address)
    {
        AddAuthorization().SetAuthorized(person.Name).SetClaims(new Claim(ClaimTypes.NameIdentifier, person.Id), new Claim(CurrentActor.SessionClaim, "session"));
        return Render(address);
    }

    ShellModel Render(string address)
    {
        Navigation.NavigateTo(address);
        Rendered = Render<ShellProvider>(p => p.AddChildContent<Probe>());
        Rendered.WaitForState(() => Rendered.FindComponent<Probe>().Instance.Shell is not null);
        return Rendered.FindComponent<Probe>().Instance.Shell!;
    }

    sealed class Probe : ComponentBase
    {
        [CascadingParameter] public ShellModel? Shell { get; set; }

        protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, Shell?.Person);
    }
}
