using Dashboard.Cli.Common;
using Xunit;

namespace Dashboard.Tests.Unit.Cli;

public sealed class AnswerTests : IDisposable
{
    readonly CliFixture cli = new();

    public AnswerTests() => cli.SignedIn().On("GET /api/projects", new
    {
        items = new[] { new { organization = "acme", slug = "orders", name = "Orders\u001b[31m\tred",
            created_at = "2026-11-21T09:30:00.000Z" } },
    });

    public void Dispose() => cli.Dispose();

    [Fact]
    public void List_in_a_pipe_is_lines_with_tabs_and_no_control_characters() =>
        Assert.Equal("acme/orders\tOrders [31m red\t2026-11-21 09:30\t\n", cli.Run("project", "list").Output);

    [Fact]
    public void List_in_a_terminal_is_a_table()
    {
        cli.IsTerminal = true;
        var output = cli.Run("project", "list").Output;
        Assert.Contains("Project", output, StringComparison.Ordinal);
        Assert.Contains("acme/orders", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[31m", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Quiet_list_is_identifiers_and_json_is_an_array()
    {
        Assert.Equal(("acme/orders\n", ""), (cli.Run("project", "list", "-q").Output, cli.Run("project", "list", "-q").Error));
        Assert.StartsWith("[\n  {\n    \"organization\": \"acme\"", cli.Run("project", "list", "--json").Output, StringComparison.Ordinal);
        Assert.Equal("", cli.On("GET /api/projects", new { items = Array.Empty<object>() }).Run("project", "list").Output);
        Assert.Equal("[]\n", cli.Run("project", "list", "--json").Output);
    }

    [Theory]
    [InlineData(400, "invalid_request", ExitCode.Usage)]
    [InlineData(401, "session_required", ExitCode.NotSignedIn)]
    [InlineData(403, "forbidden", ExitCode.Forbidden)]
    [InlineData(404, "not_found", ExitCode.NotFound)]
    [InlineData(409, "key_limit_reached", ExitCode.Conflict)]
    [InlineData(413, "too_large", ExitCode.Usage)]
    [InlineData(429, "rate_limited", ExitCode.RateLimited)]
    [InlineData(500, "x", ExitCode.Error)]
    [InlineData(503, "unavailable", ExitCode.Unavailable)]
    public void Refusal_is_its_sentence_and_a_code(int status, string code, ExitCode expected)
    {
        cli.On("POST /oauth/token", new { access_token = "a", expires_in = 3600 });
        var run = cli.On("GET /api/projects", new { code, detail = "What is wrong.", errors = new { name = "Too long." } }, status)
            .Run("project", "list");
        Assert.Equal((expected, "", "What is wrong.\n  name: Too long.\n"), (run.Code, run.Output, run.Error));
    }

    [Fact]
    public void Answer_of_something_else_is_no_puzzle()
    {
        cli.Answers["GET /api/projects"] = _ => new(502, "<html>", "text/html");
        var run = cli.Run("project", "list");
        Assert.Equal(
            (ExitCode.Unavailable, "The server answered with status 502, and not as Latchkey does. Check the URL.\n"),
            (run.Code, run.Error));
    }

    [Fact]
    public void Broken_pipe_is_a_sentence_and_a_code()
    {
        cli.Reader = new NobodyReads();
        var run = cli.Run("project", "list");
        Assert.Equal((ExitCode.BrokenPipe, "The program that reads the output has ended.\n"), (run.Code, run.Error));
    }

    [Fact]
    public void Misuse_is_told_with_the_way_to_help()
    {
        var run = cli.Run("api-key", "list", "--nonsense");
        Assert.Equal((ExitCode.Usage, ""), (run.Code, run.Output));
        Assert.EndsWith("Run latchkey api-key list --help.\n", run.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, cli.Run().Code);
        Assert.Equal(ExitCode.Usage, cli.Run("api-key", "list", "-e", "prod").Code);
        Assert.Equal(ExitCode.Usage, cli.Run("api-key", "generate", "x", "--expires", "soon").Code);
    }

    sealed class NobodyReads : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => Fail();

        public override void Write(ReadOnlySpan<byte> buffer) => Fail();

        static void Fail() => throw new IOException("Broken pipe", OperatingSystem.IsWindows() ? unchecked((int)0x8007006D) : 32);
    }
}
