using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class PublicUrlTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("https://keys.northwind.example", "https://keys.northwind.example")]
    [InlineData("https://keys.northwind.example/", "https://keys.northwind.example")]
    [InlineData("HTTPS://Keys.Northwind.example:443", "https://keys.northwind.example")]
    [InlineData("https://keys.northwind.example.", "https://keys.northwind.example")]
    [InlineData("http://localhost:5080", "http://localhost:5080")]
    [InlineData("http://[::1]:5080/", "http://[::1]:5080")]
    [InlineData("https://schl\u00fcssel.example", "https://xn--schlssel-95a.example")]
    public void Setting_is_the_address_of_a_host(string? setting, string? address) => Assert.Equal(address, Of(setting).Configured);

    [Theory]
    [InlineData("keys.northwind.example", "it must be a URL that begins with https:// or http://")]
    [InlineData("ftp://keys.northwind.example", "it must be a URL that begins with https:// or http://")]
    [InlineData("https://northwind.example/keys",
        "it must end after the host and port, because Latchkey is served at the root of a host of its own")]
    [InlineData("https://northwind.example/?a",
        "it must end after the host and port, because Latchkey is served at the root of a host of its own")]
    [InlineData("https://northwind.example/#a",
        "it must end after the host and port, because Latchkey is served at the root of a host of its own")]
    [InlineData("https://a@northwind.example",
        "it must end after the host and port, because Latchkey is served at the root of a host of its own")]
    public void Anything_else_stops_the_start(string setting, string reason) =>
        Assert.Equal($"PublicUrl is \"{setting}\"; {reason}.", Assert.Throws<SettingException>(() => Of(setting)).Message);

    static PublicUrl Of(string? setting) => new(TestInstallation.Configuration(("PublicUrl", setting)));
}
