using Dashboard.Core.Audit;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

/// <summary>What an admin restricted on a member's key, only an admin loosens.</summary>
[EveryDatabase]
public sealed class KeyRestrictionTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Owner_cannot_enable_a_key_that_an_admin_disabled()
    {
        var key = await CreateAsync();
        Assert.True((await ChangeAsync(world.Admin, key, Off)).Value.Restrictions?.Disabled);
        await RefusedAsync(
            world.Developer, key, On, "An admin disabled this key, so only an admin can enable it. Ask an admin of your organization.");
        await RefusedAsync(world.Developer, key, On with { Name = "Renamed" }, "An admin disabled this key");
        Assert.True((await ChangeAsync(world.Developer, key, new("Renamed"))).Succeeded);

        var enabled = (await ChangeAsync(world.Owner, key, On)).Value;
        Assert.Equal((KeyState.Active, null), (enabled.State, enabled.Restrictions));
        Assert.True((await ChangeAsync(world.Developer, key, Off)).Succeeded);
        Assert.True((await ChangeAsync(world.Developer, key, On)).Succeeded);
    }

    [Fact]
    public async Task Admin_holds_a_key_that_its_owner_had_disabled()
    {
        var key = await CreateAsync();
        await ChangeAsync(world.Developer, key, Off);
        Assert.True((await ChangeAsync(world.Admin, key, Off)).Succeeded);
        await RefusedAsync(world.Developer, key, On, "An admin disabled this key");
        Assert.Null(await world.Services.Get<AuditVerifier>().FindBreakAsync(world.OrganizationId("acme"), Token));
    }

    [Fact]
    public async Task What_admins_do_to_their_own_keys_restricts_nobody()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Admin, new(TestInstallation.Orders, "Own"), Token)).Value.Key.KeyId;
        Assert.Null((await ChangeAsync(
            world.Admin, key, Off with { Limits = new() { AllowedIps = ["10.0.0.0/8"], RequestsPerMinute = 10 } })).Value.Restrictions);
        world.SetRole("acme", world.Admin, OrganizationRole.Developer);
        Assert.True((
            await ChangeAsync(world.Admin, key, On with { Limits = new() { AllowedIps = null, RequestsPerMinute = null } })).Succeeded);
    }

    [Fact]
    public async Task Owner_narrows_an_admins_list_but_does_not_widen_it()
    {
        var key = await CreateAsync();
        await ChangeAsync(world.Admin, key, Ips("10.0.0.0/8", "192.0.2.0/25", "192.0.2.128/25"));
        foreach (var within in new string[][] { ["10.2.0.0/16"], ["10.1.2.3", "192.0.2.0/24"], ["10.0.0.0/8"] })
        {
            Assert.Equal(within.Select(x => x.Contains('/', StringComparison.Ordinal) ? x
                : $"{x}/32"), (await ChangeAsync(world.Developer, key, Ips(within))).Value.AllowedIps);
        }

        foreach (var beyond in new string[][] { ["10.0.0.0/7"], ["10.0.0.0/8", "203.0.113.7"], ["::/0"], ["192.0.0.0/16"] })
        {
            await RefusedAsync(world.Developer, key, Ips(beyond),
                "An admin limited this key to 10.0.0.0/8 192.0.2.0/25 192.0.2.128/25. You can narrow the list but not widen it.");
        }

        await RefusedAsync(world.Developer, key, new(Limits: new() { AllowedIps = null }), "An admin limited this key");
        Assert.Null((await ChangeAsync(world.Admin, key, new(Limits: new() { AllowedIps = null }))).Value.Restrictions);
        Assert.True((await ChangeAsync(world.Developer, key, Ips("0.0.0.0/0"))).Succeeded);
    }

    [Fact]
    public async Task Owner_lowers_an_admins_rate_limit_but_does_not_raise_it()
    {
        var key = await CreateAsync();
        await ChangeAsync(world.Admin, key, Rate(100));
        Assert.Equal(20, (await ChangeAsync(world.Developer, key, Rate(20))).Value.RequestsPerMinute);
        Assert.Equal(100, (await ChangeAsync(world.Developer, key, Rate(100))).Value.RequestsPerMinute);
        await RefusedAsync(world.Developer, key, Rate(101),
            "An admin limited this key to 100 requests a minute. You can lower the limit but not raise it.");
        await RefusedAsync(world.Developer, key, Rate(null), "An admin limited this key to 100 requests a minute.");
        await ChangeAsync(world.Owner, key, Rate(500));
        Assert.True((await ChangeAsync(world.Developer, key, Rate(500))).Succeeded);
        await ChangeAsync(world.Owner, key, Rate(null));
        Assert.True((await ChangeAsync(world.Developer, key, Rate(1000))).Succeeded);
    }

    [Fact]
    public async Task Refusal_of_one_of_many_names_the_key_and_changes_none()
    {
        var (first, second) = (await CreateAsync("First"), await CreateAsync("Second"));
        await ChangeAsync(world.Developer, first, Off);
        await ChangeAsync(world.Admin, second, Off);
        var before = world.Dump();
        var refused = (await world.Services.Keys.ChangeManyAsync(world.Developer, [first, second], On, Token)).Error;
        Assert.Equal(ErrorCode.Forbidden, refused?.Code);
        Assert.StartsWith("Second: An admin disabled this key", refused!.Detail, StringComparison.Ordinal);
        Assert.Equal(before, world.Dump());
        Assert.True((await world.Services.Keys.ChangeManyAsync(world.Admin, [first, second], On, Token)).Succeeded);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static KeyPatch On { get; } = new(State: KeyState.Active);

    static KeyPatch Off { get; } = new(State: KeyState.Inactive);

    static KeyPatch Ips(params string[] networks) => new(Limits: new() { AllowedIps = networks });

    static KeyPatch Rate(int? limit) => new(Limits: new() { RequestsPerMinute = limit });

    async Task<string> CreateAsync(string name = "Backend") =>
        (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, name), Token)).Value.Key.KeyId;

    Task<Result<KeySummary>> ChangeAsync(Actor actor, string key, KeyPatch patch) =>
        world.Services.Keys.ChangeAsync(actor, key, patch, Token);

    async Task RefusedAsync(Actor actor, string key, KeyPatch patch, string beginning)
    {
        var before = world.Dump();
        var refused = (await ChangeAsync(actor, key, patch)).Error;
        Assert.Equal(ErrorCode.Forbidden, refused?.Code);
        Assert.StartsWith(beginning, refused!.Detail, StringComparison.Ordinal);
        Assert.Equal(before, world.Dump());
    }
}
