using Dashboard.Core.Tokens;
using Dashboard.Core.Verification;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Verification;

public sealed class BearerChallengeTests
{
    const string Metadata = "/.well-known/oauth-protected-resource";

    static readonly CallerContext Orders = new(Path: "/v1/orders") { Scheme = "https", Host = "api.example.com:8443" };

    [Theory]
    [InlineData("https://keys.example.com", "localhost:5080", "https://keys.example.com", "https://keys.example.com")]
    [InlineData(null, "127.0.0.1:5080", "http://127.0.0.1:5080", "http://localhost:5080")]
    [InlineData(null, "api.example.com", "http://localhost:5080", "http://localhost:5080")]
    public void Challenge_of_another_server_names_its_resource_only(string? url, string host, string own, string beside)
    {
        Assert.Equal($"Bearer resource_metadata=\"{own}{Metadata}\"", Of(null, null, url, host));
        Assert.Equal($"Bearer resource_metadata=\"{beside}{Metadata}?resource=https%3A%2F%2Fapi.example.com%3A8443%2Fv1%2Forders\"",
            Of(Orders, null, url, host));
    }

    [Theory]
    [InlineData("/a/../b")]
    [InlineData("/a%2fb")]
    [InlineData("/\"b")]
    [InlineData("*")]
    [InlineData(null)]
    public void Challenge_omits_a_URL_that_no_token_can_be_for(string? path) =>
        Assert.Equal(
            $"Bearer resource_metadata=\"http://localhost:5080{Metadata}\"", Of(Orders with { Path = path }, null, null, "localhost:5080"));

    [Fact]
    public void Challenge_contains_needed_scopes_and_the_error() => Assert.Equal(
        $"Bearer resource_metadata=\"http://localhost:5080{Metadata}\", scope=\"read:workflows\", error=\"invalid_token\", error_description=\"{RefusalCode.InvalidToken.ToSentence()}\"",
        Of(null, "read:workflows", null, "localhost:5080", RefusalCode.InvalidToken));

    [Fact]
    public void Challenge_of_a_missing_scope_names_it_so_that_a_client_can_ask_for_it()
    {
        var sentence = RefusalCode.InsufficientPermissions.ToSentence();
        Assert.Equal(
            $"Bearer error=\"insufficient_scope\", scope=\"write:workflows\", resource_metadata=\"http://localhost:5080{Metadata}?resource=https%3A%2F%2Fapi.example.com%3A8443%2Fv1%2Forders\", error_description=\"{sentence}\"",
            Of(Orders, "write:workflows", null, "localhost:5080", RefusalCode.InsufficientPermissions));
        Assert.Equal(
            $"Bearer error=\"insufficient_scope\", resource_metadata=\"http://localhost:5080{Metadata}\", error_description=\"{sentence}\"",
            Of(null, null, null, "localhost:5080", RefusalCode.InsufficientPermissions));
    }

    [Fact]
    public void Challenge_names_no_metadata_where_there_is_no_authorization_server()
    {
        using var services = new ServiceCollection().AddSingleton(new PublicUrl(new ConfigurationBuilder().Build()))
            .AddSingleton(new AuthorizationServerOptions { Enabled = false }).BuildServiceProvider();
        Assert.Equal("Bearer realm=\"Latchkey\"", BearerChallenge.Of(
            new DefaultHttpContext { RequestServices = services }, RefusalCode.MissingCredential));
    }

    [Theory]
    [InlineData("read", "workflow:x", "read:workflows")]
    [InlineData("write", null, "write:workflows write:gateways write:agents")]
    [InlineData("write", "work:x", null)]
    [InlineData("verify", null, "api")]
    [InlineData("verify", "workflow:x", "api")]
    [InlineData("", null, null)]
    [InlineData(null, "workflow:x", null)]
    public void Needed_scopes_follow_from_permission_and_kind(string? permission, string? resource, string? scopes) =>
        Assert.Equal(scopes, new OAuthScopes(new PermissionCatalog(new ConfigurationBuilder().Build())).Needed(permission, resource));

    static string Of(CallerContext? original, string? scope, string? url, string host, RefusalCode code = RefusalCode.MissingCredential)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("PublicUrl", url)]).Build();
        using var services = new ServiceCollection().AddSingleton(new PublicUrl(configuration)).BuildServiceProvider();
        var http = new DefaultHttpContext { RequestServices = services, Connection = { LocalPort = 5080 } };
        (http.Request.Scheme, http.Request.Host) = ("http", new(host));
        return BearerChallenge.Of(http, code, original, scope);
    }
}
