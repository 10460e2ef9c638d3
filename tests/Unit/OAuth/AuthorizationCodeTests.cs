using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

/// <summary>Tokens for an authorization code.</summary>
[EveryDatabase]
public sealed class AuthorizationCodeTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Code_is_exchanged_once_and_its_reuse_ends_what_it_gave()
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        var code = await world.Services.CodeAsync(world.Developer, client);
        var issued = (await world.Services.ExchangeAsync(client, code)).Value;
        Assert.Equal((TimeSpan.FromSeconds(3600), "read:workflows"), (issued.ExpiresIn, issued.Scope));
        Assert.Null((await world.Services.AskAsync(issued.AccessToken.Reveal())).Refusal);

        Assert.Equal("invalid_grant", (await world.Services.ExchangeAsync(client, code)).Error.OAuthName());
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(issued.AccessToken.Reveal())).Refusal);
        Assert.Equal("invalid_grant", (await world.Services.RefreshAsync(client, issued.RefreshToken!.Reveal())).Error.OAuthName());
    }

    [Fact]
    public async Task Code_is_valid_for_its_client_redirect_verifier_and_a_minute()
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        var other = (await world.Services.RegisterAsync()).Client.ClientId;
        var code = await world.Services.CodeAsync(world.Developer, client);
        Assert.Equal("invalid_grant", (await world.Services.ExchangeAsync(other, code)).Error.OAuthName());
        Assert.Equal("invalid_grant", (await world.Services.ExchangeAsync(client, code, new string('a', 43))).Error.OAuthName());
        Assert.Equal(
            "invalid_grant", (await world.Services.ExchangeAsync(client, code, redirect: "http://127.0.0.1:1/callback")).Error.OAuthName());
        Assert.Equal("invalid_grant", (await world.Services.ExchangeAsync(client, code, redirect: "")).Error.OAuthName());
        Assert.Equal("invalid_grant", (await world.Services.ExchangeAsync(client, code + "x")).Error.OAuthName());
        world.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("invalid_grant", (await world.Services.ExchangeAsync(client, code)).Error.OAuthName());
        var late = await world.Services.CodeAsync(world.Developer, client);
        world.Time.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromMilliseconds(1));
        Assert.Null((await world.Services.ExchangeAsync(client, late)).Error);
    }

    [Fact]
    public async Task Concurrent_use_of_a_code_counts_as_a_replay()
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        var code = await world.Services.CodeAsync(world.Developer, client);
        var other = world.Run();
        var outcomes = await Task.WhenAll(
            Task.Run(() => world.Services.ExchangeAsync(client, code), Token), Task.Run(() => other.ExchangeAsync(client, code), Token));
        var winner = Assert.Single(outcomes, outcome => outcome.Error is null);
        Assert.Equal("invalid_grant", Assert.Single(outcomes, outcome => outcome.Error is not null).Error.OAuthName());
        Assert.Equal(RefusalCode.InvalidToken, (await world.Services.AskAsync(winner.Value.AccessToken.Reveal())).Refusal);
    }

    [Theory]
    [InlineData("https://mcp.example.com", "https://mcp.example.com/", null)]
    [InlineData("https://mcp.example.com/", "https://mcp.example.com", null)]
    [InlineData("https://mcp.example.com/a", "HTTPS://MCP.EXAMPLE.COM:443/%61", null)]
    [InlineData("https://mcp.example.com", "https://mcp.example.com./", null)]
    [InlineData("https://mcp.example.com/a", "https://mcp.example.com/a/", "invalid_target")]
    [InlineData("https://mcp.example.com", "http://mcp.example.com", "invalid_target")]
    [InlineData("https://mcp.example.com", "https://mcp.example.com:8443", "invalid_target")]
    [InlineData("https://mcp.example.com", "https://other.example.com", "invalid_target")]
    public async Task Resource_is_compared_as_an_address_with_code_and_refresh_token(string approved, string named, string? error)
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        var code = await world.Services.CodeAsync(world.Developer, client, resource: approved);
        var exchanged = await world.Services.IssueAsync(
            ("grant_type", "authorization_code"), ("client_id", client), ("code", code),
            ("code_verifier", OAuthFlow.Verifier), ("redirect_uri", OAuthFlow.Callback), ("resource", named));
        Assert.Equal(error, exchanged.Error.OAuthName());
        var (other, tokens) = await world.Services.ConsentAsync(world.Developer, resource: approved);
        var refreshed = await world.Services.IssueAsync(
            ("grant_type", "refresh_token"), ("client_id", other), ("refresh_token", tokens.RefreshToken!.Reveal()), ("resource", named));
        Assert.Equal(error, refreshed.Error.OAuthName());
        if (error is null)
        {
            // as approved
            Assert.All([exchanged, refreshed], outcome =>
                Assert.Equal([approved], new JsonWebToken(outcome.Value.AccessToken.Reveal()).Audiences));
        }
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
