using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class KeyPolicyTests : IAsyncDisposable
{
    static readonly DateTimeOffset latest = new(2027, 2, 20, 0, 0, 0, TimeSpan.Zero); // the end of 19 Feb 2027, 90 days after the start

    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    KeyService Keys => world.Services.Keys;

    [Fact]
    public async Task Only_owners_change_policies_and_the_log_says_what_changed()
    {
        foreach (var (person, code) in new[]
        {
            (world.Admin, ErrorCode.Forbidden), (world.Developer, ErrorCode.Forbidden), (world.Viewer, ErrorCode.Forbidden), (
                world.Stranger, ErrorCode.NotFound),
        })
        {
            Assert.Equal(code, (await SetAsync(person, before => before with { MaxLiveKeyDays = 90 })).Error?.Code);
        }

        foreach (var days in new[] { 0, -1, 3651 })
        {
            Assert.Equal(
                ["max_live_key_days"], (await SetAsync(world.Owner, before => before with { MaxLiveKeyDays = days })).Error?.Errors?.Keys);
        }

        var set = (await SetAsync(world.Owner, before => before with { MaxLiveKeyDays = 90, RequireTwoFactor = true })).Value.Policies;
        Assert.Equal(new OrganizationPolicies(true, 90), set);
        Assert.Equal(set, (await world.Services.Projects.FindOrganizationAsync(world.Viewer, "acme", Token)).Value.Policies);
        Assert.Equal(set, (await world.Services.Projects.FindAsync(world.Viewer, new("acme", "orders"), Token)).Value.Policies);
        Assert.Equal(OrganizationPolicies.None,
            (await world.Services.Projects.FindOrganizationAsync(world.Stranger, "globex", Token)).Value.Policies);
        await SetAsync(world.Owner, before => before); // changes nothing, and is no row
        var row = Assert.Single(await Audit.AuditSamples.ReadAsync(world, "organization.policies_changed"));
        Assert.Equal(
            """{"from":"require_two_factor off, max_live_key_days none","to":"require_two_factor on, max_live_key_days 90"}""",
            row.Details);
    }

    [Fact]
    public async Task Stale_session_cannot_change_policies()
    {
        var owner = world.SignIn(world.Owner);
        world.Time.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(ErrorCode.FreshSignInRequired, (await SetAsync(owner, before => before with { MaxLiveKeyDays = 90 })).Error?.Code);
    }

    [Fact]
    public async Task New_live_key_must_end_within_its_longest_life()
    {
        await SetAsync(world.Owner, before => before with { MaxLiveKeyDays = 90 });
        foreach (var end in new DateTimeOffset?[] { null, latest.AddMilliseconds(1), latest.AddYears(1) })
        {
            var refused = (await CreateAsync(world.Owner, expiresAt: end)).Error;
            Assert.Equal(
                "A live key of this organization lives 90 days at most. Choose 19 Feb 2027 or earlier.", refused?.Errors?["expires_at"]);
        }

        Assert.True((await CreateAsync(world.Developer, expiresAt: latest)).Succeeded);
        Assert.True((await CreateAsync(world.Developer, KeyEnvironment.Test)).Succeeded);
        // another organization's
        Assert.True((await Keys.CreateAsync(world.Stranger, new(TestInstallation.Billing, "x"), Token)).Succeeded);
    }

    [Fact]
    public async Task Extension_counts_from_the_creation_and_sooner_is_always_allowed()
    {
        var old = (await CreateAsync(world.Developer)).Value.Key.KeyId;
        await SetAsync(world.Owner, before => before with { MaxLiveKeyDays = 90 });
        var key = (await CreateAsync(world.Developer, expiresAt: latest.AddDays(-60))).Value.Key.KeyId;
        world.Time.Advance(TimeSpan.FromDays(10));
        Assert.Equal(["expires_at"], (await EndAsync(key, latest.AddDays(10))).Error?.Errors?.Keys);
        Assert.Equal(["expires_at"], (await EndAsync(key, null)).Error?.Errors?.Keys);
        Assert.True((await EndAsync(key, latest)).Succeeded);
        Assert.True((await EndAsync(old, latest.AddYears(1))).Succeeded); // had no end, and so gets one sooner
        Assert.True((await EndAsync(old, latest.AddDays(200))).Succeeded);
        Assert.Equal(["expires_at"], (await EndAsync(old, latest.AddDays(201))).Error?.Errors?.Keys);
        Assert.Equal(["expires_at"],
            (await Keys.ChangeManyAsync(world.Developer, [key, old], new(ExpiresAt: Expiry.Never), Token)).Error?.Errors?.Keys);
        Assert.True((await Keys.ChangeAsync(world.Developer, old, new(Name: "Renamed", State: KeyState.Inactive), Token)).Succeeded);
    }

    [Fact]
    public async Task Developers_create_only_test_keys_where_live_ones_are_for_admins()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        await SetAsync(world.Owner, before => before with { DevelopersCreateLiveKeys = false });
        Assert.Equal(ErrorCode.Forbidden, (await CreateAsync(world.Developer)).Error?.Code);
        Assert.Equal(
            ErrorCode.Forbidden,
            (await world.Services.Get<PublishedAppService>()
                .PublishAsync(world.Developer, new(TestInstallation.Orders, "Desk", "workflow:intake"), Token)).Error?.Code);
        Assert.True((await CreateAsync(world.Developer, KeyEnvironment.Test)).Succeeded);
        Assert.True((await CreateAsync(world.Admin)).Succeeded);
    }

    [Fact]
    public async Task Live_keys_need_an_allow_list_that_allows_not_everything_and_keep_it()
    {
        var old = (await CreateAsync(world.Developer)).Value.Key.KeyId;
        await SetAsync(world.Owner, before => before with { LiveKeysNeedAllowList = true });
        Assert.Equal(["allowed_ips"], (await CreateAsync(world.Owner)).Error?.Errors?.Keys);
        Assert.Equal(["allowed_ips"], (await CreateAsync(world.Owner, networks: ["0.0.0.0/0"])).Error?.Errors?.Keys);
        var key = (await CreateAsync(world.Developer, networks: ["10.0.0.0/8"])).Value.Key.KeyId;
        Assert.Equal(["allowed_ips"], (await LimitAsync(key, null)).Error?.Errors?.Keys);
        Assert.True((await LimitAsync(key, ["10.2.0.0/16"])).Succeeded);
        Assert.True((await LimitAsync(old, null)).Succeeded); // it had none
        Assert.True((await CreateAsync(world.Developer, KeyEnvironment.Test)).Succeeded);
    }

    [Fact]
    public async Task First_key_of_a_service_account_lives_as_long_as_a_live_key_may()
    {
        await SetAsync(world.Owner, before => before with { MaxLiveKeyDays = 90 });
        Assert.Equal(latest, (await AccountAsync(KeyEnvironment.Live)).Value.Key.Key.ExpiresAt);
        Assert.Null((await AccountAsync(KeyEnvironment.Test)).Value.Key.Key.ExpiresAt);
        await SetAsync(world.Owner, before => before with { LiveKeysNeedAllowList = true });
        Assert.Equal(["environment"], (await AccountAsync(KeyEnvironment.Live)).Error?.Errors?.Keys);
        Assert.True((await AccountAsync(KeyEnvironment.Test)).Succeeded);
    }

    [Fact]
    public async Task Change_with_a_taken_slug_changes_no_policy()
    {
        var organizations = world.Services.Get<OrganizationService>();
        var refused = await organizations.ChangeAsync(
            world.Owner, "acme", new("Other", "globex", before => before with { MaxLiveKeyDays = 90 }), Token);
        Assert.Equal(ErrorCode.Conflict, refused.Error?.Code);
        var read = (await world.Services.Projects.FindOrganizationAsync(world.Owner, "acme", Token)).Value;
        Assert.Equal(("acme", (int?)null), (read.Name, read.Policies.MaxLiveKeyDays));
    }

    [Fact]
    public async Task Managed_key_follows_its_app_and_needs_no_expiry()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        await SetAsync(world.Owner, before => before with { MaxLiveKeyDays = 90, LiveKeysNeedAllowList = true });
        Assert.True((await world.Services.Get<PublishedAppService>()
            .PublishAsync(world.Developer, new(TestInstallation.Orders, "Desk", "workflow:intake"), Token)).Succeeded);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    Task<Result<OrganizationAccess>> SetAsync(Actor actor, Func<OrganizationPolicies, OrganizationPolicies> patch) =>
        world.Services.Get<OrganizationService>().ChangeAsync(actor, "acme", new(Policies: patch), Token);

    Task<Result<IssuedKey>> CreateAsync(
        Actor actor, KeyEnvironment environment = KeyEnvironment.Live, DateTimeOffset? expiresAt =
            null, IReadOnlyList<string>? networks = null) =>
        Keys.CreateAsync(actor, new(TestInstallation.Orders, "Backend", environment, ExpiresAt: expiresAt, AllowedIps: networks), Token);

    Task<Result<KeySummary>> EndAsync(string key, DateTimeOffset? at) =>
        Keys.ChangeAsync(world.Developer, key, new(ExpiresAt: new(at)), Token);

    Task<Result<KeySummary>> LimitAsync(string key, IReadOnlyList<string>? networks) =>
        Keys.ChangeAsync(world.Developer, key, new(Limits: new() { AllowedIps = networks }), Token);

    Task<Result<IssuedServiceAccount>> AccountAsync(KeyEnvironment environment) =>
        world.Services.Get<ServiceAccountService>().CreateAsync(world.Admin, new("gateway", Environment: environment), Token);
}
