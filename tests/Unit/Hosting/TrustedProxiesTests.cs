using System.Net;
using Dashboard.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Hosting;

public sealed class TrustedProxiesTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1/32")]
    [InlineData("10.0.0.0/8, 192.0.2.7", "10.0.0.0/8 192.0.2.7/32")]
    [InlineData("::1", "::1/128")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1/32")]
    [InlineData("::ffff:10.0.0.0/104", "10.0.0.0/8")]
    [InlineData("", "")]
    public void Setting_lists_addresses_and_networks(string setting, string networks) =>
        Assert.Equal(networks, string.Join(' ', TrustedProxies.Read(Settings(("Proxies:Trusted", setting)))));

    [Fact]
    public void Setting_may_be_a_list() =>
        Assert.Equal(["10.0.0.0/8", "::1/128"],
            TrustedProxies.Read(Settings(("Proxies:Trusted:0", "10.0.0.0/8"), ("Proxies:Trusted:1", " ::1 "))).Select(x => x.ToString()));

    [Theory]
    [InlineData("proxy.example")]
    [InlineData("10.0.0.1/8")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("1")]
    [InlineData("*")]
    [InlineData("10.0.0.1:80")]
    public void Invalid_entry_fails_startup(string setting)
    {
        var fault = Assert.Throws<SettingException>(() => TrustedProxies.Read(Settings(("Proxies:Trusted", setting))));
        Assert.StartsWith("Proxies:Trusted ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(setting, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Setting_that_trusts_all_proxies_fails_startup() => Assert.Equal(
        "ForwardedHeaders_Enabled",
        Assert.Throws<SettingException>(
            () => new ServiceCollection().AddTrustedProxies(Settings(("FORWARDEDHEADERS_ENABLED", "true")))).Key);

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("198.51.100.1, 203.0.113.9", "203.0.113.9")] // the client sent the left one itself
    [InlineData("198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9")]
    [InlineData("10.9.9.9, 10.1.2.3", "10.9.9.9")] // all are trusted: the leftmost
    [InlineData("203.0.113.9:4711", "203.0.113.9")]
    [InlineData("2001:db8::9", "2001:db8::9")]
    [InlineData("[2001:db8::9]:4711", "2001:db8::9")]
    [InlineData("::ffff:203.0.113.9", "::ffff:203.0.113.9")]
    [InlineData("203.0.113.9, ::ffff:10.1.2.3", "203.0.113.9")]
    [InlineData("nonsense", "10.0.0.1")]
    [InlineData("203.0.113.9, nonsense", "10.0.0.1")]
    [InlineData("203.0.113.9, nonsense, 10.1.2.3", "10.1.2.3")]
    [InlineData("unknown", "10.0.0.1")]
    [InlineData("_hidden", "10.0.0.1")]
    [InlineData("203.0.113.9;for=198.51.100.1", "10.0.0.1")]
    public async Task Client_is_the_first_address_from_the_right_that_is_not_trusted(string forwarded, string client)
    {
        var http = await ForwardAsync("10.0.0.1", ("X-Forwarded-For", forwarded));
        Assert.Equal(client, http.Connection.RemoteIpAddress!.ToString());
    }

    [Theory]
    [InlineData("10.0.0.1", "https", "keys.example")]
    [InlineData("::ffff:10.0.0.1", "https", "keys.example")]
    [InlineData("192.0.2.1", "http", "inside:8080")]
    [InlineData("::1", "http", "inside:8080")]
    public async Task Scheme_and_host_count_only_from_a_trusted_peer(string peer, string scheme, string host)
    {
        var http = await ForwardAsync(
            peer, ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "keys.example"));
        Assert.Equal((scheme, host), (http.Request.Scheme, http.Request.Host.Value));
    }

    [Theory]
    [InlineData("wss", "https")]
    [InlineData("WSS", "https")]
    [InlineData("ws", "http")]
    [InlineData("HTTPS", "https")]
    [InlineData("https, wss", "https")]
    public async Task Scheme_of_a_WebSocket_is_the_one_that_it_begins_with(string forwarded, string scheme)
    {
        var http = await ForwardAsync("10.0.0.1", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", forwarded));
        Assert.Equal((scheme, scheme == "https"), (http.Request.Scheme, http.Request.IsHttps));
    }

    [Theory]
    [InlineData("evil.example, keys.example", "keys.example")]
    [InlineData("evil example", "inside:8080")]
    [InlineData("keys.example/path", "inside:8080")]
    public async Task Host_that_a_client_smuggles_in_does_not_count(string forwarded, string host)
    {
        var http = await ForwardAsync("10.0.0.1", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Host", forwarded));
        Assert.Equal(host, http.Request.Host.Value);
    }

    [Fact]
    public async Task Without_the_setting_no_proxy_is_trusted()
    {
        var http = await ForwardAsync(Settings(), "127.0.0.1", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"), (
            "X-Forwarded-Host", "keys.example"));
        Assert.Equal(("127.0.0.1", "http", "inside:8080"), (
            http.Connection.RemoteIpAddress!.ToString(), http.Request.Scheme, http.Request.Host.Value));
    }

    static Task<HttpContext> ForwardAsync(string peer, params (string Name, string Value)[] headers) =>
        ForwardAsync(Settings(("Proxies:Trusted", "10.0.0.0/8")), peer, headers);

    static async Task<HttpContext> ForwardAsync(IConfiguration settings, string peer, params (string Name, string Value)[] headers)
    {
        await using var services = new ServiceCollection().AddLogging().AddTrustedProxies(settings).BuildServiceProvider();
        var app = new ApplicationBuilder(services);
        app.UseTrustedProxies();
        app.Run(_ => Task.CompletedTask);
        var http = new DefaultHttpContext
        {
            Request = { Scheme = "http", Host = new("inside:8080") },
            Connection = { RemoteIpAddress = IPAddress.Parse(peer) }
        };
        foreach (var (name, value) in headers)
        {
            http.Request.Headers[name] = value;
        }

        await app.Build()(http);
        return http;
    }

    static IConfiguration Settings(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(x => x.Key, x => (string?)x.Value, StringComparer.Ordinal)).Build();
}
