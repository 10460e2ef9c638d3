using Dashboard.Core.OAuth;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

/// <summary>Device requests and authorizations from the user's side.</summary>
[EveryDatabase]
public sealed class DeviceRequestsTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    DeviceRequests Devices => world.Services.Get<DeviceRequests>();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Code_is_found_in_any_form_with_the_request_details()
    {
        var device = await world.Services.DeviceAsync();
        var code = device.UserCode.Reveal();
        foreach (var typed in new[] { code, code.ToLowerInvariant(), code.Replace("-", "", StringComparison.Ordinal), $" {code.Replace('-', ' ')} ",
            code.Replace('-', '\u2014'), code.Replace('-', '\u00A0'), code.Replace('-', '_'), $"{code}\r\n", $"\"{code}\"", $"\u201C{code}\u201D.", string.Join('\u200B', code.AsEnumerable()),
            string.Concat(code.Select(c => c == '-' ? '\uFF0D' : (char)(c + 0xFEE0))), $"{code}\ud800", $"1{code}2" })
        {
            world.Time.Advance(TimeSpan.FromMinutes(1)); // guesses are limited
            var request = (await Devices.FindAsync(world.Developer, typed, Token)).Value;
            Assert.Equal((code, OAuthClient.CommandLineId, "127.0.0.1", "curl/8", TestInstallation.Start), (request.UserCode, request.Client.ClientId, request.Address, request.UserAgent, request.CreatedAt));
            Assert.Equal(["api"], request.Scopes);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("WDJB-MJH")]
    [InlineData("WDJB-MJHTX")]
    [InlineData("AEIO-UYAE")]
    [InlineData("1234-5678")]
    [InlineData("WDJB-MJHT")]
    public async Task Code_of_no_device_is_unknown(string? typed)
    {
        Assert.Equal(ErrorCode.InvalidRequest, (await Devices.FindAsync(world.Developer, typed, Token)).Error?.Code);
        Assert.Equal(ErrorCode.InvalidRequest, (await Devices.ApproveAsync(world.Developer, typed, "acme", Token)).Error?.Code);
        Assert.Equal(ErrorCode.InvalidRequest, (await Devices.DenyAsync(world.Developer, typed, Token)).Error?.Code);
    }

    [Fact]
    public async Task Guesses_are_limited_per_user()
    {
        var device = await world.Services.DeviceAsync();
        for (var i = 0; i < 10; i++)
        {
            await Devices.FindAsync(world.Developer, "BBBB-BBBB", Token);
        }

        Assert.Equal(ErrorCode.RateLimited, (await Devices.FindAsync(world.Developer, device.UserCode.Reveal(), Token)).Error?.Code);
        Assert.Equal(ErrorCode.RateLimited, (await Devices.ApproveAsync(world.Developer, device.UserCode.Reveal(), "acme", Token)).Error?.Code);
        Assert.True((await Devices.FindAsync(world.Admin, device.UserCode.Reveal(), Token)).Succeeded);
    }

    [Fact]
    public async Task Device_is_approved_for_an_organization_of_the_person_and_only_once()
    {
        var device = await world.Services.DeviceAsync();
        Assert.Equal(ErrorCode.NotFound, (await Devices.ApproveAsync(world.Developer, device.UserCode.Reveal(), "globex", Token)).Error?.Code);
        Assert.Null((await Devices.ApproveAsync(world.Developer, device.UserCode.Reveal(), "acme", Token)).Error);
        Assert.NotNull((await Devices.DenyAsync(world.Developer, device.UserCode.Reveal(), Token)).Error);
        Assert.NotNull((await Devices.ApproveAsync(world.Stranger, device.UserCode.Reveal(), "globex", Token)).Error);
        Assert.Equal("person-3", new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken((await world.Services.PollAsync(device)).Value.AccessToken.Reveal()).Subject);
    }

    [Fact]
    public async Task Of_two_concurrent_decisions_one_applies()
    {
        var device = await world.Services.DeviceAsync();
        var other = world.Run();
        var outcomes = await Task.WhenAll(
            Task.Run(() => Devices.ApproveAsync(world.Developer, device.UserCode.Reveal(), "acme", Token), Token),
            Task.Run(() => other.Get<DeviceRequests>().DenyAsync(world.Admin, device.UserCode.Reveal(), Token), Token));
        Assert.Single(outcomes, outcome => outcome.Succeeded);
    }

    [Fact]
    public async Task Member_lists_and_ends_their_own_and_an_admin_the_organizations()
    {
        var authorizations = world.Services.Get<AuthorizationService>();
        var tokens = await world.Services.CommandLineAsync(world.Developer);
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await world.Services.ConsentAsync(world.Developer);
        var own = (await authorizations.ListAsync(world.Developer, new(Limit: 1), Token)).Value;
        var app = Assert.Single(own.Items);
        Assert.Equal(("Assistant", false, "acme", "Dora"), (app.ClientName, app.IsVerified, app.Organization, app.Owner.Name));
        var cli = Assert.Single((await authorizations.ListAsync(world.Developer, new(Cursor: own.NextCursor, Limit: 1), Token)).Value.Items);
        Assert.Equal((OAuthClient.CommandLineId, true, TestInstallation.Start, TestInstallation.Start.AddDays(30)), (cli.ClientId, cli.IsVerified, cli.LastUsedAt, cli.ExpiresAt));

        Assert.Equal(ErrorCode.Forbidden, (await authorizations.ListAsync(world.Developer, new("acme"), Token)).Error?.Code);
        Assert.Equal(ErrorCode.NotFound, (await authorizations.ListAsync(world.Stranger, new("acme"), Token)).Error?.Code);
        Assert.Equal(2, (await authorizations.ListAsync(world.Admin, new("acme"), Token)).Value.Items.Count);
        Assert.Empty((await authorizations.ListAsync(world.Admin, new(), Token)).Value.Items);

        foreach (var stranger in new[] { world.Viewer, world.Stranger })
        {
            Assert.Equal(ErrorCode.NotFound, (await authorizations.DisconnectAsync(stranger, cli.Id, Token)).Error?.Code);
        }

        Assert.Null((await world.Services.AskAsync(tokens.AccessToken.Reveal())).Refusal);
        Assert.Null((await authorizations.DisconnectAsync(world.Admin, cli.Id, Token)).Error);
        Assert.Null((await authorizations.DisconnectAsync(world.Developer, cli.Id, Token)).Error); // repeating it succeeds
        Assert.NotNull((await world.Services.AskAsync(tokens.AccessToken.Reveal())).Refusal);
        Assert.Equal("invalid_grant", (await world.Services.RefreshAsync(OAuthClient.CommandLineId, tokens.RefreshToken!.Reveal())).Error.OAuthName());
        Assert.Single((await authorizations.ListAsync(world.Developer, new(), Token)).Value.Items);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
