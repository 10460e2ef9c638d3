using Dashboard.Core.Accounts;
using Dashboard.Core.Keys;
using Dashboard.Core.OAuth;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

[EveryDatabase]
public sealed class PresenceTests : IAsyncLifetime
{
    const string Password = "a lighthouse keeps nine otters";

    readonly TestInstallation world = new();
    readonly PresenceService presence;
    readonly Actor owner;

    public PresenceTests()
    {
        presence = world.Services.Get<PresenceService>();
        owner = world.SignIn(world.Owner);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        world.SetPassword(owner, Password);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Proof_counts_for_15_minutes()
    {
        Assert.Equal(TestInstallation.Start.AddMinutes(15), await presence.FindFreshUntilAsync(owner, Token));
        world.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Null(await presence.FindFreshUntilAsync(owner, Token));
        Assert.Equal(TestInstallation.Start.AddMinutes(30), (await presence.ConfirmAsync(owner, Password, Token)).Value);
        Assert.Equal(TestInstallation.Start.AddMinutes(30), await presence.FindFreshUntilAsync(owner, Token));
        Assert.Null(await presence.FindFreshUntilAsync(world.SignIn(world.Owner) with { Id = world.Admin.Id }, Token));
    }

    [Theory]
    [InlineData(KeyEnvironment.Live, null, true)]
    [InlineData(KeyEnvironment.Live, "write", true)]
    [InlineData(KeyEnvironment.Live, "read execute", false)]
    [InlineData(KeyEnvironment.Test, null, false)]
    public async Task Live_key_that_may_write_needs_a_fresh_proof(KeyEnvironment environment, string? permissions, bool needed)
    {
        NewKey key = new(TestInstallation.Orders, "Backend", environment, Permissions: permissions?.Split(' '));
        Assert.True((await world.Services.Keys.CreateAsync(owner, key, Token)).Succeeded);
        world.Time.Advance(TimeSpan.FromMinutes(15));
        var before = world.Dump();
        var stale = await world.Services.Keys.CreateAsync(owner, key, Token);
        Assert.Equal(needed ? ErrorCode.FreshSignInRequired : null, stale.Error?.Code);
        Assert.Equal(needed, before == world.Dump());
        await presence.ConfirmAsync(owner, Password, Token);
        Assert.True((await world.Services.Keys.CreateAsync(owner, key, Token)).Succeeded);
    }

    [Fact]
    public async Task Service_account_with_a_live_key_that_may_write_needs_a_fresh_proof()
    {
        world.Time.Advance(TimeSpan.FromMinutes(15));
        var accounts = world.Services.Get<ServiceAccountService>();
        Assert.Equal(ErrorCode.FreshSignInRequired, (await accounts.CreateAsync(owner, new("gateway"), Token)).Error?.Code);
        Assert.True((await accounts.CreateAsync(owner, new("gateway", Permissions: ["read"]), Token)).Succeeded);
    }

    [Fact]
    public async Task Approving_the_command_line_needs_a_fresh_proof()
    {
        var code = await UserCodeAsync();
        world.Time.Advance(TimeSpan.FromMinutes(15));
        var devices = world.Services.Get<DeviceRequests>();
        Assert.Equal(ErrorCode.FreshSignInRequired, (await devices.ApproveAsync(owner, code, "acme", Token)).Error?.Code);
        await presence.ConfirmAsync(owner, Password, Token);
        Assert.Null((await devices.ApproveAsync(owner, code, "acme", Token)).Error);
        var denied = await UserCodeAsync();
        world.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Null((await devices.DenyAsync(owner, denied, Token)).Error);
    }

    [Fact]
    public async Task Five_wrong_passwords_pause_the_session_and_nobody_else()
    {
        var other = world.SignIn(world.Owner);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(ErrorCode.InvalidCredentials, (await presence.ConfirmAsync(owner, "wrong", Token)).Error?.Code);
        }

        Assert.Equal(ErrorCode.RateLimited, (await presence.ConfirmAsync(owner, Password, Token)).Error?.Code);
        Assert.True((await presence.ConfirmAsync(other, Password, Token)).Succeeded);
        var signIn = world.Services.Get<SignInService>();
        Assert.True((await signIn.SignInAsync(new("olga@example.com", Password, false, SignInFixture.Office, null), Token)).Succeeded);
        world.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.True((await presence.ConfirmAsync(owner, Password, Token)).Succeeded);
    }

    [Fact]
    public async Task Ended_session_and_token_confirm_nothing()
    {
        await world.Services.Get<SessionService>().EndAsync(owner, Token);
        Assert.Equal(ErrorCode.SessionRequired, (await presence.ConfirmAsync(owner, Password, Token)).Error?.Code);
        var token = world.Owner with { Token = new("x", "latchkey-cli", 1) };
        Assert.Equal(ErrorCode.SessionRequired, (await presence.ConfirmAsync(token, Password, Token)).Error?.Code);
        Assert.Equal(ErrorCode.InvalidRequest, (await presence.ConfirmAsync(world.SignIn(world.Owner), "", Token)).Error?.Code);
    }

    async Task<string> UserCodeAsync()
    {
        var device = await world.Services.DeviceAsync("api");
        return device.UserCode.Reveal();
    }
}
