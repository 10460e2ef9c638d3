using Dashboard.Commands;
using Dashboard.Hosting;
using Xunit;

namespace Dashboard.Tests.Unit.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData]
    [InlineData("--urls", "http://127.0.0.1:0")]
    [InlineData("--Keys:Template=nk_{hex:64}", "/Keys:AcceptBearer", "false", "Keys:MaxActivePerProject=5")]
    [InlineData("--Bootstrap:Password", "help", "--last")]
    [InlineData("audit", "verify")]
    public void Settings_are_no_command(params string[] args)
    {
        using var output = new StringWriter();
        Assert.False(CommandLine.Run(args, output));
        Assert.Equal("", output.ToString());
    }

    [Theory]
    [InlineData("help")]
    [InlineData("-h")]
    [InlineData("--help")]
    [InlineData("--Keys:AcceptBearer", "false", "help")]
    public void Help_lists_every_command(params string[] args)
    {
        using var output = new StringWriter();
        Assert.True(CommandLine.Run(args, output));
        Assert.Matches(@"(?s)^Usage: .*\n  help .*\n  version .*\n  audit ", output.ToString());
    }

    [Theory]
    [InlineData("signing-keys", "--help")]
    [InlineData("signing-keys", "replace", "--help")]
    [InlineData("--Keys:AcceptBearer", "false", "signing-keys", "help")]
    public void Help_of_a_command_is_its_own(params string[] args)
    {
        using var output = new StringWriter();
        Assert.True(CommandLine.Run(args, output));
        Assert.StartsWith("Usage: Dashboard signing-keys replace ", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Command_that_needs_the_database_waits_for_it()
    {
        using var output = new StringWriter();
        Assert.False(CommandLine.Run(["--Database:Provider=Sqlite", "signing-keys", "replace"], output));
        Assert.Equal("", output.ToString());
    }

    [Theory]
    [InlineData("signing-keys")]
    [InlineData("signing-keys", "rotate")]
    [InlineData("signing-keys", "replace", "all")]
    public void Command_with_other_words_is_refused(params string[] args)
    {
        using var output = new StringWriter();
        Assert.Equal(
            $"\"{string.Join(' ', args)}\" is not a command; use signing-keys replace, or signing-keys --help.",
            Assert.Throws<StartException>(() => CommandLine.Run(args, output)).Message);
    }

    [Theory]
    [InlineData("Audit")]
    [InlineData("Help")]
    [InlineData("-x=1")]
    [InlineData("--Keys:AcceptBearer=false", "serve")]
    public void Anything_else_is_refused(params string[] args)
    {
        using var output = new StringWriter();
        Assert.Equal(
            $"\"{args[^1]}\" is not a command; the commands are help, version, signing-keys replace, audit, and without one Latchkey starts.",
            Assert.Throws<StartException>(() => CommandLine.Run(args, output)).Message);
        Assert.Equal("", output.ToString());
    }
}
