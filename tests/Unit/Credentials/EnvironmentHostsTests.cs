using Dashboard.Core.Credentials;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Credentials;

public sealed class EnvironmentHostsTests
{
    [Theory]
    [InlineData("api.example.com", AcceptedEnvironments.Live)]
    [InlineData("API.example.com:8443", AcceptedEnvironments.Live)]
    [InlineData("api.example.com.", AcceptedEnvironments.Live)]
    [InlineData("api.example.com.:8443", AcceptedEnvironments.Live)]
    [InlineData("sandbox.example.com:8080", AcceptedEnvironments.Test)]
    [InlineData("sandbox.example.com.:8080", AcceptedEnvironments.Test)]
    [InlineData("sandbox.example.com", AcceptedEnvironments.None)]
    [InlineData("rooted.example.com", AcceptedEnvironments.Test)]
    [InlineData("rooted.example.com.", AcceptedEnvironments.Test)]
    [InlineData("api.example.com.evil.example", AcceptedEnvironments.None)]
    [InlineData("", AcceptedEnvironments.None)]
    public void Host_takes_the_keys_of_the_list_that_has_it(string host, AcceptedEnvironments accepted) =>
        Assert.Equal(
            accepted, Of(("Environments:live:Hosts", "api.example.com"), ("Environments:test:Hosts:0", "sandbox.example.com:8080"),
                ("Environments:test:Hosts:1", "rooted.example.com.")).Of(new(host)));

    [Theory]
    [InlineData("api.example.com", "https", AcceptedEnvironments.Live)]
    [InlineData("api.example.com", "wss", AcceptedEnvironments.Live)]
    [InlineData("api.example.com.", "https", AcceptedEnvironments.Live)]
    [InlineData("api.example.com", "http", AcceptedEnvironments.None)]
    [InlineData("api.example.com", null, AcceptedEnvironments.None)]
    [InlineData("api.example.com:8443", "https", AcceptedEnvironments.None)]
    [InlineData("sandbox.example.com", "ws", AcceptedEnvironments.Test)]
    [InlineData("sandbox.example.com", "https", AcceptedEnvironments.None)]
    public void Host_without_a_port_has_that_of_its_scheme(string host, string? scheme, AcceptedEnvironments accepted) =>
        Assert.Equal(accepted, Of(("Environments:live:Hosts", "api.example.com:443"), ("Environments:test:Hosts", "sandbox.example.com:80"))
            .Of(new(host), scheme));

    [Fact]
    public void Every_host_takes_both_where_there_is_no_list() => Assert.Equal(AcceptedEnvironments.Both, Of().Of(new("api.example.com")));

    [Theory]
    [InlineData("Environments:live:Hosts", "https://api.example.com",
        "Environments:live:Hosts lists \"https://api.example.com\", which is not a host.")]
    [InlineData("Environments:live:Hosts", "sandbox.example.com.",
        "Environments:test:Hosts lists sandbox.example.com, which Environments:live:Hosts also lists.")]
    public void List_that_cannot_be_used_stops_the_start(string key, string value, string message) =>
        Assert.Equal(
            message, Assert.Throws<SettingException>(() => Of((key, value), ("Environments:test:Hosts", "sandbox.example.com"))).Message);

    static EnvironmentHosts Of(params (string, string?)[] settings) => new(TestInstallation.Configuration(settings));
}
