using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>Clients that run in the page of another origin.</summary>
[Collection(typeof(AuthorizationCollection))]
public sealed class BrowserClientTests(AuthorizationServer server)
{
    const string Origin = "https://inspector.example";

    [Theory]
    [InlineData("/.well-known/oauth-authorization-server", "GET", "GET, HEAD")]
    [InlineData("/.well-known/oauth-protected-resource", "GET", "GET, HEAD")]
    [InlineData("/.well-known/jwks.json", "GET", "GET, HEAD")]
    [InlineData("/oauth/token", "POST", "POST")]
    [InlineData("/oauth/token/revoke", "POST", "POST")]
    [InlineData("/oauth/register", "POST", "POST")]
    [InlineData("/oauth/device/authorize", "POST", "POST")]
    public async Task Public_endpoint_answers_any_origin_and_takes_no_cookie(string path, string method, string methods)
    {
        var asked = await PreflightAsync(path, method);
        Assert.Equal(
            (204, "*", methods), (asked.Status, asked.Headers.GetValueOrDefault("Access-Control-Allow-Origin"),
                asked.Headers.GetValueOrDefault("Access-Control-Allow-Methods")));
        Assert.Equal("Authorization, Content-Type, MCP-Protocol-Version", asked.Headers["Access-Control-Allow-Headers"]);
        foreach (var api in new[] { server.Nobody, server.Owner })
        {
            using var form = method == "POST" ? new FormUrlEncodedContent([new("token", "x")]) : null;
            var answer = await api.SendContentAsync(new(method), path, form, ("Origin", Origin), ("Sec-Fetch-Site", "cross-site"));
            Assert.Equal(("*", "WWW-Authenticate, Retry-After"), (
                answer.Header("Access-Control-Allow-Origin"), answer.Header("Access-Control-Expose-Headers")));
            Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
            Assert.NotEqual("cross_site", answer.Code);
        }
    }

    [Theory]
    [InlineData("/oauth/introspect", "POST")]
    [InlineData("/oauth/authorize", "GET")]
    [InlineData("/api/keys", "GET")]
    [InlineData("/api/session", "POST")]
    [InlineData("/v1/capabilities", "GET")]
    [InlineData("/forward-auth", "GET")]
    public async Task Other_addresses_answer_no_other_origin(string path, string method)
    {
        Assert.DoesNotContain("Access-Control-Allow-Origin", (await PreflightAsync(path, method)).Headers.Keys);
        Assert.DoesNotContain("Access-Control-Allow-Origin", (await SendAsync(new(method), path)).Headers.Keys);
    }

    [Fact]
    public async Task Refusal_can_be_read_by_a_page_too()
    {
        using var form =
            new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", "nobody"), new("client_secret", "x")]);
        var answer = await server.Nobody.SendContentAsync(HttpMethod.Post, "/oauth/token", form, ("Origin", Origin));
        Assert.Equal((401, "*"), (answer.Status, answer.Header("Access-Control-Allow-Origin")));
        Assert.Equal((404, "*"), await ReadAsync("/.well-known/openid-configuration"));
        Assert.Equal((405, "*"), await ReadAsync("/oauth/token"));

        async Task<(int, string?)> ReadAsync(string path)
        {
            var read = await server.Nobody.GetAsync(path, ("Origin", Origin));
            return (read.Status, read.Header("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task Metadata_for_clients_that_register_offer_no_scope_that_they_cannot_have()
    {
        var scopes = (await server.Nobody.GetAsync("/.well-known/oauth-authorization-server")).Json.GetProperty("scopes_supported")
            .EnumerateArray().Select(x => x.GetString()).ToList();
        Assert.Contains("read:workflows", scopes);
        Assert.DoesNotContain("api", scopes);
    }

    [Fact]
    public async Task Token_without_a_permission_is_told_the_scope_to_ask_for()
    {
        var token = await server.TokenAsync("read:workflows");
        foreach (var (path, code, scope) in new[]
        {
            ("/forward-auth/-/-/-/execute", "insufficient_permissions", "execute:workflows execute:gateways execute:agents"),
            ("/forward-auth/-/-/-/execute/workflow:intake", "insufficient_permissions", "execute:workflows"),
            ("/forward-auth-nginx/-/-/-/execute/workflow:intake", "insufficient_permissions", "execute:workflows"),
            ("/forward-auth/-/-/-/read/agent:clerk", "resource_out_of_scope", "read:agents"),
        })
        {
            var answer = await server.Nobody.GetAsync(
                path, ("Authorization", $"Bearer {token}"), ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-Host", "api.example"), ("X-Forwarded-Uri", "/mcp"), ("X-Forwarded-For", "203.0.113.9"));
            Assert.Equal((403, code), (answer.Status, answer.Header("X-Latchkey-Code")));
            var challenge = answer.Header("WWW-Authenticate");
            Assert.StartsWith(
                $"Bearer error=\"insufficient_scope\", scope=\"{scope}\", resource_metadata=\"", challenge, StringComparison.Ordinal);
            Assert.Contains("?resource=https%3A%2F%2Fapi.example%2Fmcp\"", challenge, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Key_that_is_narrowed_to_other_resources_is_told_no_scope()
    {
        var key = (await server.Owner.CreateKeyAsync(new { name = "narrow", permissions = new[] { "read" } })).Raw;
        var answer = await server.Nobody.GetAsync("/forward-auth/-/-/-/write", ("X-API-Key", key));
        Assert.Contains("insufficient_scope", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        // wrong_project
        Assert.Null((await server.Nobody.GetAsync("/forward-auth/-/other/-/read", ("X-API-Key", key))).Header("WWW-Authenticate"));
    }

    Task<(int Status, Dictionary<string, string> Headers)> PreflightAsync(string path, string method) =>
        SendAsync(HttpMethod.Options, path, ("Access-Control-Request-Method", method), (
            "Access-Control-Request-Headers", "authorization, mcp-protocol-version"));

    /// <summary>Sends what the OpenAPI document does not describe.</summary>
    async Task<(int Status, Dictionary<string, string> Headers)> SendAsync(
        HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = server.Product.Url };
        using var request = new HttpRequestMessage(method, path) { Headers = { { "Origin", Origin } } };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, answer.Headers.ToDictionary(
            header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }
}
