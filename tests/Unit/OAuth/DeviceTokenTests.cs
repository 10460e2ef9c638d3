using Dashboard.Core.OAuth;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

/// <summary>Tokens for a device code.</summary>
[EveryDatabase]
public sealed class DeviceTokenTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Concurrent_use_of_a_device_code_issues_tokens_once()
    {
        var device = await world.Services.DeviceAsync();
        await world.Services.Get<DeviceRequests>().ApproveAsync(world.Developer, device.UserCode.Reveal(), "acme", Token);
        var other = world.Run();
        var outcomes =
            await Task.WhenAll(Task.Run(() => world.Services.PollAsync(device), Token), Task.Run(() => other.PollAsync(device), Token));
        Assert.Single(outcomes, outcome => outcome.Error is null);
        Assert.Equal("invalid_grant", Assert.Single(outcomes, outcome => outcome.Error is not null).Error.OAuthName());
    }

    [Fact]
    public async Task Device_waits_slows_down_and_gets_its_tokens()
    {
        var device = await world.Services.DeviceAsync();
        Assert.Equal((TimeSpan.FromSeconds(1800), TimeSpan.FromSeconds(5)), (device.ExpiresIn, device.Interval));
        Assert.Matches("^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$", device.UserCode.Reveal());
        await PollsAsync(device, "authorization_pending");
        world.Time.Advance(TimeSpan.FromSeconds(5));
        await PollsAsync(device, "authorization_pending");
        world.Time.Advance(TimeSpan.FromSeconds(4.9));
        await PollsAsync(device, "slow_down");
        world.Time.Advance(TimeSpan.FromSeconds(9.9)); // the interval is now 10 seconds
        await PollsAsync(device, "slow_down");
        world.Time.Advance(TimeSpan.FromSeconds(15));
        await PollsAsync(device, "authorization_pending");
        await world.Services.Get<DeviceRequests>().ApproveAsync(world.Developer, device.UserCode.Reveal(), "acme", Token);
        var issued = (await world.Services.PollAsync(device)).Value;
        Assert.Equal(("api", TimeSpan.FromSeconds(3600)), (issued.Scope, issued.ExpiresIn));
        Assert.NotNull(issued.RefreshToken);
        await PollsAsync(device, "invalid_grant");
    }

    [Fact]
    public async Task Denied_or_expired_device_gets_an_error()
    {
        var (denied, late, approved) =
            (await world.Services.DeviceAsync(), await world.Services.DeviceAsync(), await world.Services.DeviceAsync());
        await world.Services.Get<DeviceRequests>().DenyAsync(world.Developer, denied.UserCode.Reveal(), Token);
        await PollsAsync(denied, "access_denied");
        await world.Services.Get<DeviceRequests>().ApproveAsync(world.Developer, approved.UserCode.Reveal(), "acme", Token);
        world.Time.Advance(TimeSpan.FromSeconds(1800));
        await PollsAsync(late, "expired_token");
        await PollsAsync(approved, "expired_token");
        Assert.NotNull(
            (await world.Services.Get<DeviceRequests>().ApproveAsync(world.Developer, late.UserCode.Reveal(), "acme", Token)).Error);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    async Task PollsAsync(DeviceGrant device, string error) =>
        Assert.Equal(error, (await world.Services.PollAsync(device)).Error.OAuthName());
}
