using Dashboard.Core.OAuth;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.WebUtilities;
using Xunit;

namespace Dashboard.Tests.Unit.OAuth;

/// <summary>Authorization requests: what is shown, what is redirected with an error, and what is not redirected.</summary>
[EveryDatabase]
public sealed class AuthorizationRequestsTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    AuthorizationRequests Requests => world.Services.Get<AuthorizationRequests>();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1/callback", true)]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:49152/callback", true)]
    [InlineData("http://127.0.0.1:1234/callback", "http://127.0.0.1/callback", true)]
    [InlineData("http://[::1]/callback", "http://[::1]:49152/callback", true)]
    [InlineData("http://localhost:3000/callback", "http://localhost:4000/callback", true)]
    [InlineData("http://127.0.0.1/callback", "http://localhost/callback", false)]
    [InlineData("http://127.0.0.1/callback", "https://127.0.0.1:49152/callback", false)]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:49152/callback/", false)]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:49152/callback?x=1", false)]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:49152@evil.example/callback", false)]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1.evil.example/callback", false)]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:49152/x/../callback", false)]
    [InlineData("https://app.example.com/cb", "https://app.example.com/cb", true)]
    [InlineData("https://app.example.com/cb", "https://app.example.com:443/cb", false)]
    [InlineData("https://app.example.com/cb", "https://app.example.com/cb/evil", false)]
    [InlineData("https://app.example.com/cb", "https://app.example.com/CB", false)]
    [InlineData("https://app.example.com/cb", "https://app.example.com/cb#x", false)]
    [InlineData("com.example.app:/cb", "com.example.app:/cb", true)]
    public async Task Redirect_uri_is_the_registered_one_but_for_a_loopback_port(string registered, string asked, bool fits)
    {
        var client = (await world.Services.RegisterAsync(new("Assistant", [registered], AuthMethods.None))).Client.ClientId;
        var check = await Requests.CheckAsync(With(client, ("redirect_uri", asked)), [], OAuthFlow.Origin.Issuer, Token);
        Assert.Equal((fits, !fits, (string?)null), (check.Request is not null, check.Shown is not null, check.Redirect));
    }

    [Theory]
    [InlineData("response_type", "", "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "code token", "unsupported_response_type")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("code_challenge", "", "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge_method", "", "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("scope", "api", "invalid_scope")]
    [InlineData("scope", "read:spaceships", "invalid_scope")]
    [InlineData("scope", "write:workflows", "invalid_scope")]
    [InlineData("resource", "not an address", "invalid_target")]
    [InlineData("resource", "https://api.example.com/#x", "invalid_target")]
    [InlineData("resource", "https://api.example.com/?x", "invalid_target")]
    [InlineData("resource", "https://user@api.example.com/", "invalid_target")]
    [InlineData("resource", "ftp://api.example.com/", "invalid_target")]
    [InlineData("request", "eyJ", "request_not_supported")]
    [InlineData("request_uri", "https://app.example.com/r", "request_uri_not_supported")]
    public async Task Error_goes_back_to_the_client_with_state_and_issuer(string name, string value, string error)
    {
        var client = (await world.Services.RegisterAsync(new("Assistant", [OAuthFlow.Callback], AuthMethods.None, Scope: "read:workflows"))).Client.ClientId;
        var check = await Requests.CheckAsync(With(client, (name, value)), [], OAuthFlow.Origin.Issuer, Token);
        Assert.Equal((null, null), (check.Request, check.Shown));
        var answer = QueryHelpers.ParseQuery(new Uri(check.Redirect!).Query);
        Assert.StartsWith(OAuthFlow.Callback + "?", check.Redirect, StringComparison.Ordinal);
        Assert.Equal((error, "xyz", OAuthFlow.Origin.Issuer), (answer["error"].ToString(), answer["state"].ToString(), answer["iss"].ToString()));
    }

    [Theory]
    [InlineData("client_id", "latchkey-app-nobody")]
    [InlineData("client_id", "")]
    [InlineData("client_id", "latchkey-cli")]
    [InlineData("redirect_uri", "https://evil.example/")]
    [InlineData("redirect_uri", "javascript:alert(1)")]
    public async Task Unknown_client_or_redirect_uri_is_shown_and_not_redirected(string name, string value)
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        var check = await Requests.CheckAsync(With(client, (name, value)), [], OAuthFlow.Origin.Issuer, Token);
        Assert.NotNull(check.Shown);
        Assert.Equal((null, null), (check.Request, check.Redirect));
    }

    [Fact]
    public async Task Repeated_parameter_is_refused()
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        Assert.NotNull((await Requests.CheckAsync(With(client), ["redirect_uri"], OAuthFlow.Origin.Issuer, Token)).Shown);
        Assert.NotNull((await Requests.CheckAsync(With(client), ["client_id"], OAuthFlow.Origin.Issuer, Token)).Shown);
        var check = await Requests.CheckAsync(With(client), ["state"], OAuthFlow.Origin.Issuer, Token);
        Assert.Contains("error=invalid_request", check.Redirect, StringComparison.Ordinal);
        Assert.DoesNotContain("state=", check.Redirect, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approval_goes_back_with_code_state_and_issuer_and_a_denial_says_so()
    {
        var client = (await world.Services.RegisterAsync(new("Assistant", ["https://app.example.com/cb?tenant=7"], AuthMethods.None))).Client.ClientId;
        var request = (await Requests.CheckAsync(With(client, ("redirect_uri", "https://app.example.com/cb?tenant=7")), [], OAuthFlow.Origin.Issuer, Token)).Request!;
        Assert.Equal(ErrorCode.NotFound, (await Requests.ApproveAsync(world.Developer, request, "globex", OAuthFlow.Origin.Issuer, Token)).Error?.Code);
        var approved = QueryHelpers.ParseQuery(new Uri((await Requests.ApproveAsync(world.Developer, request, "acme", OAuthFlow.Origin.Issuer, Token)).Value.Reveal()).Query);
        Assert.Equal(("7", "xyz", OAuthFlow.Origin.Issuer), (approved["tenant"].ToString(), approved["state"].ToString(), approved["iss"].ToString()));
        Assert.NotEmpty(approved["code"].ToString());
        var denied = QueryHelpers.ParseQuery(new Uri(AuthorizationRequests.Deny(request, OAuthFlow.Origin.Issuer)).Query);
        Assert.Equal(("access_denied", "xyz", OAuthFlow.Origin.Issuer), (denied["error"].ToString(), denied["state"].ToString(), denied["iss"].ToString()));
        Assert.False(denied.ContainsKey("code"));
    }

    [Theory]
    [InlineData("", "invalid_redirect_uri")]
    [InlineData("javascript:alert(1)", "invalid_redirect_uri")]
    [InlineData("data:text/html,x", "invalid_redirect_uri")]
    [InlineData("http://app.example.com/cb", "invalid_redirect_uri")]
    [InlineData("https://app.example.com/cb#x", "invalid_redirect_uri")]
    [InlineData("https://*.example.com/cb", "invalid_redirect_uri")]
    [InlineData("https://user:word@app.example.com/cb", "invalid_redirect_uri")]
    [InlineData("custom:/cb", "invalid_redirect_uri")]
    [InlineData("//app.example.com/cb", "invalid_redirect_uri")]
    [InlineData("https://app.example.com/cb", null)]
    [InlineData("com.example.app:/cb", null)]
    public async Task Client_registers_only_addresses_that_can_be_its_own(string uri, string? error)
    {
        var outcome = await world.Services.Get<ClientRegistration>().RegisterAsync(new("x", [uri]), OAuthFlow.Origin, Token);
        Assert.Equal(error, outcome.Error.OAuthName());
    }

    [Fact]
    public async Task Registration_is_bounded_by_address_and_number_and_can_be_closed()
    {
        for (var i = 0; i < 20; i++)
        {
            await world.Services.RegisterAsync();
        }

        Assert.Equal(429, (await world.Services.Get<ClientRegistration>().RegisterAsync(new("x", [OAuthFlow.Callback]), OAuthFlow.Origin, Token)).Error.OAuthStatus());
        var closed = world.Run(("OAuth:Registration", "false"));
        Assert.Equal(403, (await closed.Get<ClientRegistration>().RegisterAsync(new("x", [OAuthFlow.Callback]), OAuthFlow.Origin, Token)).Error.OAuthStatus());
        world.Sql($"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ClientRegistration.MaxUnapproved}) INSERT INTO OAuthClients (ClientId, Name, AuthMethod, RedirectUris, GrantTypes, Scope, CreatedAt) SELECT 'latchkey-app-' || i, 'x', 'none', 'https://x.example/', 'authorization_code', '', 0 FROM n");
        Assert.Equal(429, (await world.Run().Get<ClientRegistration>().RegisterAsync(new("x", [OAuthFlow.Callback]), OAuthFlow.Origin, Token)).Error.OAuthStatus());
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static OAuthParameters With(string client, params (string Name, string Value)[] others)
    {
        string[] names = ["client_id", "response_type", "redirect_uri", "code_challenge", "code_challenge_method", "scope", "state", "resource", "response_mode", "request", "request_uri"];
        var usual = OAuthFlow.Authorize(client);
        var values = names.Where(name => usual[name] is not null).ToDictionary(name => name, name => usual[name]!, StringComparer.Ordinal);
        foreach (var (name, value) in others)
        {
            values[name] = value;
        }

        return new(values);
    }
}
