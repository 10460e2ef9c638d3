using System.Net;
using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Hosting;

/// <summary>A product whose public URL is https, behind a proxy that ends TLS.</summary>
public sealed class HttpsTests(HttpsTests.Encrypted encrypted, Browser browser) : IClassFixture<HttpsTests.Encrypted>
{
    const string Year = "max-age=31536000";

    [Theory]
    [InlineData("/account/sign-in", 200)]
    [InlineData("/nowhere", 404)]
    [InlineData("/api/session", 401)]
    [InlineData("/api/nowhere", 404)]
    [InlineData("/favicon.svg", 200)]
    public async Task Pages_and_the_api_are_to_be_read_over_https_for_a_year(string path, int status)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, https: true);
        Assert.Equal((status, Year), ((int)answer.StatusCode, Assert.Single(answer.Headers.GetValues("Strict-Transport-Security"))));
        using var plain = await SendAsync(HttpMethod.Get, path, https: false);
        Assert.False(plain.Headers.Contains("Strict-Transport-Security")); // browsers ignore it there
    }

    [Theory]
    [InlineData("/forward-auth", 401)]
    [InlineData("/forward-auth/a/b", 401)]
    [InlineData("/FORWARD-AUTH/nowhere", 404)]
    [InlineData("/forward-auth-nginx/-/-/live", 401)]
    public async Task Answer_that_reaches_other_hosts_has_no_header_of_ours(string path, int status)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, https: true);
        Assert.Equal(status, (int)answer.StatusCode);
        foreach (var name in new[] { "Strict-Transport-Security", "Content-Security-Policy",
            "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "Referrer-Policy" })
        {
            Assert.False(answer.Headers.Contains(name), name);
        }
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/account/sign-in?ReturnUrl=%2F")]
    [InlineData("POST", "/account/sign-in")]
    [InlineData("GET", "/setup")]
    [InlineData("GET", "/oauth/device/verify")]
    [InlineData("GET", "/my-organization/default/keys")]
    public async Task Page_over_plain_http_says_where_to_go(string method, string path)
    {
        using var answer = await SendAsync(new(method), path, https: false);
        var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains($"href=\"https://keys.example{path}\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sign_in_of_a_program_over_plain_http_is_refused_and_over_https_taken()
    {
        using var api = await ApiClient.OpenAsync(encrypted.Product);
        var person = new { email = Product.Email, password = Product.Password };
        var refused = await api.PostAsync("/api/session", person);
        Assert.Equal((403, "forbidden"), (refused.Status, refused.Code));
        Assert.Null(refused.Header("Set-Cookie"));
        Assert.Contains("https://keys.example", refused.Text, StringComparison.Ordinal);
        var taken = await api.SendAsync(
            HttpMethod.Post, "/api/session", person, ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.9"));
        Assert.Equal(200, taken.Status);
        Assert.Contains("__Host-latchkey=", taken.Header("Set-Cookie"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/capabilities", 401)]
    [InlineData("/healthz/ready", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/.well-known/jwks.json", 200)]
    [InlineData("/api/keys", 401)]
    public async Task Endpoint_for_programs_answers_over_plain_http_as_usual(string path, int status)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, https: false);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Page_about_plain_http_can_be_read_by_everybody()
    {
        encrypted.Product.Start();
        await using var visit = await PageVisit.OpenAsync(browser, encrypted.Product.Url);
        visit.Expect(403, "/account/sign-in");
        await visit.Page.GotoAsync("/account/sign-in");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Open Latchkey over https" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.PlainHttp);
    }

    async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, bool https)
    {
        encrypted.Product.Start();
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = encrypted.Product.Url };
        using var request = new HttpRequestMessage(method, path);
        if (https)
        {
            request.Headers.Add("X-Forwarded-Proto", "https");
            request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public sealed class Encrypted : IAsyncDisposable
    {
        public Product Product { get; } = new Product().With("PublicUrl", "https://keys.example/").With("Proxies:Trusted", "127.0.0.0/8");

        public ValueTask DisposeAsync() => Product.DisposeAsync();
    }
}
