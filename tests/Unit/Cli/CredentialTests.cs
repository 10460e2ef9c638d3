using Dashboard.Cli.Common;
using Dashboard.Cli.Profiles;
using Xunit;

namespace Dashboard.Tests.Unit.Cli;

public sealed class CredentialTests : IDisposable
{
    const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly CliFixture cli = new();

    public void Dispose() => cli.Dispose();

    [Fact]
    public void Files_belong_to_their_owner_alone()
    {
        cli.SignedIn();
        Assert.Equal(Mine, File.GetUnixFileMode(cli.TokenFile));
        Assert.Equal(Mine, File.GetUnixFileMode(Path.Combine(cli.ConfigFolder, "config.json")));
        Assert.Equal(Mine | UnixFileMode.UserExecute, File.GetUnixFileMode(cli.StateFolder));
        Assert.Equal(Mine | UnixFileMode.UserExecute, File.GetUnixFileMode(cli.ConfigFolder));
        Assert.Equal(["default.json"], Directory.GetFiles(cli.StateFolder).Select(Path.GetFileName)); // nothing is left beside it
    }

    [Fact]
    public void File_that_others_can_read_is_told_of_and_mended_by_the_next_write()
    {
        cli.SignedIn(minutes: 0).Approving();
        File.SetUnixFileMode(cli.TokenFile, Mine | UnixFileMode.OtherRead);
        Assert.Contains($"Run chmod 600 on it.", cli.Run("whoami").Error, StringComparison.Ordinal);
        Assert.Equal(Mine, File.GetUnixFileMode(cli.TokenFile));
    }

    [Fact]
    public void Expired_token_is_refreshed_before_the_request()
    {
        cli.SignedIn(minutes: 0.5).Approving();
        Assert.Equal(ExitCode.Ok, cli.Run("whoami").Code);
        Assert.Equal(["/oauth/token", "/v1/capabilities"], cli.Sent.Select(sent => sent.Url.AbsolutePath));
        Assert.Contains("refresh_token=refresh-1", cli.Sent[0].Body, StringComparison.Ordinal);
        Assert.Equal("Bearer access-2", cli.Sent[1].Authorization);
        Assert.Equal(("access-2", "refresh-2"), (cli.Stored()!.AccessToken, cli.Stored()!.RefreshToken));
    }

    [Fact]
    public void Token_that_the_server_refuses_is_refreshed_once()
    {
        cli.SignedIn().Approving()
            .OnEach("GET /v1/capabilities", (401, new { code = "token_expired" }), (200, new { organization = "acme" }));
        Assert.Equal(ExitCode.Ok, cli.Run("whoami").Code);
        Assert.Equal(3, cli.Sent.Count);

        cli.On("GET /v1/capabilities", new { code = "invalid_token", detail = "The access token is not valid." }, 401);
        var run = cli.Run("whoami");
        Assert.Equal((ExitCode.NotSignedIn, "The access token is not valid."), (run.Code, run.Error.Trim()));
        Assert.Equal(6, cli.Sent.Count);
    }

    [Fact]
    public async Task Ten_commands_with_one_expired_token_make_one_refresh()
    {
        cli.SignedIn(minutes: 0).Approving();
        var runs = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => cli.RunAsync("whoami"))));
        Assert.All(runs, run => Assert.Equal(ExitCode.Ok, run.Code));
        Assert.Single(cli.Sent, sent => sent.Url.AbsolutePath == "/oauth/token");
        Assert.All(cli.Sent.Where(sent => sent.Url.AbsolutePath == "/v1/capabilities"), sent =>
            Assert.Equal("Bearer access-2", sent.Authorization));
    }

    [Fact]
    public async Task Profiles_that_are_written_at_once_are_all_kept()
    {
        var store = new ProfileStore(cli.MachineOf(TextWriter.Null, Stream.Null, TextWriter.Null));
        await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => Task.Run(() => store.SaveAsync($"p{i}", new(CliFixture.Server), CancellationToken.None))));
        Assert.Equal(20, store.Read().Profiles.Count);
    }

    [Fact]
    public void Ended_sign_in_is_a_sentence_and_leaves_no_token()
    {
        var run = cli.SignedIn(minutes: 0).On("POST /oauth/token", new { error = "invalid_grant" }, 400).Run("whoami");
        Assert.Equal((ExitCode.NotSignedIn, "Your sign-in has expired or was ended. Run latchkey login."), (run.Code, run.Error.Trim()));
        Assert.Null(cli.Stored());
        Assert.Equal(ExitCode.NotSignedIn, cli.Run("whoami").Code);
    }

    [Fact]
    public void Server_that_is_gone_during_a_refresh_signs_nobody_out()
    {
        cli.SignedIn(minutes: 0).Answers["POST /oauth/token"] = _ => throw new HttpRequestException("Connection refused");
        var run = cli.Run("whoami");
        Assert.Equal(
            (ExitCode.Unavailable, "https://keys.example.com cannot be reached: Connection refused"), (run.Code, run.Error.Trim()));
        Assert.Equal("refresh-1", cli.Stored()!.RefreshToken);
        cli.On("POST /oauth/token", new { code = "unavailable", detail = "Later." }, 503);
        Assert.Equal(ExitCode.Unavailable, cli.Run("whoami").Code);
        Assert.Equal("refresh-1", cli.Stored()!.RefreshToken);
    }

    [Fact]
    public void Tokens_are_sent_to_the_server_that_they_are_from_and_to_no_other()
    {
        cli.SignedIn().Approving();
        Assert.Equal(ExitCode.NotSignedIn, cli.Run("whoami", "--url", "https://evil.example.com").Code);
        File.WriteAllText(Path.Combine(cli.ConfigFolder, "config.json"),
            """{"current":"default","profiles":{"default":{"url":"https://evil.example.com","organization":"acme"}}}""");
        Assert.Equal(ExitCode.NotSignedIn, cli.Run("whoami").Code);
        Assert.Empty(cli.Sent);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    public void Token_file_that_is_cut_off_counts_as_none(string content)
    {
        cli.SignedIn();
        File.WriteAllText(cli.TokenFile, content);
        Assert.Equal(ExitCode.NotSignedIn, cli.Run("whoami").Code);
    }

    [Fact]
    public void Config_that_is_no_config_is_a_sentence()
    {
        cli.SignedIn();
        File.WriteAllText(Path.Combine(cli.ConfigFolder, "config.json"), "{");
        var run = cli.Run("whoami");
        Assert.Equal(ExitCode.Error, run.Code);
        Assert.Contains("config.json is not what latchkey wrote", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Given_token_is_used_alone_and_needs_a_server()
    {
        cli.Variables["LATCHKEY_TOKEN"] = "given";
        Assert.Equal(ExitCode.Usage, cli.Run("whoami").Code);
        cli.Variables["LATCHKEY_URL"] = CliFixture.Server;
        cli.Approving().On("GET /v1/capabilities", new { code = "token_expired", detail = "The access token has expired." }, 401);
        Assert.Equal(ExitCode.NotSignedIn, cli.Run("whoami").Code);
        Assert.Equal(["Bearer given"], cli.Sent.Select(sent => sent.Authorization)); // no refresh
        cli.Variables["LATCHKEY_TOKEN"] = "two\nlines";
        var run = cli.Run("whoami");
        Assert.Equal(ExitCode.NotSignedIn, run.Code);
        Assert.DoesNotContain("lines", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Fresh_approval_is_asked_for_and_the_command_goes_on()
    {
        cli.SignedIn().Approving().OnEach(
            "POST /api/keys", (403, new { code = "fresh_sign_in_required" }), (201, new { name = "k", key_id = "id", raw_key = "raw" }));
        var run = cli.Run("api-key", "generate", "k");
        Assert.Equal((ExitCode.Ok, "raw\n"), (run.Code, run.Output));
        Assert.Contains("This needs a fresh approval.", run.Error, StringComparison.Ordinal);
        Assert.Contains("WDJB-MJHT", run.Error, StringComparison.Ordinal);
        Assert.Equal("refresh-2", cli.Stored()!.RefreshToken);
        Assert.Contains(cli.Sent, sent => sent.Body == "token=refresh-1"); // the approval before has ended
        Assert.Equal("Bearer access-2", cli.Sent[^1].Authorization);
    }

    [Fact]
    public void Fresh_approval_for_another_organization_changes_nothing()
    {
        cli.SignedIn().Approving("rival").On("POST /api/keys", new { code = "fresh_sign_in_required" }, 403);
        var run = cli.Run("api-key", "generate", "k");
        Assert.Equal((ExitCode.NotApproved, ""), (run.Code, run.Output));
        Assert.Equal("refresh-1", cli.Stored()!.RefreshToken);
        Assert.Contains(cli.Sent, sent => sent.Body == "token=refresh-2");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Fresh_approval_that_nobody_can_give_is_a_code_of_its_own(bool givenToken)
    {
        if (givenToken)
        {
            (cli.Variables["LATCHKEY_TOKEN"], cli.Variables["LATCHKEY_URL"]) = ("given", CliFixture.Server);
        }
        else
        {
            cli.SignedIn();
        }

        cli.Approving().On("POST /api/keys", new { code = "fresh_sign_in_required" }, 403);
        var run = cli.Run(["api-key", "generate", "k", .. givenToken ? Array.Empty<string>() : ["--no-input"]]);
        Assert.Equal(ExitCode.ApprovalNeeded, run.Code);
        Assert.Contains("--environment test", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(cli.Sent, sent => sent.Url.AbsolutePath == "/oauth/device/authorize");
    }
}
