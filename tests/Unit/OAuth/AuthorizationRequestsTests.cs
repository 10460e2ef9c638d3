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
    [InlineData("https://app.example.com/cb", "https://app.example.com:443/cb", true)]
    [InlineData("https://app.example.com/cb", "https://app.example.com/cb/evil", false)]
    [InlineData("https://app.example.com/cb", "https://app.example.com/CB", false)]
    [InlineData("https://app.example.com/cb", "https://app.example.com/cb#x", false)]
    [InlineData("https://app.example.com/cb", "HTTPS://App.Example.com/cb", true)]
    [InlineData("https://app.example.com", "https://app.example.com/", true)]
    [InlineData("https://app.example.com/?x=1", "https://app.example.com?x=1", true)]
    [InlineData("https://app.example.com/cb", "https://app.example.com/c%62", true)]
    [InlineData("https://app.example.com/cb", "https://app.example.com:444/cb", false)]
    [InlineData("https://app.example.com/cb", "https://app.example.com/x/../cb", false)]
    [InlineData("https://app.example.com/cb", "https://app.example.com/x/%2e%2e/cb", false)]
    [InlineData("https://app.example.com/cb", "https://app.example.com@evil.example/cb", false)]
    [InlineData("http://127.0.0.1", "http://127.0.0.1:49152/", true)]
    [InlineData("http://LOCALHOST:3000/cb", "http://localhost/cb", true)]
    [InlineData("com.example.app:/cb", "com.example.app:/cb", true)]
    [InlineData("com.example.app:/cb", "com.example.app:/cb2", false)]
    [InlineData("cursor://anysphere.cursor-mcp/cb", "cursor://anysphere.cursor-mcp/cb", true)]
    [InlineData("cursor://anysphere.cursor-mcp/cb", "cursor://anysphere.cursor-mcp:80/cb", false)]
    public async Task Redirect_uri_is_the_registered_one_but_for_a_loopback_port(string registered, string asked, bool fits)
    {
        var client = (await world.Services.RegisterAsync(new("Assistant", [registered], AuthMethods.None))).Client.ClientId;
        var check = await Requests.CheckAsync(With(client, ("redirect_uri", asked)), OAuthFlow.Origin.Issuer, Token);
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
        var check = await Requests.CheckAsync(With(client, (name, value)), OAuthFlow.Origin.Issuer, Token);
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
        var check = await Requests.CheckAsync(With(client, (name, value)), OAuthFlow.Origin.Issuer, Token);
        Assert.NotNull(check.Shown);
        Assert.Equal((null, null), (check.Request, check.Redirect));
    }

    [Fact]
    public async Task Repeated_parameter_is_refused()
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        Assert.NotNull((await Requests.CheckAsync(Twice(client, "redirect_uri"), OAuthFlow.Origin.Issuer, Token)).Shown);
        Assert.NotNull((await Requests.CheckAsync(Twice(client, "client_id"), OAuthFlow.Origin.Issuer, Token)).Shown);
        var check = await Requests.CheckAsync(Twice(client, "state"), OAuthFlow.Origin.Issuer, Token);
        Assert.Contains("error=invalid_request", check.Redirect, StringComparison.Ordinal);
        Assert.DoesNotContain("state=", check.Redirect, StringComparison.Ordinal);
        Assert.NotNull((await Requests.CheckAsync(Twice(client, "state", ""), OAuthFlow.Origin.Issuer, Token)).Request); // without a value it is omitted
    }

    [Theory]
    [InlineData("https://mcp.example.com", "https://mcp.example.com", null)]
    [InlineData("https://mcp.example.com", "HTTPS://MCP.example.com:443/", null)]
    [InlineData("https://mcp.example.com", "https://other.example.com", "invalid_target")]
    [InlineData("https://mcp.example.com/a", "https://mcp.example.com/A", "invalid_target")]
    public async Task Resource_may_be_named_twice_if_it_is_one(string first, string second, string? error)
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        var check = await Requests.CheckAsync(Parameters(client, ("resource", first), ("resource", second)), OAuthFlow.Origin.Issuer, Token);
        Assert.Equal(error is null ? first : null, check.Request?.Resource);
        Assert.Equal(error ?? "", check.Redirect is null ? "" : QueryHelpers.ParseQuery(new Uri(check.Redirect).Query)["error"].ToString());
    }

    [Fact]
    public async Task Approval_goes_back_with_code_state_and_issuer_and_a_denial_says_so()
    {
        var client = (await world.Services.RegisterAsync(new("Assistant", ["https://app.example.com/cb?tenant=7"], AuthMethods.None))).Client.ClientId;
        var request = (await Requests.CheckAsync(With(client, ("redirect_uri", "https://app.example.com/cb?tenant=7")), OAuthFlow.Origin.Issuer, Token)).Request!;
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
    [InlineData("JavaScript:alert(1)", "invalid_redirect_uri")]
    [InlineData("file:///etc/passwd", "invalid_redirect_uri")]
    [InlineData("intent://scan/#Intent;end", "invalid_redirect_uri")]
    [InlineData("ms-settings:privacy", "invalid_redirect_uri")]
    [InlineData("MS-AppInstaller:?source=https://evil.example", "invalid_redirect_uri")]
    [InlineData("tel:+15550100", "invalid_redirect_uri")]
    [InlineData("itms-services://?action=download-manifest", "invalid_redirect_uri")]
    [InlineData("urn:ietf:wg:oauth:2.0:oob", "invalid_redirect_uri")]
    [InlineData("localhost:3000/cb", "invalid_redirect_uri")]
    [InlineData("http://198.51.100.7/cb", "invalid_redirect_uri")]
    [InlineData("custom:/cb", null)]
    [InlineData("cursor://anysphere.cursor-mcp/oauth/callback", null)]
    [InlineData("vscode://ms-python.python/cb", null)]
    [InlineData("//app.example.com/cb", "invalid_redirect_uri")]
    [InlineData("https://app.example.com/cb", null)]
    [InlineData("com.example.app:/cb", null)]
    public async Task Client_registers_only_addresses_that_can_be_its_own(string uri, string? error)
    {
        var outcome = await world.Services.Get<ClientRegistration>().RegisterAsync(new("x", [uri]), OAuthFlow.Origin, Token);
        Assert.Equal(error, outcome.Error.OAuthName());
    }

    [Theory]
    [InlineData("openid", "read:workflows read:gateways read:agents")]
    [InlineData("openid  write:workflows ", "write:workflows")]
    [InlineData("api write:workflows", "write:workflows")]
    [InlineData("read:spaceships", "read:workflows read:gateways read:agents")]
    [InlineData("", "read:workflows read:gateways read:agents")]
    public async Task Scopes_that_the_client_cannot_have_are_left_out(string scope, string shown)
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        var check = await Requests.CheckAsync(With(client, ("scope", scope)), OAuthFlow.Origin.Issuer, Token);
        Assert.Equal(shown, string.Join(' ', check.Request!.Scopes));
        var body = OAuthFlow.Body(("client_id", OAuthClient.CommandLineId), ("scope", $"{scope} api"));
        var device = (await world.Services.Get<DeviceRequests>().RequestAsync(body, PresentedClient.Read([], body).Value, OAuthFlow.Origin, Token)).Value;
        Assert.Contains("api", (await world.Services.Get<DeviceRequests>().FindAsync(world.Developer, device.UserCode.Reveal(), Token)).Value.Scopes);
    }

    [Fact]
    public async Task Registered_scopes_bound_what_a_client_asks_for()
    {
        var client = (await world.Services.RegisterAsync(new("Assistant", [OAuthFlow.Callback], AuthMethods.None, Scope: "read:workflows openid"))).Client;
        Assert.Equal(["read:workflows"], client.Scope);
        var check = await Requests.CheckAsync(With(client.ClientId, ("scope", "write:workflows read:workflows")), OAuthFlow.Origin.Issuer, Token);
        Assert.Equal(["read:workflows"], check.Request!.Scopes);
    }

    [Fact]
    public async Task Registration_keeps_what_is_offered_and_leaves_out_the_rest()
    {
        var issued = await world.Services.RegisterAsync(new(
            "Hosted assistant", ["https://assistant.example.com/cb", "javascript:alert(1)", "https://assistant.example.com/cb", "cursor://anysphere.cursor-mcp/cb"], "private_key_jwt",
            ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer", "implicit"], ["code", "token"], "openid api read:agents", "http://localhost:3080"));
        Assert.Equal((AuthMethods.Basic, null), (issued.AuthMethod, issued.ClientUri));
        Assert.NotNull(issued.Secret);
        Assert.Equal(["https://assistant.example.com/cb", "cursor://anysphere.cursor-mcp/cb"], issued.Client.RedirectUris);
        Assert.Equal(["authorization_code", "refresh_token"], issued.Client.AllowedGrants);
        Assert.Equal(["read:agents"], issued.Client.Scope);
    }

    [Theory]
    [InlineData("authorization_code", "code", null)]
    [InlineData("authorization_code implicit", "code token", null)]
    [InlineData("", "", null)]
    [InlineData("urn:ietf:params:oauth:grant-type:device_code", "", null)]
    [InlineData("authorization_code urn:ietf:params:oauth:grant-type:device_code", "token", null)]
    [InlineData("authorization_code", "token", "invalid_client_metadata")]
    [InlineData("", "id_token", "invalid_client_metadata")]
    [InlineData("implicit", "token", "invalid_client_metadata")]
    [InlineData("client_credentials", "", "invalid_client_metadata")]
    [InlineData("refresh_token", "", "invalid_client_metadata")]
    public async Task Registration_of_which_nothing_remains_is_refused(string grants, string types, string? error)
    {
        var client = new NewClient("x", [OAuthFlow.Callback], AuthMethods.None, Words(grants), Words(types));
        Assert.Equal(error, (await world.Services.Get<ClientRegistration>().RegisterAsync(client, OAuthFlow.Origin, Token)).Error.OAuthName());

        static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    [Theory]
    [InlineData("\U0001F468\u200D\U0001F469\u200D\U0001F467 Family", "\U0001F468\u200D\U0001F469\u200D\U0001F467 Family")]
    [InlineData("\u0915\u094D\u200D\u0937", "\u0915\u094D\u200D\u0937")]
    [InlineData("  Desk assistant\t", "Desk assistant")]
    [InlineData("Desk\u202Etnatsissa", "app.example.com")]
    [InlineData("Desk\nassistant", "app.example.com")]
    [InlineData("\u200B", "app.example.com")]
    [InlineData("", "app.example.com")]
    [InlineData(null, "app.example.com")]
    public async Task Client_name_follows_the_rules_of_names(string? name, string shown)
    {
        var issued = await world.Services.RegisterAsync(new(name, ["https://app.example.com/cb"], AuthMethods.None));
        Assert.Equal(shown, issued.Client.Name);
    }

    [Fact]
    public async Task Long_name_is_cut_and_more_than_ten_addresses_are_the_first_ten()
    {
        var issued = await world.Services.RegisterAsync(new(
            string.Concat(Enumerable.Repeat("\U0001F511", 150)), [.. Enumerable.Range(0, 30).Select(i => $"https://app.example.com/{i}")], AuthMethods.None));
        Assert.Equal(string.Concat(Enumerable.Repeat("\U0001F511", 100)), issued.Client.Name);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"https://app.example.com/{i}"), issued.Client.RedirectUris);
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

    static OAuthParameters Twice(string client, string name, string value = "x") => Parameters(client, (name, value));

    static OAuthParameters Parameters(string client, params (string Name, string Value)[] more)
    {
        string[] names = ["client_id", "response_type", "redirect_uri", "code_challenge", "code_challenge_method", "scope", "state"];
        var usual = OAuthFlow.Authorize(client);
        return OAuthParameters.Read(names.Select(name => KeyValuePair.Create(name, usual[name]!)).Concat(more.Select(x => KeyValuePair.Create(x.Name, x.Value))));
    }

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
