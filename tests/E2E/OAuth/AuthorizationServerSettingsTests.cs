using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>The settings that say what the authorization server is for.</summary>
public sealed class AuthorizationServerSettingsTests
{
    [Fact]
    public async Task Server_that_is_switched_off_has_no_endpoints_and_no_valid_tokens()
    {
        await using var product = new Product().With("OAuth:Enabled", "false");
        using var nobody = await ApiClient.OpenAsync(product);
        using var owner = await ApiClient.SignInAsync(product);
        foreach (var path in new[]
        {
            "/oauth/token", "/oauth/token/revoke", "/oauth/introspect", "/oauth/register",
                "/oauth/device/authorize", "/oauth/device/verify", "/oauth/authorize?client_id=x",
            "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource", "/.well-known/jwks.json",
        })
        {
            using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = product.Url };
            using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials")]);
            using var read = await client.GetAsync(path, TestContext.Current.CancellationToken);
            using var sent = await client.PostAsync(path, form, TestContext.Current.CancellationToken);
            Assert.Equal((404, 404), ((int)read.StatusCode, (int)sent.StatusCode));
            using var preflight = new HttpRequestMessage(HttpMethod.Options,
                path)
            { Headers = { { "Origin", "https://app.example" }, { "Access-Control-Request-Method", "POST" } } };
            using var asked = await client.SendAsync(preflight, TestContext.Current.CancellationToken);
            Assert.Equal(404, (int)asked.StatusCode);
        }

        var answer = await nobody.GetAsync("/v1/capabilities", ("Authorization", "Bearer a.b.c"));
        Assert.Equal((401, "invalid_token"), (answer.Status, answer.Code));
        Assert.DoesNotContain("resource_metadata", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal(
            200, (await nobody.GetAsync(
                "/v1/capabilities", ("Authorization", $"Bearer {(await owner.CreateKeyAsync(new { name = "one" })).Raw}"))).Status);
        Assert.DoesNotContain("\"/oauth/", (await nobody.GetAsync("/openapi/v1.json")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_open_no_path_that_is_for_tokens_alone()
    {
        await using var product = new Product().WithoutRateLimits().With("OAuth:TokenOnlyPaths", "/agents")
            .With("Proxies:Trusted", "127.0.0.1");
        using var owner = await ApiClient.SignInAsync(product);
        var key = (await owner.CreateKeyAsync(new { name = "one" })).Raw;
        var token = await Bearers.AccountTokenAsync(owner);
        foreach (var (path, status) in new[] { ("/agents/x?y=1", 401), ("/Agents", 401),
            ("/x/..%2fagents", 401), ("/agentsx", 200), ("/@acme%2fwidget", 200) })
        {
            (string, string)[] original =
                [("X-Forwarded-Host", "api.example"), ("X-Forwarded-Uri", path), ("X-Forwarded-For", "203.0.113.9")];
            var answer = await owner.GetAsync("/forward-auth", [("X-API-Key", key), .. original]);
            Assert.Equal((status, status == 401 ? "invalid_token" : null), (answer.Status, answer.Header("X-Latchkey-Code")));
            Assert.Equal(200, (await owner.GetAsync("/forward-auth", [("Authorization", $"Bearer {token}"), .. original])).Status);
        }

        Assert.Equal(200, (await owner.GetAsync("/forward-auth", ("X-API-Key", key))).Status); // the path is not known
    }
}
