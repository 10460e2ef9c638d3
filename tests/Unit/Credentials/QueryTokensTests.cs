using Dashboard.Core.Credentials;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dashboard.Tests.Unit.Credentials;

/// <summary>Access tokens in query strings: only for configured paths, and only tokens.</summary>
public sealed class QueryTokensTests
{
    const string Jwt = "aaa.bbb.ccc";

    [Theory]
    [InlineData("/events", "?access_token=" + Jwt, CredentialKind.Jwt)]
    [InlineData("/events", "?token=" + Jwt, CredentialKind.Jwt)]
    [InlineData("/events/live", "?since=1&token=" + Jwt, CredentialKind.Jwt)]
    [InlineData("/sockets", "?token=" + Jwt, CredentialKind.Jwt)]
    [InlineData("/eventsource", "?token=" + Jwt, CredentialKind.None)]
    [InlineData("/Events", "?token=" + Jwt, CredentialKind.None)]
    [InlineData("/", "?token=" + Jwt, CredentialKind.None)]
    [InlineData("/%65vents/live", "?token=" + Jwt, CredentialKind.Jwt)]
    [InlineData("/events/", "?token=" + Jwt, CredentialKind.Jwt)]
    [InlineData("/events//live", "?token=" + Jwt, CredentialKind.None)]
    [InlineData("/events/..%2fadmin", "?token=" + Jwt, CredentialKind.None)]
    [InlineData("/events/%2e%2e/admin", "?token=" + Jwt, CredentialKind.None)]
    [InlineData("/events/..;/admin", "?token=" + Jwt, CredentialKind.None)]
    [InlineData("/events\\..\\admin", "?token=" + Jwt, CredentialKind.None)]
    [InlineData(null, "?token=" + Jwt, CredentialKind.None)]
    [InlineData("/events", "", CredentialKind.None)]
    [InlineData("/events", null, CredentialKind.None)]
    [InlineData("/events", "?TOKEN=" + Jwt, CredentialKind.None)]
    [InlineData("/events", "?api_key=" + Jwt, CredentialKind.None)]
    [InlineData("/events", "?token=nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH", CredentialKind.Refused)]
    [InlineData("/events", "?token=", CredentialKind.Refused)]
    [InlineData("/events", "?token=" + Jwt + "&token=" + Jwt, CredentialKind.Refused)]
    [InlineData("/events", "?token=" + Jwt + "&access_token=" + Jwt, CredentialKind.Refused)]
    public void Token_counts_under_the_named_paths_alone(string? path, string? query, CredentialKind kind)
    {
        var found = Of(("OAuth:QueryTokenPaths:0", "/events"), ("OAuth:QueryTokenPaths:1", "/sockets/")).Or(default, path, query);
        Assert.Equal(kind, found.Kind);
        Assert.Equal(kind switch
        {
            CredentialKind.Refused => RefusalCode.InvalidToken,
            CredentialKind.None =>
            RefusalCode.MissingCredential,
            _ => (RefusalCode?)null
        }, found.Refusal);
    }

    [Fact]
    public void Headers_decide_where_they_present_anything()
    {
        var queries = Of(("OAuth:QueryTokenPaths", "/events, /sockets"));
        var key = CredentialReader.Read(new HeaderDictionary { ["X-API-Key"] = "anything" }, acceptBearer: true);
        Assert.Equal(CredentialKind.Key, queries.Or(key, "/events", $"?token={Jwt}").Kind);
        Assert.Equal(CredentialKind.Jwt, queries.Or(default, "/sockets", $"?token={Jwt}").Kind);
    }

    [Theory]
    [InlineData("https://api.example.com", true)] // its part /events is one
    [InlineData("https://api.example.com/", true)]
    [InlineData("https://api.example.com/events", true)]
    [InlineData("https://api.example.com/events/7", true)]
    [InlineData("https://api.example.com/v1", true)]
    [InlineData("https://api.example.com/eventsx", false)]
    [InlineData("https://api.example.com/v1/other", false)]
    public void Resource_tells_whether_tokens_may_stand_in_urls(string resource, bool expected)
    {
        Assert.Equal(expected, Of(("OAuth:QueryTokenPaths", "/events, /v1/sockets")).AreAllowedAt(resource));
        Assert.False(Of().AreAllowedAt(resource));
        Assert.True(Of(("OAuth:QueryTokenPaths", "/")).AreAllowedAt(resource));
    }

    [Fact]
    public void Whole_host_names_no_path() =>
        Assert.Equal(CredentialKind.Jwt, Of(("OAuth:QueryTokenPaths", "/")).Or(default, "/@acme%2fwidget", $"?token={Jwt}").Kind);

    [Fact]
    public void Nothing_is_read_from_addresses_where_nothing_is_set() =>
        Assert.Equal(CredentialKind.None, Of().Or(default, "/events", $"?token={Jwt}").Kind);

    [Fact]
    public void Path_without_a_slash_fails_startup()
    {
        var wrong = Assert.Throws<SettingException>(() => Of(("OAuth:QueryTokenPaths:0", "events")));
        Assert.Contains("OAuth:QueryTokenPaths", wrong.Message, StringComparison.Ordinal);
    }

    static QueryTokens Of(params (string, string?)[] settings) => new(TestInstallation.Configuration(settings));
}
