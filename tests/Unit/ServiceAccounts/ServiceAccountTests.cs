using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.ServiceAccounts;

[EveryDatabase]
public sealed class ServiceAccountTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_account_has_a_client_and_a_key_without_stored_secrets()
    {
        await using var world = new TestInstallation();
        var issued = await CreateAsync(world, new("  gateway ", "Verifies.", ["verify", "read"], Environment: KeyEnvironment.Test));
        var (account, key) = (issued.Account, issued.Key);
        Assert.Matches("^sa_[A-Za-z0-9]{16}$", account.Id);
        Assert.Equal($"latchkey-sa-{account.Id[3..]}", account.ClientId);
        Assert.Matches("^secret_[A-Za-z0-9]{43}$", issued.Secret.Reveal());
        Assert.Equal(
            ("gateway", "Verifies.", "acme", KeyEnvironment.Test, ServiceAccountState.Active, "Adam"),
            (account.Name, account.Description, account.Organization, account.Environment, account.State, account.CreatedBy.Name));
        Assert.Equal([TestInstallation.Orders], account.Projects);
        Assert.Equal(["read", "verify"], account.Permissions);
        Assert.Equal(
            (new Party(PartyType.ServiceAccount, account.Id, "gateway"), "gateway", TestInstallation.Orders, KeyEnvironment.Test, "Adam"),
            (key.Key.Owner, key.Key.Name, key.Key.Project, key.Key.Environment, key.Key.CreatedBy.Name));
        Assert.Equal(["read", "verify"], key.Key.Permissions);
        var stored = world.DumpBytes();
        Assert.DoesNotContain(issued.Secret.Reveal(), stored, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Secret.Reveal(), stored, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexString(issued.Secret.Hash), stored, StringComparison.Ordinal);
        Assert.DoesNotContain(issued.Secret.Reveal()[7..], $"{issued.Secret}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Permissions_default_to_the_catalog_without_verify()
    {
        await using var world = new TestInstallation();
        var issued = await CreateAsync(world, new("plain"));
        Assert.Equal(["read", "execute", "write"], issued.Account.Permissions);
        Assert.Equal(["read", "execute", "write"], issued.Key.Key.Permissions);
    }

    [Fact]
    public async Task First_key_is_created_in_the_first_project()
    {
        await using var world = new TestInstallation();
        world.AddProject("acme", "ledger");
        Assert.Equal("projects", await FieldAsync(world, new("both"))); // ambiguous
        var some = await CreateAsync(world, new("some", Projects: new([TestInstallation.Orders, "acme/ledger"])));
        Assert.Equal(
            (TestInstallation.Orders, "acme/ledger acme/orders"), (some.Key.Key.Project, string.Join(' ', some.Account.Projects!)));
        var all = await CreateAsync(world, new("all", Projects: ProjectChoice.All));
        Assert.Null(all.Account.Projects);
        Assert.Equal("acme/ledger", all.Key.Key.Project);
    }

    [Theory]
    [InlineData("", null, null, null, "name")]
    [InlineData("x", "a\u0001", null, null, "description")]
    [InlineData("x", null, "", null, "permissions")]
    [InlineData("x", null, "fly", null, "permissions")]
    [InlineData("x", null, "read read", null, "permissions")]
    [InlineData("x", null, null, "", "projects")]
    [InlineData("x", null, null, "orders", "projects")]
    [InlineData("x", null, null, "acme/orders acme/orders", "projects")]
    public async Task Invalid_input_is_an_error_by_field(
        string name, string? description, string? permissions, string? projects, string field)
    {
        await using var world = new TestInstallation();
        Assert.Equal(
            field, await FieldAsync(world, new(name, description, Words(permissions), projects is null ? null : new(Words(projects)))));

        static string[]? Words(string? text) => text?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public async Task Key_in_a_name_or_description_is_refused()
    {
        await using var world = new TestInstallation();
        var raw = (await CreateAsync(world, new("one"))).Key.Secret.Reveal();
        Assert.Equal("name", await FieldAsync(world, new($"x {raw}")));
        Assert.Equal("description", await FieldAsync(world, new("x", $"x {raw}")));
    }

    [Fact]
    public async Task Only_admins_and_owners_see_and_change_accounts()
    {
        await using var world = new TestInstallation();
        var id = (await CreateAsync(world, new("one"))).Account.Id;
        var accounts = world.Services.Get<ServiceAccountService>();
        foreach (var (actor, code) in new[] { (world.Developer, ErrorCode.Forbidden), (world.Viewer, ErrorCode.Forbidden), (
            world.Stranger, ErrorCode.NotFound) })
        {
            Assert.Equal(code, (await accounts.CreateAsync(actor, new("x", Projects: new([TestInstallation.Orders])), Token)).Error?.Code);
            Assert.Equal(code, (await accounts.ListAsync(actor, new("acme"), Token)).Error?.Code);
            Assert.Equal(code, (await accounts.GetAsync(actor, id, Token)).Error?.Code);
            Assert.Equal(code, (await accounts.ChangeAsync(actor, id, new("y"), Token)).Error?.Code);
            Assert.Equal(code, (await accounts.DeleteAsync(actor, id, Token)).Error?.Code);
        }

        Assert.Equal(id, (await accounts.GetAsync(world.Owner, id, Token)).Value.Id);
        Assert.Equal(ErrorCode.NotFound, (await accounts.GetAsync(world.Owner, "sa_nothing", Token)).Error?.Code);
    }

    [Fact]
    public async Task Owner_with_a_lesser_role_sees_their_own_accounts_and_changes_none()
    {
        await using var world = new TestInstallation();
        var accounts = world.Services.Get<ServiceAccountService>();
        var own = (await accounts.CreateAsync(world.Admin, new("own"), Token)).Value.Account.Id;
        var other = (await accounts.CreateAsync(world.Owner, new("other"), Token)).Value.Account.Id;
        world.SetRole("acme", world.Admin, OrganizationRole.Developer);
        Assert.Equal([own], (await accounts.ListAsync(world.Admin, new("acme"), Token)).Value.Items.Select(x => x.Id));
        Assert.Equal(1, (await accounts.CountAsync(world.Admin, new("acme"), Token)).Value);
        Assert.Equal("own", (await accounts.GetAsync(world.Admin, own, Token)).Value.Name);
        Assert.Single((await accounts.KeysAsync(world.Admin, own, 10, Token)).Value);
        Assert.Equal(ErrorCode.Forbidden, (await accounts.GetAsync(world.Admin, other, Token)).Error?.Code);
        Assert.Equal(ErrorCode.Forbidden, (await accounts.ChangeAsync(world.Admin, own, new("x"), Token)).Error?.Code);
        Assert.Equal(ErrorCode.Forbidden, (await accounts.DeleteAsync(world.Admin, own, Token)).Error?.Code);
        world.SetRole("acme", world.Admin, null);
        Assert.Equal(ErrorCode.NotFound, (await accounts.GetAsync(world.Admin, own, Token)).Error?.Code);
        Assert.Equal(ErrorCode.NotFound, (await accounts.ListAsync(world.Admin, new("acme"), Token)).Error?.Code);
    }

    [Fact]
    public async Task First_key_counts_in_its_projects_allowance()
    {
        await using var world = new TestInstallation(("Keys:MaxActivePerProject", "1"));
        await CreateAsync(world, new("one"));
        Assert.Equal(ErrorCode.KeyLimitReached,
            (await world.Services.Get<ServiceAccountService>().CreateAsync(world.Admin, new("two"), Token)).Error?.Code);
        await using var context = world.Open();
        Assert.Equal(
            (1, 1, 1), (await context.ServiceAccounts.CountAsync(Token),
                await context.ServiceAccountCredentials.CountAsync(Token), await context.Keys.CountAsync(Token)));
    }

    [Fact]
    public async Task List_is_paged_newest_first()
    {
        await using var world = new TestInstallation(("Keys:MaxActivePerProject", "20"));
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add((await CreateAsync(world, new($"account {i}"))).Account.Id);
            world.Time.Advance(TimeSpan.FromSeconds(i % 2)); // some have equal times
        }

        var (seen, cursor) = (new List<ServiceAccountSummary>(), default(string));
        do
        {
            var page = (await world.Services.Get<ServiceAccountService>().ListAsync(world.Admin, new("acme", cursor, 2), Token)).Value;
            seen.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal(ids.Order(), seen.Select(x => x.Id).Order());
        Assert.Equal(seen.Select(x => x.CreatedAt).OrderDescending(), seen.Select(x => x.CreatedAt));
    }

    [Fact]
    public async Task Admins_create_keys_within_the_accounts_permissions()
    {
        await using var world = new TestInstallation();
        world.AddProject("acme", "ledger");
        world.AddOrganization("apex");
        var id = (await CreateAsync(
            world, new("one", Permissions: ["read", "verify"], Projects: new([TestInstallation.Orders])))).Account.Id;
        var key = await world.Services.Keys.CreateAsync(world.Admin, new(TestInstallation.Orders, "second", ServiceAccountId: id), Token);
        Assert.Equal(["read"], key.Value.Key.Permissions); // verify is never a default
        Assert.Equal((PartyType.ServiceAccount, id, "one"), (key.Value.Key.Owner.Type, key.Value.Key.Owner.Id, key.Value.Key.Owner.Name));
        var asked = await world.Services.Keys.CreateAsync(
            world.Admin, new(TestInstallation.Orders, "third", Permissions: ["verify"], ServiceAccountId: id), Token);
        Assert.Equal(["verify"], asked.Value.Key.Permissions);

        Assert.Equal(
            ErrorCode.Forbidden, (await world.Services.Keys.CreateAsync(
                world.Developer, new(TestInstallation.Orders, "x", ServiceAccountId: id), Token)).Error?.Code);
        Assert.Equal(
            "permissions", await KeyFieldAsync(new(TestInstallation.Orders, "x", Permissions: ["read", "write"], ServiceAccountId: id)));
        // users' keys cannot have it
        Assert.Equal("permissions", await KeyFieldAsync(new(TestInstallation.Orders, "x", Permissions: ["verify"])));
        Assert.Equal("service_account_id", await KeyFieldAsync(new("acme/ledger", "x", ServiceAccountId: id)));
        Assert.Equal("service_account_id", await KeyFieldAsync(new(TestInstallation.Orders, "x", ServiceAccountId: "sa_nothing")));
        Assert.Equal("service_account_id", await KeyFieldAsync(new(TestInstallation.Orders, "x", ServiceAccountId: "nonsense ")));
        await ChangeAsync(world, id, new(State: ServiceAccountState.Inactive));
        Assert.Equal("service_account_id", await KeyFieldAsync(new(TestInstallation.Orders, "x", ServiceAccountId: id)));
        await ChangeAsync(world, id, new(State: ServiceAccountState.Active, Permissions: ["verify"]));
        // none of the defaults remain
        Assert.Equal("permissions", await KeyFieldAsync(new(TestInstallation.Orders, "x", ServiceAccountId: id)));

        async Task<string?> KeyFieldAsync(NewKey wanted) =>
            (await world.Services.Keys.CreateAsync(world.Admin, wanted, Token)).Error?.Errors?.Keys.Single();
    }

    [Fact]
    public async Task Owner_who_is_a_developer_creates_keys_but_a_viewer_does_not()
    {
        await using var world = new TestInstallation();
        var id = (await world.Services.Get<ServiceAccountService>()
            .CreateAsync(world.Admin, new("one", Projects: new([TestInstallation.Orders])), Token)).Value.Account.Id;
        var wanted = new NewKey(TestInstallation.Orders, "second", ServiceAccountId: id);
        world.SetRole("acme", world.Admin, OrganizationRole.Developer);
        Assert.Equal(id, (await world.Services.Keys.CreateAsync(world.Admin, wanted, Token)).Value.Key.Owner.Id);
        Assert.Equal(ErrorCode.Forbidden,
            (await world.Services.Keys.CreateAsync(world.Admin, wanted with { ServiceAccountId = "sa_nothing" }, Token)).Error?.Code);
        world.SetRole("acme", world.Admin, OrganizationRole.Viewer);
        Assert.Equal(ErrorCode.Forbidden, (await world.Services.Keys.CreateAsync(world.Admin, wanted, Token)).Error?.Code);
    }

    [Fact]
    public async Task Key_permissions_follow_those_of_its_account()
    {
        await using var world = new TestInstallation();
        world.AddProject("acme", "ledger");
        var issued = await CreateAsync(world, new("one", Projects: new([TestInstallation.Orders])));
        var id = issued.Account.Id;
        Assert.Equal("read execute write", await MayAsync());
        await ChangeAsync(world, id, new(Permissions: ["read", "verify"]));
        Assert.Equal("read", await MayAsync());
        await ChangeAsync(world, id, new(Permissions: ["verify"]));
        Assert.Equal("", await MayAsync());
        await ChangeAsync(world, id, new(Permissions: ["read", "execute", "write"], State: ServiceAccountState.Inactive));
        Assert.Equal("inactive_key", await MayAsync());
        Assert.Equal(KeyState.Inactive, (await world.Services.Keys.GetAsync(world.Viewer, issued.Key.Key.KeyId, Token)).Value.State);
        await ChangeAsync(world, id, new(State: ServiceAccountState.Active, Projects: new(["acme/ledger"])));
        Assert.Equal("inactive_key", await MayAsync());
        await ChangeAsync(world, id, new(Projects: ProjectChoice.All));
        Assert.Equal("read execute write", await MayAsync());
        Assert.True((await world.Services.Get<ServiceAccountService>().DeleteAsync(world.Admin, id, Token)).Succeeded);
        Assert.Equal("revoked_key", await MayAsync());
        await using var context = world.Open();
        Assert.NotNull((await context.ServiceAccountCredentials.SingleAsync(Token)).RevokedAt);
        Assert.Equal("one", (await world.Services.Keys.GetAsync(world.Viewer, issued.Key.Key.KeyId, Token)).Value.Owner.Name);

        async Task<string> MayAsync()
        {
            var verdict = await world.Services.Verifier.VerifyAsync(PresentedKeys.Key(issued.Key), AccessRequirement.None, null, Token);
            return verdict.Principal is { } principal ? string.Join(' ', principal.Permissions) : verdict.Refusal!.Value.ToWireName();
        }
    }

    [Fact]
    public async Task Change_of_an_account_reaches_every_node_unless_without_effect()
    {
        await using var world = new TestInstallation();
        var issued = await CreateAsync(world, new("one"));
        await using var context = world.Open();
        var before = await context.FeedEntries.MaxAsync(x => x.Number, Token);
        await ChangeAsync(world, issued.Account.Id, new(
            "one", "", ["write", "execute", "read"], new([TestInstallation.Orders]), ServiceAccountState.Active));
        Assert.Equal(before, await context.FeedEntries.MaxAsync(x => x.Number, Token));
        await ChangeAsync(world, issued.Account.Id, new("two"));
        Assert.Equal(
            [$"service_account {issued.Account.Id}"],
            await context.FeedEntries.Where(x => x.Number > before).OrderBy(x => x.Number)
                .Select(x => x.SubjectType + " " + x.SubjectId).ToListAsync(Token));
    }

    [Fact]
    public async Task Account_cannot_access_projects_of_another_organization()
    {
        await using var world = new TestInstallation();
        world.AddMember("globex", world.Admin, Core.Organizations.OrganizationRole.Admin);
        var id = (await CreateAsync(world, new("one", Projects: new([TestInstallation.Orders])))).Account.Id;
        var outcome = await world.Services.Get<ServiceAccountService>()
            .ChangeAsync(world.Admin, id, new(Projects: new([TestInstallation.Billing])), Token);
        Assert.Equal("projects", outcome.Error?.Errors?.Keys.Single());
        Assert.Equal("organization", await FieldAsync(world, new("x", Projects: new([TestInstallation.Orders]), Organization: "globex")));
        Assert.Equal("projects", await FieldAsync(world, new("x", Projects: new([TestInstallation.Orders, TestInstallation.Billing]))));
    }

    [Fact]
    public async Task Former_slug_of_the_organization_is_accepted()
    {
        await using var world = new TestInstallation();
        Assert.True((await world.Services.Get<OrganizationService>().ChangeAsync(world.Owner, "acme", new(Slug: "apex"), Token)).Succeeded);
        world.AddProject("apex", "ledger");
        var issued = await CreateAsync(world, new("x", Projects: new(["acme/orders", "apex/ledger"]), Organization: "acme"));
        Assert.Equal(["apex/ledger", "apex/orders"], issued.Account.Projects);
    }

    static async Task<IssuedServiceAccount> CreateAsync(TestInstallation world, NewServiceAccount input) =>
        (await world.Services.Get<ServiceAccountService>().CreateAsync(world.Admin, input, Token)).Value;

    static async Task ChangeAsync(TestInstallation world, string id, ServiceAccountPatch patch) =>
        Assert.Null((await world.Services.Get<ServiceAccountService>().ChangeAsync(world.Admin, id, patch, Token)).Error);

    static async Task<string?> FieldAsync(TestInstallation world, NewServiceAccount input) =>
        (await world.Services.Get<ServiceAccountService>().CreateAsync(world.Admin, input, Token)).Error?.Errors?.Keys.Single();
}
