using Dashboard.Hosting;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Hosting;

public sealed class SecurityHeadersTests
{
    const string Https = "https://keys.example";

    [Fact]
    public async Task Page_has_a_policy_that_loads_and_runs_only_its_own_files()
    {
        var headers = await HeadersAsync("/my-organization/default/keys", Https);
        var policy = headers.ContentSecurityPolicy.ToString().Split("; ").Select(directive => directive.Split(' ', 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        Assert.Equal(("'none'", "'none'", "'self'", "'self'"), (
            policy["object-src"], policy["frame-ancestors"], policy["base-uri"], policy["form-action"]));
        Assert.All(new[] { "default-src", "script-src", "style-src", "font-src", "connect-src" }, name =>
            Assert.Equal("'self'", policy[name]));
        Assert.DoesNotContain(policy.Values, value =>
            value.Contains("unsafe-eval", StringComparison.Ordinal) || value.Contains('*', StringComparison.Ordinal));
        Assert.Equal(
            ["style-src-attr"], policy.Where(pair => pair.Value.Contains("unsafe", StringComparison.Ordinal)).Select(pair => pair.Key));
        Assert.Equal(
            ("nosniff", "same-origin", "same-origin", "same-origin"),
            (Of("X-Content-Type-Options"), Of("Referrer-Policy"), Of("Cross-Origin-Resource-Policy"), Of("Cross-Origin-Opener-Policy")));

        string Of(string name) => headers[name].ToString();
    }

    [Theory]
    [InlineData(Https, "https", "keys.example", "max-age=31536000")]
    [InlineData(Https, "http", "keys.example", "")]
    [InlineData(null, "https", "keys.example", "max-age=31536000")]
    [InlineData(null, "https", "localhost", "")] // other programs of this machine have no https
    public async Task Https_is_for_a_year_and_only_where_it_is_used(string? publicUrl, string scheme, string host, string expected) =>
        Assert.Equal(expected, (await HeadersAsync("/api/session", publicUrl, scheme, host)).StrictTransportSecurity.ToString());

    [Theory]
    [InlineData("/forward-auth")]
    [InlineData("/forward-auth-nginx/acme/orders/live")]
    public async Task Answer_that_a_proxy_hands_on_has_only_what_fits_any_host(string path) =>
        Assert.Equal(["X-Content-Type-Options"], (await HeadersAsync(path, Https)).Keys);

    static async Task<IHeaderDictionary> HeadersAsync(string path, string? publicUrl, string scheme = "https", string host = "keys.example")
    {
        await using var services = new ServiceCollection()
            .AddSingleton(new PublicUrl(TestInstallation.Configuration(("PublicUrl", publicUrl)))).BuildServiceProvider();
        var app = new ApplicationBuilder(services);
        app.UseSecurityHeaders().Run(_ => Task.CompletedTask);
        var http = new DefaultHttpContext { Request = { Path = path, Scheme = scheme, Host = new(host) } };
        await app.Build()(http);
        return http.Response.Headers;
    }
}
