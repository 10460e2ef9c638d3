using Dashboard.Cli.Common;
using Xunit;

namespace Dashboard.Tests.Unit.Cli;

public sealed class ApiCallTests : IDisposable
{
    readonly CliFixture cli = new();

    public ApiCallTests() => cli.SignedIn();

    public void Dispose() => cli.Dispose();

    [Fact]
    public void Answer_is_printed_as_it_came()
    {
        cli.Answers["GET /v1/capabilities"] = _ => new(200, """{"a":1}""");
        Assert.Equal("""{"a":1}""", cli.Run("api-call", "get", "/v1/capabilities").Output);
        Assert.Equal("Bearer access-1", cli.Sent[^1].Authorization);
        Assert.Equal("{\n  \"a\": 1\n}\n", cli.Run("api-call", "GET", "/v1/capabilities", "--json").Output);
    }

    [Fact]
    public void Refusal_is_printed_too_and_is_a_code()
    {
        var run = cli.On("GET /x", new { code = "forbidden", detail = "Your role does not allow this." }, 403).Run("api-call", "GET", "/x");
        Assert.Equal((ExitCode.Forbidden, """{"code":"forbidden","detail":"Your role does not allow this."}"""), (run.Code, run.Output));
        Assert.Equal("Your role does not allow this.\n", run.Error);
    }

    [Theory]
    [InlineData("https://evil.example.com/x")]
    [InlineData("//evil.example.com/x")]
    [InlineData("/\\evil.example.com/x")]
    [InlineData("v1/capabilities")]
    [InlineData("/:x:\\")]
    [InlineData("")]
    public void Token_leaves_for_no_other_host(string path)
    {
        Assert.Equal(ExitCode.Usage, cli.Run("api-call", "GET", path).Code);
        Assert.Empty(cli.Sent);
    }

    [Fact]
    public void Body_and_headers_are_sent()
    {
        cli.Input = """{"name":"in"}""";
        cli.On("POST /api/keys", new { });
        cli.Run("api-call", "POST", "/api/keys", "-d", """{"name":"x"}""", "-H", "Idempotency-Key: abc");
        Assert.Equal(("""{"name":"x"}""", "abc"), (cli.Sent[^1].Body, cli.Sent[^1].Headers["Idempotency-Key"]));
        cli.Run("api-call", "POST", "/api/keys", "-d", "-");
        Assert.Equal("""{"name":"in"}""", cli.Sent[^1].Body);
        Directory.CreateDirectory(cli.ConfigFolder);
        var file = Path.Combine(cli.ConfigFolder, "body.json");
        File.WriteAllText(file, "{}");
        cli.Run("api-call", "POST", "/api/keys", "-d", "@" + file);
        Assert.Equal("{}", cli.Sent[^1].Body);
        Assert.Equal(ExitCode.Usage, cli.Run("api-call", "POST", "/api/keys", "-d", "@" + file + "x").Code);
    }

    [Theory]
    [InlineData("Authorization: Bearer x")]
    [InlineData("authorization : x")]
    [InlineData("nonsense")]
    [InlineData("a b: x")]
    [InlineData("X-A: x\r\nX-B: y")]
    public void Header_that_is_none_or_a_credential_is_misuse(string header) =>
        Assert.Equal(ExitCode.Usage, cli.Run("api-call", "GET", "/x", "-H", header).Code);
}
