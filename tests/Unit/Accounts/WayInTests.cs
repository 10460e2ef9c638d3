using Dashboard.Accounts;
using Dashboard.Auth;
using Dashboard.Hosting;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

public sealed class WayInTests
{
    [Theory]
    [InlineData("/acme/orders/keys")]
    [InlineData("/acme/orders/keys?search=a%2F%2Fb#x")]
    [InlineData("/")]
    public void Local_path_is_followed(string path) => Assert.Equal(path, LocalPath.OrStart(path));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("keys")]
    [InlineData("~/keys")]
    [InlineData("//evil.example")]
    [InlineData("///evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\n/evil.example")]
    [InlineData("/acme\\..\\keys")]
    [InlineData("https://evil.example")]
    [InlineData("javascript:alert(1)")]
    public void Any_other_path_leads_to_the_start(string? path) => Assert.Equal("/", LocalPath.OrStart(path));

    [Fact]
    public void Endless_path_leads_to_the_start() => Assert.Equal("/", LocalPath.OrStart("/" + new string('a', 2000)));

    [Theory]
    [InlineData("http://127.0.0.1:5080", "http://127.0.0.1:5080")]
    [InlineData("http://localhost:5080", "http://localhost:5080")]
    [InlineData("http://[::]:5080", "http://localhost:5080")]
    [InlineData("http://0.0.0.0:8080", "http://localhost:8080")]
    [InlineData("https://*:443", "https://localhost:443")]
    [InlineData("http://+:80", "http://localhost:80")]
    [InlineData("http://[::1]:5080", "http://[::1]:5080")]
    public void Start_line_shows_an_address_that_opens(string bound, string shown) => Assert.Equal(shown, StartLine.Shown(bound));

    [Theory]
    [InlineData(null, "latchkey", CookieSecurePolicy.SameAsRequest)]
    [InlineData("http://keys.northwind.example", "latchkey", CookieSecurePolicy.SameAsRequest)]
    [InlineData("https://keys.northwind.example", "__Host-latchkey", CookieSecurePolicy.Always)]
    public void Cookie_is_tied_to_https_where_people_use_it(string? publicUrl, string name, CookieSecurePolicy secure)
    {
        var options = new CookieAuthenticationOptions();
        SessionCookie.Configure(options, new PublicUrl(TestInstallation.Configuration(("PublicUrl", publicUrl))).IsHttps, new());
        Assert.Equal((name, secure, true, SameSiteMode.Lax, "/", (string?)null),
            (options.Cookie.Name, options.Cookie.SecurePolicy, options.Cookie.HttpOnly, options.Cookie.SameSite,
                options.Cookie.Path, options.Cookie.Domain));
        Assert.False(options.SlidingExpiration);
    }
}
