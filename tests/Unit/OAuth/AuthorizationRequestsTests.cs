using Dashboard.Core.Changes;
using Dashboard.Core.OAuth;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
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
        var check = await Requests.CheckAsync(world.Developer, With(client, ("redirect_uri", asked)), OAuthFlow.Origin.Issuer, Token);
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
    public async Task Error_goes_back_by_itself_only_to_a_client_that_the_person_approved(string name, string value, string error)
    {
        var client =
            (await world.Services.RegisterAsync(
                new("Assistant", [OAuthFlow.Callback], AuthMethods.None, Scope: "read:workflows"))).Client.ClientId;
        await world.Services.CodeAsync(world.Admin, client); // somebody else's approval means nothing
        var unknown = await Requests.CheckAsync(world.Developer, With(client, (name, value)), OAuthFlow.Origin.Issuer, Token);
        Assert.Equal((null, null, error, "127.0.0.1"), (unknown.Request, unknown.Redirect, unknown.Shown!.Name, unknown.Back!.Place));
        await world.Services.CodeAsync(world.Developer, client);
        var check = await Requests.CheckAsync(world.Developer, With(client, (name, value)), OAuthFlow.Origin.Issuer, Token);
        Assert.Equal((null, null, null), (check.Request, check.Shown, check.Back));
        Assert.Equal(check.Redirect, unknown.Back.Url);
        var answer = QueryHelpers.ParseQuery(new Uri(check.Redirect!).Query);
        Assert.StartsWith(OAuthFlow.Callback + "?", check.Redirect, StringComparison.Ordinal);
        Assert.Equal(
            (error, "xyz", OAuthFlow.Origin.Issuer), (answer["error"].ToString(), answer["state"].ToString(), answer["iss"].ToString()));
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
        var check = await Requests.CheckAsync(world.Developer, With(client, (name, value)), OAuthFlow.Origin.Issuer, Token);
        Assert.NotNull(check.Shown);
        Assert.Equal((null, null), (check.Request, check.Redirect));
    }

    [Fact]
    public async Task Repeated_parameter_is_refused()
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        Assert.NotNull((await Requests.CheckAsync(world.Developer, Twice(client, "redirect_uri"), OAuthFlow.Origin.Issuer, Token)).Shown);
        Assert.NotNull((await Requests.CheckAsync(world.Developer, Twice(client, "client_id"), OAuthFlow.Origin.Issuer, Token)).Shown);
        var check = await Requests.CheckAsync(world.Developer, Twice(client, "state"), OAuthFlow.Origin.Issuer, Token);
        Assert.Contains("error=invalid_request", check.Back!.Url, StringComparison.Ordinal);
        Assert.DoesNotContain("state=", check.Back.Url, StringComparison.Ordinal);
        // without a value it is omitted
        Assert.NotNull((await Requests.CheckAsync(world.Developer, Twice(client, "state", ""), OAuthFlow.Origin.Issuer, Token)).Request);
    }

    [Theory]
    [InlineData("https://mcp.example.com", "https://mcp.example.com", null)]
    [InlineData("https://mcp.example.com", "HTTPS://MCP.example.com:443/", null)]
    [InlineData("https://mcp.example.com", "https://other.example.com", "invalid_target")]
    [InlineData("https://mcp.example.com/a", "https://mcp.example.com/A", "invalid_target")]
    public async Task Resource_may_be_named_twice_if_it_is_one(string first, string second, string? error)
    {
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        var check = await Requests.CheckAsync(
            world.Developer, Parameters(client, ("resource", first), ("resource", second)), OAuthFlow.Origin.Issuer, Token);
        Assert.Equal(error is null ? first : null, check.Request?.Resource);
        Assert.Equal(error, check.Shown?.Name);
    }

    [Fact]
    public async Task Approval_goes_back_with_code_state_and_issuer_and_a_denial_says_so()
    {
        var client =
            (await world.Services.RegisterAsync(
                new("Assistant", ["https://app.example.com/cb?tenant=7"], AuthMethods.None))).Client.ClientId;
        var request =
            (await Requests.CheckAsync(world.Developer, With(client, ("redirect_uri", "https://app.example.com/cb?tenant=7")),
                OAuthFlow.Origin.Issuer, Token)).Request!;
        Assert.Equal(ErrorCode.NotFound,
            (await Requests.ApproveAsync(world.Developer, request, "globex", OAuthFlow.Origin.Issuer, Token)).Error?.Code);
        var approved = QueryHelpers.ParseQuery(
            new Uri((await Requests.ApproveAsync(world.Developer, request, "acme", OAuthFlow.Origin.Issuer, Token)).Value.Reveal()).Query);
        Assert.Equal(("7", "xyz", OAuthFlow.Origin.Issuer), (
            approved["tenant"].ToString(), approved["state"].ToString(), approved["iss"].ToString()));
        Assert.NotEmpty(approved["code"].ToString());
        var denied = QueryHelpers.ParseQuery(new Uri(AuthorizationRequests.Deny(request, OAuthFlow.Origin.Issuer)).Query);
        Assert.Equal(("access_denied", "xyz", OAuthFlow.Origin.Issuer), (
            denied["error"].ToString(), denied["state"].ToString(), denied["iss"].ToString()));
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
        var check = await Requests.CheckAsync(world.Developer, With(client, ("scope", scope)), OAuthFlow.Origin.Issuer, Token);
        Assert.Equal(shown, string.Join(' ', check.Request!.Scopes));
        var body = OAuthFlow.Body(("client_id", OAuthClient.CommandLineId), ("scope", $"{scope} api"));
        var device = (await world.Services.Get<DeviceRequests>()
            .RequestAsync(body, PresentedClient.Read([], body).Value, OAuthFlow.Origin, Token)).Value;
        Assert.Contains(
            "api", (await world.Services.Get<DeviceRequests>().FindAsync(world.Developer, device.UserCode.Reveal(), Token)).Value.Scopes);
    }

    [Fact]
    public async Task Registered_scopes_bound_what_a_client_asks_for()
    {
        var client = (await world.Services.RegisterAsync(
            new("Assistant", [OAuthFlow.Callback], AuthMethods.None, Scope: "read:workflows openid"))).Client;
        Assert.Equal(["read:workflows"], client.Scope);
        var check = await Requests.CheckAsync(
            world.Developer, With(client.ClientId, ("scope", "write:workflows read:workflows")), OAuthFlow.Origin.Issuer, Token);
        Assert.Equal(["read:workflows"], check.Request!.Scopes);
    }

    [Fact]
    public async Task Registration_keeps_what_is_offered_and_leaves_out_the_rest()
    {
        var issued = await world.Services.RegisterAsync(new(
            "Hosted assistant", ["https://assistant.example.com/cb", "javascript:alert(1)",
                "https://assistant.example.com/cb", "cursor://anysphere.cursor-mcp/cb"], "private_key_jwt",
            ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer", "implicit"],
            ["code", "token"], "openid api read:agents", "http://localhost:3080"));
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
        Assert.Equal(
            error, (await world.Services.Get<ClientRegistration>().RegisterAsync(client, OAuthFlow.Origin, Token)).Error.OAuthName());

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
            string.Concat(Enumerable.Repeat("\U0001F511", 150)),
            [.. Enumerable.Range(0, 30).Select(i => $"https://app.example.com/{i}")], AuthMethods.None));
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

        Assert.Equal(
            429, (await world.Services.Get<ClientRegistration>()
                .RegisterAsync(new("x", [OAuthFlow.Callback]), OAuthFlow.Origin, Token)).Error.OAuthStatus());
        var closed = world.Run(("OAuth:Registration", "false"));
        Assert.Equal(
            403, (await closed.Get<ClientRegistration>()
                .RegisterAsync(new("x", [OAuthFlow.Callback]), OAuthFlow.Origin, Token)).Error.OAuthStatus());
    }

    [Fact]
    public async Task Network_with_its_share_makes_room_itself_and_closes_registration_to_nobody_else()
    {
        await AddAsync("crowd", ClientRegistration.MaxUnapprovedOfNetwork - 3, "203.0.113.0/24", minutesAgo: 9);
        await AddAsync("idle", 1, "203.0.113.0/24", minutesAgo: 11);
        await AddAsync("asked", 1, "203.0.113.0/24", minutesAgo: 50, requestedMinutesAgo: 29);
        await AddAsync("done", 1, "203.0.113.0/24", minutesAgo: 50, requestedMinutesAgo: 31);
        Assert.Null(await RegisterFromAsync("203.0.113.7", world.Services)); // the oldest without a request under way goes
        Assert.False(await ExistsAsync("done0"));
        Assert.Null(await RegisterFromAsync("203.0.113.7", world.Services));
        Assert.False(await ExistsAsync("idle0"));
        var full = await RegisterFromAsync("203.0.113.7", world.Services);
        Assert.Equal(("temporarily_unavailable", 429, TimeSpan.FromMinutes(10)), (full.OAuthName(), full.OAuthStatus(), full!.RetryAfter));
        Assert.StartsWith("Too many apps of your network", full.Detail, StringComparison.Ordinal);
        Assert.True(await ExistsAsync("asked0"));
        Assert.Null(await RegisterFromAsync("198.51.100.7", world.Services));
    }

    [Fact]
    public async Task Registration_filled_by_new_clients_of_many_networks_opens_again_in_10_minutes()
    {
        for (var i = 0; i < 5; i++)
        {
            await AddAsync($"n{i}-", ClientRegistration.MaxUnapproved / 5, $"203.0.{i}.0/24", minutesAgo: i == 4 ? 2 : 1);
        }

        await AddAsync("approved", 1, "203.0.4.0/24", minutesAgo: 500, approved: true);
        var full = await RegisterFromAsync("198.51.100.7", world.Services);
        Assert.StartsWith("Too many apps have registered", full!.Detail, StringComparison.Ordinal);
        world.Time.Advance(TimeSpan.FromMinutes(9));
        await using var context = world.Open();
        var before = await context.RegisteredClients.CountAsync(Token);
        await AddAsync("more", 1, "203.0.4.0/24", minutesAgo: 0); // which now has most
        Assert.Null(await RegisterFromAsync("198.51.100.7", world.Services));
        Assert.Equal(before + 1, await context.RegisteredClients.CountAsync(Token));
        Assert.True(await ExistsAsync("approved0"));
        Assert.Equal(ClientRegistration.MaxUnapproved / 5, await context.RegisteredClients.CountAsync(
            x => x.Network == "203.0.4.0/24" && x.ApprovedAt == null, Token));
    }

    [Fact]
    public async Task Unapproved_client_lasts_an_hour_or_with_a_request_a_day()
    {
        var (silent, asking, byDevice) =
            (await world.Services.RegisterAsync(), await world.Services.RegisterAsync(), await world.Services.RegisterAsync(
            new("Device", null, AuthMethods.None, [GrantTypes.DeviceCode])));
        await Requests.CheckAsync(world.Developer, OAuthFlow.Authorize(asking.Client.ClientId), OAuthFlow.Origin.Issuer, Token);
        await world.Services.Get<WritesBehind>().FlushAsync(Token);
        var body = OAuthFlow.Body(("client_id", byDevice.Client.ClientId));
        Assert.Null((await world.Services.Get<DeviceRequests>()
            .RequestAsync(body, PresentedClient.Read([], body).Value, OAuthFlow.Origin, Token)).Error);
        await ClearAfterAsync(TimeSpan.FromMinutes(59));
        Assert.Equal((true, true, true), (await ExistsAsync(silent), await ExistsAsync(asking), await ExistsAsync(byDevice)));
        await ClearAfterAsync(TimeSpan.FromMinutes(2));
        Assert.Equal((false, true, true), (await ExistsAsync(silent), await ExistsAsync(asking), await ExistsAsync(byDevice)));
        await world.Services.CodeAsync(world.Developer, asking.Client.ClientId);
        await ClearAfterAsync(TimeSpan.FromHours(23));
        Assert.Equal((true, false), (await ExistsAsync(asking), await ExistsAsync(byDevice)));

        async Task ClearAfterAsync(TimeSpan time)
        {
            world.Time.Advance(time);
            await world.Services.Get<OAuthCleanupService>().ClearAsync(Token);
        }
    }

    [Theory]
    [InlineData("Latchkey")]
    [InlineData("LATCHKEY command line")]
    [InlineData("Official Latchkey\u2122")]
    [InlineData("L a t c h - k e y")]
    [InlineData("\uFF2C\uFF41\uFF54\uFF43\uFF48\uFF4B\uFF45\uFF59")] // full width
    [InlineData("L\u0430t\u0441hk\u0435\u0443")] // Cyrillic
    [InlineData("\u039B\u200DL\u03B1tch\u039A\u0395\u03A5")] // Greek
    [InlineData("L\u200Datchkey")]
    [InlineData("L\u00E4tchk\u00E9y")]
    [InlineData("Iatchkey")]
    [InlineData("1atchkey")]
    [InlineData("\U0001D40B\U0001D41A\U0001D42D\U0001D41C\U0001D421\U0001D424\U0001D41E\U0001D432")] // mathematical letters
    public async Task Name_that_reads_like_the_product_is_refused(string name)
    {
        var refused =
            (await world.Services.Get<ClientRegistration>().RegisterAsync(new(name, [OAuthFlow.Callback]), OAuthFlow.Origin, Token)).Error;
        Assert.Equal("invalid_client_metadata", refused.OAuthName());
    }

    [Theory]
    [InlineData("Latch")]
    [InlineData("Key latch")]
    [InlineData("\u041F\u043E\u043C\u043E\u0449\u043D\u0438\u043A")]
    [InlineData("\u6771\u4EAC Key")]
    public async Task Other_names_are_taken(string name) =>
        Assert.Equal(name, (await world.Services.RegisterAsync(new(name, [OAuthFlow.Callback]))).Client.Name);

    public ValueTask DisposeAsync() => world.DisposeAsync();

    /// <summary>Adds clients that registered themselves.</summary>
    async Task AddAsync(string id, int count, string network, int minutesAgo, int? requestedMinutesAgo = null, bool approved = false)
    {
        await using var context = world.Open();
        var now = world.Time.GetUtcNow();
        context.AddRange(Enumerable.Range(0, count).Select(i => new RegisteredClient
        {
            ClientId = $"{id}{i}",
            Name = "x",
            AuthMethod = AuthMethods.None,
            RedirectUris = "https://x.example/",
            GrantTypes = GrantTypes.AuthorizationCode,
            Scope = "",
            Network = network,
            CreatedAt = now.AddMinutes(-minutesAgo),
            RequestedAt = requestedMinutesAgo is { } ago ? now.AddMinutes(-ago) : null,
            ApprovedAt = approved ? now : null,
        }));
        await context.SaveChangesAsync(Token);
    }

    async Task<bool> ExistsAsync(string id)
    {
        await using var context = world.Open();
        return await context.RegisteredClients.AnyAsync(x => x.ClientId == id, Token);
    }

    Task<bool> ExistsAsync(IssuedClient client) => ExistsAsync(client.Client.ClientId);

    static async Task<Error?> RegisterFromAsync(string address, Services services) => (
        await services.Get<ClientRegistration>().RegisterAsync(
        new("x", [OAuthFlow.Callback]), OAuthFlow.Origin with { Address = System.Net.IPAddress.Parse(address) }, Token)).Error;

    static OAuthParameters Twice(string client, string name, string value = "x") => Parameters(client, (name, value));

    static OAuthParameters Parameters(string client, params (string Name, string Value)[] more)
    {
        string[] names = ["client_id", "response_type", "redirect_uri", "code_challenge", "code_challenge_method", "scope", "state"];
        var usual = OAuthFlow.Authorize(client);
        return OAuthParameters.Read(
            names.Select(name => KeyValuePair.Create(name, usual[name]!)).Concat(more.Select(x => KeyValuePair.Create(x.Name, x.Value))));
    }

    static OAuthParameters With(string client, params (string Name, string Value)[] others)
    {
        string[] names = ["client_id", "response_type", "redirect_uri", "code_challenge",
            "code_challenge_method", "scope", "state", "resource", "response_mode", "request", "request_uri"];
        var usual = OAuthFlow.Authorize(client);
        var values = names.Where(name => usual[name] is not null).ToDictionary(name => name, name => usual[name]!, StringComparer.Ordinal);
        foreach (var (name, value) in others)
        {
            values[name] = value;
        }

        return new(values);
    }
}
