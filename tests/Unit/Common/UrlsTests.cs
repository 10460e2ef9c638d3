using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class UrlsTests
{
    [Theory]
    [InlineData("https://api.example.com", "https://api.example.com/")]
    [InlineData("HTTPS://API.example.com/a", "https://api.example.com/a")]
    [InlineData("https://api.example.com:443/a", "https://api.example.com/a")]
    [InlineData("https://api.example.com:/a", "https://api.example.com/a")]
    [InlineData("http://api.example.com:80", "http://api.example.com")]
    [InlineData("http://[::1]:80/", "http://[::1]")]
    [InlineData("https://api.example.com./a", "https://api.example.com/a")]
    [InlineData("https://api.example.com?x=1", "https://api.example.com/?x=1")]
    [InlineData("https://api.example.com/%7Ea%2fb", "https://api.example.com/~a%2Fb")]
    [InlineData("Com.Example.App:/cb", "com.example.app:/cb")]
    public void Addresses_of_one_place_are_the_same(string one, string other) =>
        Assert.Equal((true, true), (Urls.AreSame(one, other), Urls.AreSame(other, one)));

    [Theory]
    [InlineData("https://api.example.com/a", "https://api.example.com/A")]
    [InlineData("https://api.example.com/a", "https://api.example.com/a/")]
    [InlineData("https://api.example.com/a%2Fb", "https://api.example.com/a/b")]
    [InlineData("https://api.example.com/a", "https://api.example.com/b/../a")]
    [InlineData("https://api.example.com:443", "http://api.example.com:443")]
    [InlineData("https://api.example.com:80", "https://api.example.com")]
    [InlineData("https://api.example.com", "https://api.example.com.evil.example")]
    [InlineData("https://api.example.com", "https://User@api.example.com")]
    [InlineData("https://api.example.com/?a", "https://api.example.com/?A")]
    [InlineData("com.example.app:/cb", "com.example.app:/CB")]
    [InlineData("", "/")]
    [InlineData(null, "")]
    public void Addresses_of_two_places_differ(string? one, string? other) => Assert.False(Urls.AreSame(one, other));

    [Theory]
    [InlineData("ws", "http")]
    [InlineData("WSS", "https")]
    [InlineData("HTTPS", "https")]
    [InlineData("gopher", "gopher")]
    [InlineData(null, null)]
    public void WebSocket_begins_as_a_request(string? scheme, string? expected) => Assert.Equal(expected, Urls.ToHttpScheme(scheme));
}
