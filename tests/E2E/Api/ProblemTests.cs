using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Api;

/// <summary>API paths respond with a problem document where no endpoint does.</summary>
[Collection(typeof(TenantsCollection))]
public sealed class ProblemTests(Tenants tenants)
{
    [Theory]
    [InlineData("/api")]
    [InlineData("/api/nowhere")]
    [InlineData("/API/Nowhere")]
    [InlineData("/api/keys/Ab12CdEf/nowhere")]
    [InlineData("/v1")]
    [InlineData("/v1/nowhere")]
    [InlineData("/openapi/v2.json")]
    [InlineData("/healthz")]
    [InlineData("/api/acme/keys")] // would match a page if it did not start with /api
    [InlineData("/v1/acme/keys")]
    public async Task Unknown_address_is_not_found(string path)
    {
        foreach (var api in new[] { tenants.Nobody, tenants.Owner })
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head, HttpMethod.Post, HttpMethod.Delete })
            {
                var answer = await api.SendAsync(method, path);
                Assert.Equal((404, method == HttpMethod.Head ? null : "not_found"), (answer.Status, answer.Code));
                Assert.Null(answer.Header("Allow"));
            }
        }
    }

    [Theory]
    [InlineData("/token")] // would match a page
    [InlineData("/register")]
    [InlineData("/oauth/tokenn")]
    [InlineData("/acme/web/nowhere")]
    [InlineData("/account/nowhere")]
    [InlineData("/oauth/token/revoke/nowhere")]
    public async Task Unknown_address_is_not_found_whatever_is_sent_there(string path)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = tenants.Product.Url };
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete,
            HttpMethod.Head, new HttpMethod("PROPFIND") })
        {
            using var request = new HttpRequestMessage(method, path) { Content = new FormUrlEncodedContent([new("a", "b")]) };
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(404, (int)answer.StatusCode);
            Assert.Empty(answer.Content.Headers.Allow);
            Assert.Equal(
                method == HttpMethod.Head, (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Length == 0);
        }
    }

    [Theory]
    [InlineData("PUT", "/api/keys", "GET, HEAD, POST")]
    [InlineData("POST", "/v1/capabilities", "GET, HEAD")]
    [InlineData("PATCH", "/api/session", "DELETE, GET, HEAD, POST")]
    [InlineData("POST", "/healthz/ready", "GET, HEAD")]
    [InlineData("PROPFIND", "/api/projects", "GET, HEAD, POST")]
    public async Task Wrong_method_is_told_the_right_ones(string method, string path, string allowed)
    {
        var answer = await tenants.Owner.SendAsync(new(method), path);
        Assert.Equal((405, "method_not_allowed"), (answer.Status, answer.Code));
        Assert.Equal(allowed, string.Join(", ", answer.Header("Allow")!.Split(", ").Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("X-API-Key", "KEY")]
    [InlineData("API-Key", "KEY")]
    [InlineData("Authorization", "ApiKey KEY")]
    [InlineData("Authorization", "Bearer KEY")]
    [InlineData("Authorization", "Basic b3duZXI6cGFzc3dvcmQ=")]
    [InlineData("Cookie", "latchkey=CfDJ8nonsense")]
    public async Task Only_a_session_opens_the_dashboards_own_surface(string name, string value)
    {
        var answer = await tenants.Nobody.GetAsync("/api/keys", (name, value.Replace("KEY", tenants.RawKey, StringComparison.Ordinal)));
        Assert.Equal((401, "session_required"), (answer.Status, answer.Code));
        Assert.DoesNotContain("ApiKey", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.StartsWith("Bearer resource_metadata=\"http://", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_that_has_ended_opens_nothing()
    {
        using var api = await ApiClient.SignInAsync(tenants.Product);
        Assert.Equal(200, (await api.GetAsync("/api/session")).Status);
        Assert.Equal(403, (await api.SendAsync(HttpMethod.Delete, "/api/session", null, ("Origin", "https://evil.example"))).Status);
        Assert.Equal(204, (await api.DeleteAsync("/api/session")).Status);
        foreach (var (method, path) in new[] { (HttpMethod.Get, "/api/session"), (HttpMethod.Get, "/api/keys"), (
            HttpMethod.Delete, "/api/session") })
        {
            var answer = await api.SendAsync(method, path);
            Assert.Equal((401, "session_required"), (answer.Status, answer.Code));
        }
    }
}
