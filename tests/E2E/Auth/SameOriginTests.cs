using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Auth;

/// <summary>Only the product's own pages can use a session.</summary>
[Collection(typeof(TenantsCollection))]
public sealed class SameOriginTests(Tenants tenants)
{
    public static TheoryData<string?, string?> Elsewhere => new()
    {
        { null, null },
        { "cross-site", null },
        { "same-site", null },
        { "none", null },
        { null, "https://evil.example" },
        { null, "null" },
        { null, "https://127.0.0.1:PORT" },
        { null, "http://127.0.0.1" },
        { "cross-site", "http://127.0.0.1:PORT" },
    };

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public async Task Change_from_elsewhere_is_refused_and_writes_nothing(string? site, string? origin)
    {
        var before = await Snapshot.TakeAsync(tenants.Product);
        foreach (var (method, path, body) in new[]
        {
            ("POST", "/api/keys", """{"name": "x"}"""), ("PATCH", $"/api/keys/{tenants.KeyId}", """{"name": "x"}"""), (
                "DELETE", $"/api/keys/{tenants.KeyId}", null),
            ("POST", "/api/projects", """{"name": "x"}"""), ("POST", "/api/resources", """{"kind": "workflow", "id": "x"}"""), (
                "DELETE", "/api/session", null),
        })
        {
            using var content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            var answer = await tenants.Owner.SendContentAsync(new(method), path, content, Headers(site, origin));
            Assert.Equal((403, "cross_site"), (answer.Status, answer.Code));
        }

        Assert.Equal(before, await Snapshot.TakeAsync(tenants.Product));
    }

    [Theory]
    [InlineData("same-origin", null)]
    [InlineData(null, "http://127.0.0.1:PORT")]
    [InlineData("same-origin", "http://127.0.0.1:PORT")]
    [InlineData("none", "http://127.0.0.1:PORT")]
    public async Task Change_from_the_products_own_pages_is_made(string? site, string? origin)
    {
        var answer = await tenants.Owner.SendAsync(HttpMethod.Post, "/api/keys", new { name = "own" }, Headers(site, origin));
        Assert.Equal(201, answer.Status);
    }

    [Fact]
    public async Task Reading_needs_no_proof() =>
        Assert.Equal(200, (await tenants.Owner.GetAsync("/api/keys", ("Sec-Fetch-Site", "cross-site"))).Status);

    [Theory]
    [InlineData("cross-site", null, 403)]
    [InlineData("same-site", null, 403)]
    [InlineData(null, "https://evil.example", 403)]
    [InlineData(null, "null", 403)]
    [InlineData("same-origin", null, 200)]
    [InlineData("none", null, 200)]
    [InlineData(null, "http://127.0.0.1:PORT", 200)]
    public async Task Sign_in_refuses_only_what_says_that_it_is_foreign(string? site, string? origin, int status)
    {
        using var api = await ApiClient.OpenAsync(tenants.Product);
        var before = await Snapshot.TakeAsync(tenants.Product);
        var answer = await api.SendAsync(
            HttpMethod.Post, "/api/session", new { email = Product.Email, password = Product.Password }, Headers(site, origin));
        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 200, answer.Header("Set-Cookie") is not null);
        Assert.Equal(status == 403, before == await Snapshot.TakeAsync(tenants.Product));
    }

    [Fact]
    public async Task Sign_in_of_a_program_says_nothing_of_a_site_and_is_taken()
    {
        using var api = await ApiClient.OpenAsync(tenants.Product);
        using var body = new StringContent(
            $$"""{"email": "{{Product.Email}}", "password": "{{Product.Password}}"}""", System.Text.Encoding.UTF8, "application/json");
        Assert.Equal(200, (await api.SendContentAsync(HttpMethod.Post, "/api/session", body)).Status);
        Assert.Equal(200, (await api.GetAsync("/api/session")).Status);
    }

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public async Task Circuit_under_a_session_is_not_opened_from_elsewhere(string? site, string? origin)
    {
        const string negotiate = "/_blazor/negotiate?negotiateVersion=1";
        Assert.Equal("cross_site", (await tenants.Owner.SendContentAsync(HttpMethod.Post, negotiate, null, Headers(site, origin))).Code);
        (string, string)[] upgrade =
        [
            ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), .. Headers(site, origin),
        ];
        Assert.Equal("cross_site", (await tenants.Owner.SendContentAsync(HttpMethod.Get, "/_blazor?id=x", null, upgrade)).Code);
    }

    [Fact]
    public async Task Circuit_under_a_session_is_opened_by_the_products_own_pages() => Assert.Equal(
        200, (await tenants.Owner.SendContentAsync(
        HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1", null, Headers(null, "http://127.0.0.1:PORT"))).Status);

    [Theory]
    [InlineData("POST", "/_blazor/negotiate?negotiateVersion=1")]
    [InlineData("POST", "/_blazor/negotiate/?negotiateVersion=1")]
    [InlineData("POST", "/_BLAZOR/Negotiate?negotiateVersion=1")]
    [InlineData("GET", "/_blazor/initializers")]
    [InlineData("GET", "/_blazor")]
    [InlineData("GET", "/_blazor?id=x")]
    [InlineData("POST", "/_blazor/?id=x")]
    [InlineData("DELETE", "/_blazor?id=x")]
    [InlineData("POST", "/_blazor/disconnect")]
    [InlineData("POST", "/_blazor/disconnect/")]
    public async Task Circuit_without_a_session_is_refused_by_any_spelling(string method, string path)
    {
        (string, string)[] own = [("Sec-Fetch-Site", "same-origin"), ("Origin", tenants.Product.Url.ToString().TrimEnd('/'))];
        var refused = await tenants.Nobody.SendContentAsync(new(method), path, null, own);
        Assert.Equal((401, "session_required"), (refused.Status, refused.Code));
        var foreign = await tenants.Owner.SendContentAsync(new(method), path, null, ("Sec-Fetch-Site", "cross-site"));
        Assert.Equal((403, "cross_site"), (foreign.Status, foreign.Code));
    }

    [Theory]
    [InlineData("/%5fblazor/negotiate", 401)]
    [InlineData("/_bl%61zor/negotiate/", 401)]
    [InlineData("//_blazor/negotiate", 404)]
    [InlineData("/_blazor//negotiate", 401)]
    [InlineData("/_blazor%2fnegotiate", 404)]
    [InlineData("/_blazor;x/negotiate", 404)]
    public async Task Circuit_has_no_address_that_needs_no_session(string path, int status)
    {
        using var client = new HttpClient();
        using var request =
            new HttpRequestMessage(HttpMethod.Post, $"{tenants.Product.Url.GetLeftPart(UriPartial.Authority)}{path}?negotiateVersion=1")
            {
                Headers = { { "Sec-Fetch-Site", "same-origin" } },
            };
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Strangers_open_no_circuits_however_often_they_ask()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 250).Select(_ => tenants.Nobody.SendContentAsync(
            HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1", null, Headers(null, "http://127.0.0.1:PORT"))));
        Assert.All(answers, answer => Assert.Equal((401, "session_required"), (answer.Status, answer.Code)));
    }

    (string, string)[] Headers(string? site, string? origin)
    {
        var port = $"{tenants.Product.Url.Port}";
        return [.. site is null ? Array.Empty<(string, string)>() : [("Sec-Fetch-Site", site)],
            .. origin is null ? Array.Empty<(string, string)>() : [("Origin", origin.Replace("PORT", port, StringComparison.Ordinal))]];
    }
}
