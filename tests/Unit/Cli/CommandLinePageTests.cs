using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Dashboard.Cli;
using Dashboard.Cli.Common;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Cli;

/// <summary>docs/command-line.md names what there is, and nothing else.</summary>
public sealed partial class CommandLinePageTests
{
    static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "command-line.md"));

    [Fact]
    public void Page_lists_every_exit_code()
    {
        var listed = ExitCodeRow().Matches(Page).Select(match => int.Parse(match.Groups["code"].ValueSpan, CultureInfo.InvariantCulture));
        Assert.Equal(Enum.GetValues<ExitCode>().Select(code => (int)code), listed);
    }

    [Fact]
    public void Page_names_every_command()
    {
        using var cli = new CliFixture();
        var root = CommandLine.Root(cli.MachineOf(TextWriter.Null, Stream.Null, TextWriter.Null));
        var commands = Leaves(root, "").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(commands, CommandRow().Matches(Page).Select(match => match.Groups["command"].Value)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    static IEnumerable<string> Leaves(Command command, string path) => command.Subcommands.Count == 0
        ? [path.Trim()]
        : command.Subcommands.SelectMany(below => Leaves(below, $"{path} {below.Name}"));

    [GeneratedRegex(@"^\| (?<code>\d+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ExitCodeRow();

    [GeneratedRegex(@"^\| `(?<command>[a-z]+(-[a-z]+)*( [a-z]+)?)[^`]*` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex CommandRow();
}
