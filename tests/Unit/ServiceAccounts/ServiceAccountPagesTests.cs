using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.ServiceAccounts;
using Dashboard.Shared;
using Dashboard.Shell;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.ServiceAccounts;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class ServiceAccountPagesTests : PageTest
{
    readonly TestInstallation world = new();
    readonly BunitAuthorizationContext authorization;

    public ServiceAccountPagesTests()
    {
        Services.AddSingleton<TimeProvider>(world.Time);
        Services.AddSingleton(world.Services.Keys);
        Services.AddSingleton(world.Services.Projects);
        Services.AddSingleton(world.Services.Resources);
        Services.AddSingleton(Accounts);
        Services.AddSingleton(world.Services.Get<PermissionCatalog>());
        Services.AddSingleton(world.Services.Get<KeyPresets>());
        Services.AddSingleton(world.Services.Get<SessionService>());
        Services.AddSingleton(world.Services.Get<ChangeFeed>());
        Services.AddSingleton(world.Services.Get<MemberService>());
        Services.AddSingleton<ServiceAccountsPageQuery>();
        Services.AddScoped<CurrentUser>();
        Services.AddScoped<ActionRunner>();
        Services.AddScoped<SessionWatch>();
        authorization = AddAuthorization();
        SetRendererInfo(new("Server", isInteractive: true));
    }

    static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    ServiceAccountService Accounts => world.Services.Get<ServiceAccountService>();

    NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await world.DisposeAsync();
    }

    [Fact]
    public void Empty_list_explains_service_accounts()
    {
        var page = OpenList(world.Admin);
        Assert.Equal("No service accounts in acme yet", page.ByTestId("empty-state").ByRole("heading").TextContent);
        Assert.Equal("Create service account", Assert.Single(page.AllByRole("button")).TextContent);
    }

    [Fact]
    public async Task Member_without_permission_gets_not_found()
    {
        var id = (await CreateAsync("gateway")).Account.Id;
        foreach (var person in new[] { world.Developer, world.Viewer, world.Stranger })
        {
            var lost = 0;
            Navigation.OnNotFound += (_, _) => lost++;
            Assert.DoesNotContain("gateway", OpenList(person).Markup, StringComparison.Ordinal);
            Assert.DoesNotContain("gateway", Open(person, id).Markup, StringComparison.Ordinal);
            Assert.Equal(2, lost);
        }
    }

    [Fact]
    public async Task Account_of_another_organization_is_not_found_under_this_one()
    {
        world.AddMember("globex", world.Admin, OrganizationRole.Admin);
        var id = (await CreateAsync("gateway", TestInstallation.Orders)).Account.Id;
        var lost = 0;
        Navigation.OnNotFound += (_, _) => lost++;
        Assert.DoesNotContain("gateway", Open(world.Admin, id, "globex").Markup, StringComparison.Ordinal);
        Assert.Equal(1, lost);
    }

    [Fact]
    public async Task Row_shows_credentials_projects_and_that_the_owner_left()
    {
        world.AddProject("acme", "ledger");
        var id = (await CreateAsync("gateway", TestInstallation.Orders, "acme/ledger")).Account.Id;
        await Accounts.AddSecretAsync(world.Admin, id, Token);
        Assert.Equal("gateway", OpenList(world.Owner).ByRole("table").ByRole("link").TextContent);
        Assert.Equal(["ledger, 1 more", "1 key2 client secrets", "Adam", "Never", "Active"], Cells(OpenList(world.Owner)));
        world.SetRole("acme", world.Admin, null);
        Assert.Equal("No owner leftAdam", Cells(OpenList(world.Owner))[2]);
        Assert.Contains("It has no owner left.", Open(world.Owner, id).Markup, StringComparison.Ordinal);
        await Accounts.ChangeAsync(world.Owner, id, new(OwnerIds: [world.Admin.Id, world.Developer.Id, world.Owner.Id]), Token);
        Assert.Equal("Dora2 more, 1 gone", Cells(OpenList(world.Owner))[2]);
        Assert.DoesNotContain("It has no owner left.", Open(world.Owner, id).Markup, StringComparison.Ordinal);

        static List<string> Cells(IRenderedComponent<PageHost> page) =>
            [.. new[] { "Projects", "Credentials", "Owners", "Last used", "Status" }.Select(
                column => page.CellsOf(column).Single().NameOf())];
    }

    [Fact]
    public async Task Owners_are_picked_among_the_members_who_can_create_keys()
    {
        var id = (await CreateAsync("gateway")).Account.Id;
        var page = Open(world.Owner, id);
        await page.ByRole("button", "Change owners…").ClickAsync(new());
        page.WaitForRole("dialog");
        await page.PickAsync("Owners", "Dora");
        Assert.DoesNotContain(page.AllByRole("option"), option => option.TextContent.Contains("Viktor", StringComparison.Ordinal));
        await page.ByRole("button", "Remove Adam").ClickAsync(new());
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(
            () => Assert.Equal(["Dora"], page.ByRole("list", "Owners of gateway").AllByRole("listitem").Select(owner => owner.NameOf())));
        Assert.Equal("Dora", Assert.Single((await Accounts.GetAsync(world.Owner, id, Token)).Value.Owners).User.Name);

        await page.ByRole("button", "Change owners…").ClickAsync(new());
        page.WaitForRole("dialog");
        await page.ByRole("button", "Remove Dora").ClickAsync(new());
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(
            () => Assert.Contains("Choose at least one owner.", page.ByRole("dialog").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Disabling_is_undone_from_its_toast()
    {
        var id = (await CreateAsync("gateway")).Account.Id;
        var page = OpenList(world.Admin);
        await page.ChooseAsync("Actions for gateway", "Disable");
        Assert.Equal("Disabled", page.CellsOf("Status").Single().NameOf());
        Assert.Equal(ServiceAccountState.Inactive, (await Accounts.GetAsync(world.Admin, id, Token)).Value.State);
        Assert.StartsWith("Disabled gateway", Assert.Single(page.SnackbarTexts()), StringComparison.Ordinal);
        await page.ByRole("button", "Undo").ClickAsync();
        Assert.Equal("Active", page.CellsOf("Status").Single().NameOf());
        Assert.Equal(ServiceAccountState.Active, (await Accounts.GetAsync(world.Admin, id, Token)).Value.State);
    }

    [Fact]
    public async Task Undo_ends_when_the_account_changes_again()
    {
        var id = (await CreateAsync("gateway")).Account.Id;
        var page = OpenList(world.Admin);
        await page.ChooseAsync("Actions for gateway", "Disable");
        page.WaitForAssertion(() => Assert.StartsWith("Disabled gateway", Assert.Single(page.SnackbarTexts()), StringComparison.Ordinal));
        await Accounts.ChangeAsync(world.Owner, id, new(State: ServiceAccountState.Active), Token); // on another page
        page.WaitForAssertion(() => Assert.Empty(page.SnackbarTexts()));
    }

    [Fact]
    public async Task Deletion_lists_consequences_and_asks_for_the_name_if_in_use()
    {
        var issued = await CreateAsync("gateway");
        world.Sql($"UPDATE ServiceAccountCredentials SET LastUsedAt = {world.Time.GetUtcNow().AddMinutes(-5).ToUnixTimeMilliseconds()}");
        var page = OpenList(world.Admin);
        var deleting = page.ChooseAsync("Actions for gateway", "Delete…");
        page.WaitForRole("alertdialog");
        var question = page.ByRole("alertdialog").TextContent;
        Assert.Contains("1 key will be revoked.", question, StringComparison.Ordinal);
        Assert.Contains("1 client secret will stop working", question, StringComparison.Ordinal);
        Assert.Contains("last used 5 min ago", question, StringComparison.Ordinal);
        await page.ByRole("form").SubmitAsync();
        Assert.True((await Accounts.GetAsync(world.Admin, issued.Account.Id, Token)).Succeeded);
        await page.ByRole("alertdialog").ByRole("textbox").InputAsync("gateway");
        await page.ByRole("form").SubmitAsync();
        await deleting;
        Assert.Equal(ErrorCode.NotFound, (await Accounts.GetAsync(world.Admin, issued.Account.Id, Token)).Error?.Code);
        page.WaitForAssertion(
            () => Assert.Equal("No service accounts in acme yet", page.ByTestId("empty-state").ByRole("heading").TextContent));
    }

    [Fact]
    public async Task Change_sends_only_changed_values()
    {
        var id = (await CreateAsync("gateway")).Account.Id;
        var page = OpenList(world.Admin);
        await page.ChooseAsync("Actions for gateway", "Change…");
        page.WaitForRole("dialog");
        await Accounts.ChangeAsync(world.Admin, id, new(Description: "changed by another"), Token);
        await page.ByLabel("Name").ChangeAsync(new() { Value = "gate" });
        await page.ByRole("form").SubmitAsync();
        Assert.Equal(("gate", "changed by another"), (await Accounts.GetAsync(world.Admin, id, Token)).Value is var now
            ? (now.Name, now.Description) : default);
        Assert.Equal("gate", page.ByRole("table").ByRole("link").TextContent);
    }

    [Theory]
    [InlineData("acme/ledger", "ledger")]
    [InlineData("globex/billing", null)] // of another organization
    public async Task New_account_begins_with_the_project_that_one_comes_from(string near, string? chosen)
    {
        world.AddProject("acme", "ledger");
        SignIn(world.Admin);
        Navigation.NavigateTo("/acme/service-accounts");
        var page = RenderPage<CascadingValue<ShellModel>>(p => p
            .Add(x => x.Value, new ShellModel { Nearest = new(near.Split('/')[1], near) })
            .AddChildContent<ServiceAccountsPage>(list => list.Add(x => x.Organization, "acme")));
        await page.ByRole("button", "Create service account").ClickAsync();
        page.WaitForRole("dialog");
        Assert.Equal(chosen is null ? [] : [$"{chosen}{near}"], page.AllByRole("list", "Selected projects")
            .Select(list => list.ByRole("listitem").TextContent.Replace(" ", "").Trim()));
        Assert.Contains(chosen is null ? "Created in the first project you choose."
            : "Created in ledger.", page.ByRole("dialog").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_is_renamed_disabled_and_revoked_from_its_row()
    {
        var issued = await CreateAsync("gateway", TestInstallation.Orders);
        var key = issued.Key.Key.KeyId;
        var page = Open(world.Admin, issued.Account.Id);
        await page.ChooseAsync("Actions for the key gateway", "Rename…");
        page.WaitForRole("dialog");
        await page.ByLabel("Name").ChangeAsync(new() { Value = "ingress" });
        await page.ByRole("form").SubmitAsync();
        Assert.Equal("ingress", (await KeyAsync()).Name);
        await page.ChooseAsync("Actions for the key ingress", "Disable");
        Assert.Equal(KeyState.Inactive, (await KeyAsync()).State);
        await page.ByRole("button", "Undo").ClickAsync();
        page.WaitForAssertion(() => Assert.StartsWith(
            "Active", page.ByRole("table", "API keys of gateway").TextContent.Split("Never")[^1].Trim(), StringComparison.Ordinal));
        var revoking = page.ChooseAsync("Actions for the key ingress", "Revoke…");
        page.WaitForRole("alertdialog", "Revoke this key?");
        await page.ByRole("form").SubmitAsync();
        await revoking;
        Assert.Equal(KeyState.Revoked, (await KeyAsync()).State);
        page.WaitForAssertion(() => Assert.Contains("No keys. Create one", page.Markup, StringComparison.Ordinal));

        async Task<KeySummary> KeyAsync() => (await world.Services.Keys.GetAsync(world.Admin, key, Token)).Value;
    }

    [Fact]
    public async Task List_is_searched_and_filtered()
    {
        await CreateAsync("gateway");
        var page = OpenList(world.Admin);
        Navigation.NavigateTo("/acme/service-accounts?state=inactive");
        page.WaitForAssertion(
            () => Assert.Equal("No disabled service accounts in acme", page.ByTestId("empty-state").ByRole("heading").TextContent));
        await page.ByTestId("empty-state").ByRole("button").ClickAsync();
        Navigation.NavigateTo("/acme/service-accounts");
        page.WaitForAssertion(() => Assert.Single(page.CellsOf("Name")));
        await page.ByRole("searchbox").InputAsync("nothing");
        world.Time.Advance(TimeSpan.FromSeconds(1));
        page.WaitForAssertion(() =>
            Assert.Equal("No service accounts match “nothing”", page.ByTestId("empty-state").ByRole("heading").TextContent));
    }

    [Fact]
    public async Task Second_secret_is_shown_once_and_reaches_the_limit()
    {
        var issued = await CreateAsync("gateway");
        var page = Open(world.Admin, issued.Account.Id);
        await Button(page, "Add client secret").ClickAsync();
        page.WaitForRole("dialog");
        Assert.Equal("Save this client secret", page.ByRole("dialog").ByRole("heading").TextContent);
        Assert.Equal(issued.Account.ClientId, page.ByRole("dialog").AllByRole("code")[0].TextContent);
        var secret = page.ByRole("dialog").AllByRole("code")[1].TextContent;
        Assert.Matches("^secret_[A-Za-z0-9]{43}$", secret);
        Assert.Empty(page.AllByTestId("first-use"));
        await Button(page, "Copy all").TriggerEventAsync("oncopied", new CopiedEventArgs { Outcome = "copied" });
        await Button(page, "I have saved the secret").ClickAsync();
        page.WaitForAssertion(() => Assert.DoesNotContain(secret, page.Markup, StringComparison.Ordinal));
        Assert.True(Button(page, "Add client secret").HasAttribute("disabled"));
        Assert.Contains("Revoke the old secret to add another.", page.Markup, StringComparison.Ordinal);
        Assert.Contains($"{secret[..11]}…", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Last_secret_is_revoked_after_a_warning()
    {
        var issued = await CreateAsync("gateway");
        var page = Open(world.Admin, issued.Account.Id);
        Assert.Contains($"-d client_id={issued.Account.ClientId}", page.ByTestId("token-request").TextContent, StringComparison.Ordinal);
        var menu = page.AllByRole("button")
            .Single(button => button.NameOf().StartsWith("Actions for secret_", StringComparison.Ordinal)).NameOf();
        var revoking = page.ChooseAsync(menu, "Revoke…");
        page.WaitForRole("alertdialog");
        Assert.Contains("It is the last secret", page.ByRole("alertdialog").TextContent, StringComparison.Ordinal);
        await page.ByRole("form").SubmitAsync();
        await revoking;
        Assert.Empty((await Accounts.GetAsync(world.Admin, issued.Account.Id, Token)).Value.Secrets);
        Assert.Empty(page.AllByTestId("token-request"));
        Assert.Contains("Without a secret it can’t get OAuth tokens.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_is_created_within_the_accounts_permissions_and_projects()
    {
        world.AddProject("acme", "ledger");
        var issued = (await Accounts.CreateAsync(
            world.Admin, new("gateway", Permissions: ["read", "verify"],
                Projects: new([TestInstallation.Orders, "acme/ledger"]), Environment: KeyEnvironment.Test), Token)).Value;
        var page = Open(world.Admin, issued.Account.Id);
        await Button(page, "Create key").ClickAsync();
        page.WaitForRole("dialog");
        Assert.Contains(
            "For gateway, in ledger. 0 of 10 keys in use, 10 left.", page.ByRole("dialog").TextContent, StringComparison.Ordinal);
        Assert.Equal(["verify", "read"], page.ByRole("group", "Permissions").AllByRole("code").Select(code => code.TextContent));
        await page.SelectAsync("Project", "orders");
        page.WaitForAssertion(() => Assert.Contains(
            "For gateway, in orders. 1 of 10 keys in use, 9 left.", page.ByRole("dialog").TextContent, StringComparison.Ordinal));
        await page.ByLabel("Name").ChangeAsync(new() { Value = "second" });
        await page.ByRole("form").SubmitAsync();
        page.WaitForRole("dialog", "Save your key");
        var key = (await Accounts.KeysAsync(world.Admin, issued.Account.Id, 10, Token)).Value.Single(row => row.Name == "second");
        Assert.Equal(
            (TestInstallation.Orders, KeyEnvironment.Test, "read"), (key.Project, key.Environment, string.Join(' ', key.Permissions)));
    }

    [Fact]
    public async Task Disabled_account_creates_no_key()
    {
        var id = (await CreateAsync("gateway")).Account.Id;
        var page = Open(world.Admin, id);
        await Button(page, "Disable").ClickAsync();
        Assert.Equal("true", Button(page, "Create key").GetAttribute("aria-disabled"));
        Assert.Equal("Enable", Button(page, "Enable").TextContent);
    }

    async Task<IssuedServiceAccount> CreateAsync(string name, params string[] projects) =>
        (await Accounts.CreateAsync(world.Admin, new(name, Projects: projects.Length == 0 ? null : new(projects)), Token)).Value;

    IRenderedComponent<PageHost> OpenList(Actor person)
    {
        SignIn(person);
        Navigation.NavigateTo("/acme/service-accounts");
        return RenderPage<ServiceAccountsPage>(p => p.Add(x => x.Organization, "acme"));
    }

    IRenderedComponent<PageHost> Open(Actor person, string id, string organization = "acme")
    {
        SignIn(person);
        Navigation.NavigateTo($"/{organization}/service-accounts/{id}");
        return RenderPage<ServiceAccountPage>(p => p.Add(x => x.Organization, organization).Add(x => x.Id, id));
    }

    void SignIn(Actor person)
    {
        var session = world.SignIn(person).SessionId!;
        authorization.SetAuthorized(person.Name)
            .SetClaims(new Claim(ClaimTypes.NameIdentifier, person.Id), new Claim(CurrentActor.SessionClaim, session));
    }

    static AngleSharp.Dom.IElement Button(IRenderedComponent<PageHost> page, string text) =>
        page.AllByRole("button").First(button => button.TextContent.StartsWith(text, StringComparison.Ordinal));
}
