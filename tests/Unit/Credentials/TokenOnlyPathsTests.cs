using Dashboard.Core.Credentials;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Dashboard.Tests.Unit.Credentials;

public sealed class TokenOnlyPathsTests
{
    [Theory]
    [InlineData("/agents", true)]
    [InlineData("/agents/x", true)]
    [InlineData("/AGENTS/x", true)]
    [InlineData("/%61gents", true)]
    [InlineData("/x/..%2fagents", true)]
    [InlineData("//agents/x", true)]
    [InlineData("/mcp/", true)]
    [InlineData("/agentsx", false)]
    [InlineData("/@acme%2fwidget", false)]
    [InlineData("/", false)]
    [InlineData(null, false)]
    public void Key_is_refused_under_the_named_paths_alone(string? path, bool refused)
    {
        var paths = Of(("OAuth:TokenOnlyPaths", "/agents, /mcp/"));
        var key = Read("X-API-Key", "anything");
        Assert.Equal(refused ? RefusalCode.InvalidToken : null, paths.Guard(key, path).Refusal);
        Assert.Equal(refused ? RefusalCode.InvalidToken : null, paths.Guard(Read("Authorization", "Bearer opaque"), path).Refusal);
        Assert.Equal(CredentialKind.Jwt, paths.Guard(Read("Authorization", "Bearer a.b.c"), path).Kind);
        Assert.Equal(RefusalCode.MissingCredential, paths.Guard(default, path).Refusal);
    }

    [Fact]
    public void Slash_names_the_whole_host_and_nothing_names_no_path()
    {
        Assert.Equal(RefusalCode.InvalidToken, Of(("OAuth:TokenOnlyPaths", "/")).Guard(Read("X-API-Key", "x"), "/a%2fb").Refusal);
        Assert.Null(Of().Guard(Read("X-API-Key", "x"), "/agents").Refusal);
    }

    [Fact]
    public void Path_without_a_slash_fails_startup() =>
        Assert.Contains("OAuth:TokenOnlyPaths lists \"agents\"", Assert.Throws<SettingException>(() =>
            Of(("OAuth:TokenOnlyPaths", "agents"))).Message, StringComparison.Ordinal);

    static PresentedCredential Read(string header, string value) =>
        CredentialReader.Read(new HeaderDictionary { [header] = value }, acceptBearer: true);

    static TokenOnlyPaths Of(params (string, string?)[] settings) => new(TestInstallation.Configuration(settings));
}
