using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Dashboard.Core.Keys;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Members;
using Dashboard.Shared;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Members;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class MembersPageTests : PageTest
{
    readonly TestInstallation world = new();
    readonly BunitAuthorizationContext authorization;

    public MembersPageTests()
    {
        Services.AddSingleton<TimeProvider>(world.Time);
        Services.AddSingleton(world.Services.Projects);
        Services.AddSingleton(world.Services.Get<MemberService>());
        Services.AddSingleton(world.Services.Get<InvitationService>());
        Services.AddSingleton(world.Services.Get<PresenceService>());
        Services.AddSingleton(new PublicUrl(new ConfigurationBuilder().Build()));
        Services.AddSingleton<MembersPageQuery>();
        Services.AddScoped<CurrentUser>();
        Services.AddScoped<ActionRunner>();
        authorization = AddAuthorization();
        SetRendererInfo(new("Server", isInteractive: true));
    }

    static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    MemberService Members => world.Services.Get<MemberService>();

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await world.DisposeAsync();
    }

    [Theory]
    [InlineData("Owner", "Change role…,Disable…,Revoke all access…,Remove…", true)]
    [InlineData("Admin", "Change role…,Revoke all access…,Remove…", true)]
    [InlineData("Developer", null, false)]
    [InlineData("Viewer", null, false)]
    public async Task Role_decides_what_the_menu_of_another_member_offers(string who, string? items, bool invites)
    {
        var other = world.AddPerson("Mona");
        world.AddMember("acme", other, OrganizationRole.Developer);
        var page = Open(PersonOf(who));
        Assert.Equal(invites, page.AllByRole("button", "Invite a person").Count == 1);
        Assert.Equal(items is null ? 0 : 1, page.AllByRole("button", "Actions for Mona").Count);
        if (items is not null)
        {
            await page.ByRole("button", "Actions for Mona").ClickAsync(new());
            page.WaitForRole("menu");
            Assert.Equal(items.Split(','), page.AllByRole("menuitem").Select(item => item.TextContent.Trim()));
        }
    }

    [Fact]
    public void Admin_changes_no_owner_and_everybody_may_leave()
    {
        var page = Open(world.Admin);
        Assert.Empty(page.AllByRole("button", "Actions for Olga"));
        Assert.Single(page.AllByRole("button", "Actions for Adam"));
        Assert.Single(Open(world.Viewer).AllByRole("button", "Actions for Viktor"));
    }

    [Fact]
    public async Task Invitation_shows_its_link_once_and_stays_in_the_list()
    {
        var page = Open(world.Admin);
        await page.ByRole("button", "Invite a person").ClickAsync(new());
        page.WaitForRole("dialog");
        await page.ByLabel("Email").ChangeAsync("new@example.com");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Contains("/account/invitation?token=", page.Markup, StringComparison.Ordinal));
        Assert.Contains("new@example.com", page.ByRole("table", "Invitations to acme").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("token=", Open(world.Admin).Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Removal_asks_for_each_key_and_account_and_does_what_was_chosen()
    {
        world.SetRole("acme", world.Developer, OrganizationRole.Admin);
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        var account =
            (await world.Services.Get<ServiceAccountService>().CreateAsync(world.Developer, new("robot"), Token)).Value.Account.Id;
        var page = Open(world.Owner);
        await page.ChooseAsync("Actions for Dora", "Remove…");
        page.WaitForRole("alertdialog");
        await page.ByLabel("What becomes of Backend").ChangeAsync("revoke");
        Assert.Single(page.AllByRole("button", "Remove, hand over and revoke"));
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Contains("Removed Dora", page.SnackbarTexts().Single(), StringComparison.Ordinal));
        Assert.Equal(ErrorCode.NotFound, (await Members.GetAsync(world.Owner, "acme", world.Developer.Id, Token)).Error?.Code);
        Assert.Equal(KeyState.Revoked, (await world.Services.Keys.GetAsync(world.Owner, key, Token)).Value.State);
        Assert.Equal("Olga", Assert.Single(
            (await world.Services.Get<ServiceAccountService>().GetAsync(world.Owner, account, Token)).Value.Owners).User.Name);
    }

    [Fact]
    public async Task Removal_says_which_accounts_stay_with_their_other_owners()
    {
        world.SetRole("acme", world.Developer, OrganizationRole.Admin);
        var accounts = world.Services.Get<ServiceAccountService>();
        var account = (await accounts.CreateAsync(world.Developer, new("robot"), Token)).Value.Account.Id;
        await accounts.ChangeAsync(world.Owner, account, new(OwnerIds: [world.Developer.Id, world.Admin.Id]), Token);
        var page = Open(world.Owner);
        await page.ChooseAsync("Actions for Dora", "Remove…");
        page.WaitForRole("alertdialog");
        Assert.Contains(
            "The service account robot stays with its other owners.", page.ByRole("alertdialog").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.AllByRole("combobox", "What becomes of robot"));
        Assert.Single(page.AllByRole("button", "Remove"));
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Contains("Removed Dora", page.SnackbarTexts().Single(), StringComparison.Ordinal));
        Assert.Equal("Adam", Assert.Single((await accounts.GetAsync(world.Owner, account, Token)).Value.Owners).User.Name);
    }

    [Theory]
    [InlineData("Leave…", "Could not leave acme")]
    [InlineData("Change role…", "Could not change your role")]
    public async Task Last_owner_is_told_why_not_before_anything_is_asked(string item, string title)
    {
        var page = Open(world.Owner);
        await page.ChooseAsync("Actions for Olga", item);
        page.WaitForAssertion(() => Assert.Equal(
            $"{title}An organization needs an owner. Make another member an owner first.", page.SnackbarTexts().Single()));
        Assert.Empty(page.AllByRole("dialog"));
        Assert.Empty(page.AllByRole("alertdialog"));
    }

    Actor PersonOf(string who) => who switch
    {
        "Owner" => world.Owner,
        "Admin" => world.Admin,
        "Developer" => world.Developer,
        _ => world.Viewer,
    };

    IRenderedComponent<PageHost> Open(Actor person)
    {
        var session = world.SignIn(person).SessionId!;
        authorization.SetAuthorized(person.Name)
            .SetClaims(new Claim(ClaimTypes.NameIdentifier, person.Id), new Claim(ClaimTypes.Name, person.Name), new Claim(
                CurrentActor.SessionClaim, session));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/acme/members");
        return RenderPage<MembersPage>(p => p.Add(x => x.Organization, "acme"));
    }
}
