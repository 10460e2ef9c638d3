using Dashboard.Core.Keys;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Limits;

[EveryDatabase]
public sealed class TenantLimitsTests : IAsyncDisposable
{
    readonly TestInstallation world = new(
        ("Limits:ResourcesPerProject", "3"), ("Limits:AppsPerProject", "2"), ("Limits:ServiceAccountsPerOrganization", "2"), (
            "Limits:WritesPerMinute", "5"));

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Resources_of_a_project_are_limited_however_many_are_added_at_once()
    {
        var resources = world.Services.Resources;
        var results = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(i => resources.CreateAsync(world.Admin, new(TestInstallation.Orders, "workflow", $"w{i}"), Token)));
        Assert.Equal(3, results.Count(result => result.Succeeded));
        var refused = results.First(result => !result.Succeeded).Error!;
        Assert.Equal(
            (ErrorCode.Conflict, "The project has reached its limit of 3 resources. Delete one, or raise Limits:ResourcesPerProject."), (
                refused.Code, refused.Detail));
        var first = results.First(result => result.Succeeded).Value;
        Assert.True((await resources.DeleteAsync(world.Admin, TestInstallation.Orders, $"workflow:{first.Id}", Token)).Succeeded);
        Assert.True((await resources.CreateAsync(world.Admin, new(TestInstallation.Orders, "workflow", "again"), Token)).Succeeded);
        Assert.True((await resources.CreateAsync(world.Stranger, new(TestInstallation.Billing, "workflow", "theirs"), Token)).Succeeded);
    }

    [Fact]
    public async Task Published_apps_of_a_project_are_limited_and_unpublished_ones_do_not_count()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        var apps = world.Services.Get<PublishedAppService>();
        var results = await Task.WhenAll(Enumerable.Range(0, 5)
            .Select(i => apps.PublishAsync(world.Developer, new(TestInstallation.Orders, $"app {i}", "workflow:intake"), Token)));
        Assert.Equal(2, results.Count(result => result.Succeeded));
        Assert.Equal(ErrorCode.Conflict, results.First(result => !result.Succeeded).Error!.Code);
        Assert.True((
            await apps.UnpublishAsync(world.Developer, results.First(result => result.Succeeded).Value.PublishedApp.Id, Token)).Succeeded);
        Assert.True((await apps.PublishAsync(world.Developer, new(TestInstallation.Orders, "again", "workflow:intake"), Token)).Succeeded);
    }

    [Fact]
    public async Task Service_accounts_of_an_organization_are_limited_and_deleted_ones_do_not_count()
    {
        var accounts = world.Services.Get<ServiceAccountService>();
        var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => accounts.CreateAsync(world.Admin, new($"account {i}"), Token)));
        Assert.Equal(2, results.Count(result => result.Succeeded));
        Assert.Equal(ErrorCode.Conflict, results.First(result => !result.Succeeded).Error!.Code);
        Assert.True((await accounts.DeleteAsync(world.Admin, results.First(result => result.Succeeded).Value.Account.Id, Token)).Succeeded);
        Assert.True((await accounts.CreateAsync(world.Admin, new("again"), Token)).Succeeded);
    }

    [Fact]
    public async Task Member_changes_so_much_a_minute_and_others_are_not_affected()
    {
        var (owner, stranger, projects) = (world.SignIn(world.Owner), world.SignIn(world.Stranger), world.Services.Projects);
        for (var i = 0; i < 5; i++)
        {
            Assert.True((await projects.CreateAsync(owner, new("acme", $"p{i}"), Token)).Succeeded);
        }

        var refused = (await projects.CreateAsync(owner, new("acme", "sixth"), Token)).Error!;
        Assert.Equal(ErrorCode.RateLimited, refused.Code);
        Assert.InRange(refused.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
        Assert.StartsWith("You have made too many changes in the last minute. Nothing was changed. Try again in ",
            refused.Detail, StringComparison.Ordinal);
        Assert.True((await projects.CreateAsync(stranger, new("globex", "theirs"), Token)).Succeeded);
        // signing out is always possible
        Assert.True((await world.Services.Get<Core.Accounts.SessionService>().EndAsync(owner, Token)).Succeeded);

        world.Time.Advance(refused.RetryAfter.Value);
        Assert.True((await projects.CreateAsync(world.SignIn(world.Owner), new("acme", "sixth"), Token)).Succeeded);
    }

    [Fact]
    public async Task Change_of_many_keys_is_one_change()
    {
        await using var many = new TestInstallation(("Limits:WritesPerMinute", "2"), ("Keys:MaxActivePerProject", "100"));
        var owner = many.SignIn(many.Owner);
        var keys = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            keys.Add((await many.Services.Keys.CreateAsync(many.Owner, new(TestInstallation.Orders, $"key {i}"), Token)).Value.Key.KeyId);
        }

        Assert.Equal(20, (await many.Services.Keys.ChangeManyAsync(owner, keys, new KeyPatch(State: KeyState.Inactive), Token)).Value);
        Assert.Equal(20, (await many.Services.Keys.RevokeManyAsync(owner, keys, Token)).Value);
        Assert.Equal(ErrorCode.RateLimited, (await many.Services.Keys.RevokeManyAsync(owner, keys, Token)).Error?.Code);
    }

    [Fact]
    public async Task Zero_is_no_limit()
    {
        await using var open = new TestInstallation(
            ("Limits:ResourcesPerProject", "0"), ("Limits:AppsPerProject", "0"), ("Limits:ServiceAccountsPerOrganization", "0"), (
                "Limits:WritesPerMinute", "0"));
        var admin = open.SignIn(open.Admin);
        Assert.True((
            await open.Services.Resources.CreateAsync(admin, new(TestInstallation.Orders, "workflow", "intake"), Token)).Succeeded);
        Assert.True((await open.Services.Get<PublishedAppService>()
            .PublishAsync(admin, new(TestInstallation.Orders, "app", "workflow:intake"), Token)).Succeeded);
        Assert.True((await open.Services.Get<ServiceAccountService>().CreateAsync(admin, new("account"), Token)).Succeeded);
    }
}
