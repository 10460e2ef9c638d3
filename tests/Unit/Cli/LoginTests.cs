using Dashboard.Cli.Common;
using Xunit;

namespace Dashboard.Tests.Unit.Cli;

public sealed class LoginTests : IDisposable
{
    readonly CliFixture cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public void Login_shows_the_code_opens_the_browser_and_keeps_tokens_and_profile()
    {
        var run = cli.Approving().Run("login", "--url", CliFixture.Server);
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Output));
        Assert.Contains($"Open {CliFixture.Server}/oauth/device/verify and enter the code WDJB-MJHT.", run.Error, StringComparison.Ordinal);
        Assert.Contains("Signed in to https://keys.example.com as Ada, in the organization acme (profile default).",
            run.Error, StringComparison.Ordinal);
        Assert.Equal([new Uri(CliFixture.Server + "/oauth/device/verify?user_code=WDJB-MJHT")], cli.Opened);
        Assert.Equal(("access-2", "refresh-2"), (cli.Stored()!.AccessToken, cli.Stored()!.RefreshToken));
        Assert.Equal("client_id=latchkey-cli&scope=api", cli.Sent[0].Body);
        Assert.DoesNotContain(
            "access-2", run.Error + File.ReadAllText(Path.Combine(cli.ConfigFolder, "config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Login_waits_as_the_server_asks()
    {
        cli.Approving().OnEach(
            "POST /oauth/token", (400, new { error = "authorization_pending" }), (400, new { error = "slow_down" }), (503, new { }), (
                200, new { access_token = "a", expires_in = 3600 }));
        Assert.Equal(ExitCode.Ok, cli.Run("login", "--url", CliFixture.Server, "--no-browser").Code);
        Assert.Equal([5, 5, 10, 10], cli.Time.Waits.Select(wait => wait.TotalSeconds).Where(seconds => seconds < 60));
        Assert.Empty(cli.Opened);
    }

    [Theory]
    [InlineData("access_denied", "denied")]
    [InlineData("expired_token", "in time")]
    [InlineData("authorization_pending", "in time")]
    public void Login_that_nobody_approves_signs_nobody_in(string error, string sentence)
    {
        var run = cli.Approving().On("POST /oauth/token", new { error }, 400).Run("login", "--url", CliFixture.Server);
        Assert.Equal(ExitCode.NotApproved, run.Code);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.Null(cli.Stored());
    }

    [Fact]
    public void Login_to_another_organization_than_asked_for_is_given_back()
    {
        var run = cli.Approving("rival").Run("login", "--url", CliFixture.Server, "--org", "acme");
        Assert.Equal(ExitCode.NotApproved, run.Code);
        Assert.Equal("token=refresh-2", cli.Sent[^1].Body);
        Assert.Null(cli.Stored());
    }

    [Fact]
    public void Next_login_replaces_the_one_before_and_ends_it()
    {
        cli.SignedIn(project: "acme/orders").Approving();
        Assert.Equal(ExitCode.Ok, cli.Run("login").Code);
        Assert.Equal("refresh-2", cli.Stored()!.RefreshToken);
        Assert.Equal(("/oauth/token/revoke", "token=refresh-1"), (cli.Sent[^1].Url.AbsolutePath, cli.Sent[^1].Body));
        Assert.Contains("acme/orders", File.ReadAllText(Path.Combine(cli.ConfigFolder, "config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Login_to_another_organization_or_server_gets_a_profile_of_its_own()
    {
        cli.SignedIn().Approving("rival");
        Assert.Contains("(profile rival)", cli.Run("login").Error, StringComparison.Ordinal);
        Assert.Equal("refresh-1", cli.Stored()!.RefreshToken);
        Assert.Contains(
            "(profile rival-test.example.com)", cli.Run("login", "--url", "https://test.example.com").Error, StringComparison.Ordinal);
        var list = cli.Run("profile", "list").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["default", "rival", "rival-test.example.com"], list.Select(line => line.Split('\t')[0]));
        Assert.Equal("yes", list[2].Split('\t')[4]);
        Assert.Equal(ExitCode.Ok, cli.Run("profile", "use", "default").Code);
        Assert.Equal(ExitCode.Conflict, cli.Run("profile", "delete", "rival").Code);
        Assert.Equal(ExitCode.NotFound, cli.Run("profile", "use", "nobody").Code);
    }

    [Fact]
    public void Logout_ends_the_tokens_and_deletes_them_also_if_the_server_is_gone()
    {
        cli.SignedIn().Approving();
        Assert.Equal(ExitCode.Ok, cli.Run("logout").Code);
        Assert.Equal("token=refresh-1", cli.Sent[^1].Body);
        Assert.Null(cli.Stored());
        Assert.Equal(ExitCode.NotSignedIn, cli.Run("logout").Code);

        cli.SignedIn().Answers["POST /oauth/token/revoke"] = _ => throw new HttpRequestException("Connection refused");
        var run = cli.Run("logout");
        Assert.Equal(ExitCode.Unavailable, run.Code);
        Assert.Contains("deleted here, but may still be valid", run.Error, StringComparison.Ordinal);
        Assert.Null(cli.Stored());
    }

    [Fact]
    public void Login_asks_nobody_where_nobody_may_be_asked()
    {
        Assert.Equal(ExitCode.ApprovalNeeded, cli.Run("login", "--url", CliFixture.Server, "--no-input").Code);
        Assert.Equal(ExitCode.Usage, cli.Run("login").Code); // no server
        Assert.Equal(ExitCode.Usage, cli.Run("login", "--url", CliFixture.Server, "--profile", "../x").Code);
        cli.Variables["LATCHKEY_TOKEN"] = "t";
        Assert.Equal(ExitCode.Usage, cli.Run("login", "--url", CliFixture.Server).Code);
        Assert.DoesNotContain(cli.Sent, sent => sent.Url.AbsolutePath == "/api/keys");
    }

    [Theory]
    [InlineData("http://keys.example.com", ExitCode.Usage)]
    [InlineData("ftp://keys.example.com", ExitCode.Usage)]
    [InlineData("https://keys.example.com/path", ExitCode.Usage)]
    [InlineData("https://user:secret@keys.example.com", ExitCode.Usage)]
    [InlineData("http://localhost:5080", ExitCode.Ok)]
    [InlineData("http://[::1]:5080", ExitCode.Ok)]
    [InlineData("keys.example.com", ExitCode.Ok)]
    [InlineData("localhost:5080", ExitCode.Ok)]
    public void Token_goes_to_encrypted_servers_and_to_this_machine(string url, ExitCode expected) =>
        Assert.Equal(expected, cli.Approving().Run("login", "--url", url).Code);

    [Fact]
    public void Unencrypted_server_is_the_persons_own_decision()
    {
        cli.Variables["LATCHKEY_ALLOW_HTTP"] = "1";
        Assert.Equal(ExitCode.Ok, cli.Approving().Run("login", "--url", "http://keys.example.com").Code);
    }
}
