using System.Security.Claims;
using Dashboard.Auth;
using Dashboard.Core.Changes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using Xunit;

namespace Dashboard.Tests.Unit.Auth;

public sealed class SameOriginTests
{
    [Theory]
    [InlineData("https", "keys.example", "https://keys.example")]
    [InlineData("https", "keys.example", "https://keys.example:443")]
    [InlineData("https", "keys.example:443", "https://keys.example")]
    [InlineData("https", "Keys.Example", "https://keys.EXAMPLE")]
    [InlineData("https", "keys.example.", "https://keys.example")]
    [InlineData("https", "keys.example", "https://keys.example.")]
    [InlineData("wss", "keys.example", "https://keys.example")]
    [InlineData("ws", "127.0.0.1:5080", "http://127.0.0.1:5080")]
    [InlineData("http", "127.0.0.1:5080", "http://127.0.0.1:5080")]
    [InlineData("http", "[::1]:5080", "http://[::1]:5080")]
    public void Origin_of_the_requests_own_scheme_host_and_port_is_own(string scheme, string host, string origin) =>
        Assert.Equal(SameOrigin.Provenance.Own, Of(scheme, host, origin: origin));

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://keys.example")]
    [InlineData("https://keys.example:8443")]
    [InlineData("https://keys.example.evil.example")]
    [InlineData("https://sub.keys.example")]
    [InlineData("https://keys.example@evil.example")]
    [InlineData("wss://keys.example")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("keys.example")]
    [InlineData("file://")]
    public void Any_other_origin_is_foreign(string origin) =>
        Assert.Equal(SameOrigin.Provenance.Foreign, Of("https", "keys.example", origin: origin));

    [Theory]
    [InlineData("same-origin", null, "Own")]
    [InlineData("same-origin", "https://before-the-proxy.example", "Own")]
    [InlineData("same-site", null, "Foreign")]
    [InlineData("cross-site", "https://keys.example", "Foreign")]
    [InlineData("Same-Origin", null, "Foreign")]
    [InlineData("", null, "Foreign")]
    [InlineData("none", null, "Unknown")]
    [InlineData("none", "https://keys.example", "Own")]
    [InlineData("none", "https://evil.example", "Foreign")]
    [InlineData(null, null, "Unknown")]
    public void Sec_Fetch_Site_takes_precedence_over_the_origin(string? site, string? origin, string expected) =>
        Assert.Equal(expected, $"{Of("https", "keys.example", site, origin)}");

    [Fact]
    public void Header_sent_twice_proves_nothing()
    {
        Assert.Equal(SameOrigin.Provenance.Foreign, Of("https", "keys.example", new StringValues(["same-origin", "same-origin"]), default));
        Assert.Equal(SameOrigin.Provenance.Foreign, Of(
            "https", "keys.example", default, new StringValues(["https://keys.example", "https://keys.example"])));
    }

    [Theory]
    [InlineData("GET", "/_blazor", null, false, false)] // a stranger looks
    [InlineData("POST", "/_blazor/negotiate", null, false, false)]
    [InlineData("GET", "/_blazor/initializers", "person", false, false)] // another site reads
    [InlineData("GET", "/_blazor", "person", true, true)] // another site opens a circuit
    [InlineData("POST", "/_blazor/negotiate", "person", false, true)]
    [InlineData("POST", "/api/keys", "person", false, true)]
    public async Task Only_what_could_have_changed_something_is_a_refused_change(
        string method, string path, string? user, bool isUpgrade, bool isNoted)
    {
        var ledger = new RefusalLedger(TimeProvider.System);
        await using var services = new ServiceCollection().AddSingleton(ledger).AddLogging().BuildServiceProvider();
        var app = new ApplicationBuilder(services);
        app.UseSameOrigin();
        var http = new DefaultHttpContext
        {
            RequestServices = services,
            Request = { Method = method, Path = path, Scheme = "https", Host = new("keys.example"),
                Headers = { ["Sec-Fetch-Site"] = "cross-site" } },
        };
        if (isUpgrade)
        {
            http.Request.Headers.Upgrade = "websocket";
        }

        if (user is not null)
        {
            http.User = new(new ClaimsIdentity(
                [new(ClaimTypes.NameIdentifier, user), new(ClaimTypes.Name, "Priya"), new(CurrentActor.SessionClaim, "s1")], "test"));
        }

        await app.Build()(http);
        Assert.Equal(user is null ? 401 : 403, http.Response.StatusCode);
        Assert.Equal(isNoted ? 1 : 0, ledger.Take().Count);
    }

    static SameOrigin.Provenance Of(string scheme, string host, string? site = null, string? origin = null) =>
        Of(scheme, host, site is null ? default : new StringValues(site), origin is null ? default : new StringValues(origin));

    static SameOrigin.Provenance Of(string scheme, string host, StringValues site, StringValues origin)
    {
        var request = new DefaultHttpContext { Request = { Scheme = scheme, Host = new(host) } }.Request;
        if (site.Count > 0)
        {
            request.Headers["Sec-Fetch-Site"] = site;
        }

        if (origin.Count > 0)
        {
            request.Headers.Origin = origin;
        }

        return SameOrigin.Of(request);
    }
}
