using Dashboard.Hosting;
using Xunit;

namespace Dashboard.Tests.Unit.Hosting;

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
    [InlineData("Audit")]
    [InlineData("Help")]
    [InlineData("-x=1")]
    [InlineData("--Keys:AcceptBearer=false", "serve")]
    public void Anything_else_is_refused(params string[] args)
    {
        using var output = new StringWriter();
        Assert.Equal(
            $"\"{args[^1]}\" is not a command; the commands are help, version, audit, and without one Latchkey starts.",
            Assert.Throws<StartException>(() => CommandLine.Run(args, output)).Message);
        Assert.Equal("", output.ToString());
    }
}
