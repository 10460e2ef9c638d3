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
    public void Settings_are_no_command(params string[] args) => Assert.Null(CommandLine.Find(args));

    [Theory]
    [InlineData("help")]
    [InlineData("-h")]
    [InlineData("--help")]
    [InlineData("--Keys:AcceptBearer", "false", "help")]
    [InlineData("help", "help")]
    public async Task Help_lists_every_command(params string[] args)
    {
        var text = await RunAsync(args);
        Assert.StartsWith("Usage: Dashboard [command]", text, StringComparison.Ordinal);
        Assert.All(CommandLine.All, command =>
            Assert.Contains($"\n  {command.Name,-16} {command.Description}", text, StringComparison.Ordinal));
    }

    public static TheoryData<string> Names => [.. CommandLine.All.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Help_of_a_command_is_its_own(string name)
    {
        var help = CommandLine.All.Single(command => command.Name == name).Help;
        Assert.Contains(name == "help" ? "Usage: Dashboard [command]" : $"Usage: Dashboard {name}", help, StringComparison.Ordinal);
        foreach (var args in new[] { [name, "--help"], [name, "-h"], [name, "help"], ["help", name],
            new[] { "--Keys:AcceptBearer", "false", name, "word", "--help" } })
        {
            Assert.Equal(help + Environment.NewLine, await RunAsync(args));
        }
    }

    [Fact]
    public void Settings_and_options_are_told_apart()
    {
        var found = CommandLine.Find(
            ["--Database:Provider", "Sqlite", "audit", "--urls", "http://127.0.0.1:0", "verify",
                "--head", "a=b", "PublicUrl=http://localhost", "/Keys:AcceptBearer", "false"])!;
        Assert.IsType<AuditCommand>(found.Command);
        Assert.Equal(["verify"], found.Input.Words);
        Assert.Equal("a=b", found.Input.Option("--head"));
        Assert.Equal(
            ["--Database:Provider", "Sqlite", "--urls", "http://127.0.0.1:0", "PublicUrl=http://localhost", "/Keys:AcceptBearer", "false"],
            found.Input.Settings);
        Assert.Equal(["/var/a=b.db"], CommandLine.Find(["backup", "/var/a=b.db", "--urls", "http://127.0.0.1:0"])!.Input.Words);
        Assert.Equal("heads.txt", CommandLine.Find(["audit", "verify", "--head=heads.txt"])!.Input.Option("--head"));
    }

    [Theory]
    [InlineData("\"signing-keys\" is not a command; use signing-keys replace, or signing-keys --help.", "signing-keys")]
    [InlineData("\"signing-keys rotate\" is not a command; use signing-keys replace, or signing-keys --help.", "signing-keys", "rotate")]
    [InlineData("\"signing-keys replace all\" is not a command; use signing-keys replace, or signing-keys --help.",
        "signing-keys", "replace", "all")]
    [InlineData("\"audit\" alone is not a command; \"audit --help\" says what there is.", "audit")]
    [InlineData("\"audit repair\" is not a command; \"audit --help\" says what there is.", "audit", "repair")]
    [InlineData("\"audit prune\" does not have these options; \"audit --help\" says which it has.", "audit", "prune")]
    [InlineData("\"again\" is one word too many; \"audit --help\" says what there is.", "audit", "verify", "again")]
    [InlineData("--head needs a value; \"audit --help\" says which.", "audit", "verify", "--head")]
    [InlineData("\"all\" is one word too many; \"outbox --help\" says what there is.", "outbox", "all")]
    [InlineData("\"reset-password\" needs the email address of an account: reset-password EMAIL.", "reset-password")]
    [InlineData("\"b@example.com\" is one word too many; \"reset-password --help\" says what there is.",
        "reset-password", "a@example.com", "b@example.com")]
    [InlineData("\"nothing\" is not a command; \"help\" lists them.", "help", "nothing")]
    public void Command_with_other_words_is_refused(string sentence, params string[] args) =>
        Assert.Equal(sentence, Assert.Throws<StartException>(() => CommandLine.Find(args)).Message);

    [Theory]
    [InlineData("Audit")]
    [InlineData("Help")]
    [InlineData("-x=1")]
    [InlineData("--Keys:AcceptBearer=false", "serve")]
    public void Anything_else_is_refused(params string[] args)
    {
        var names = string.Join(", ", CommandLine.All.Select(command => command.Name));
        Assert.Equal(
            $"\"{args[^1]}\" is not a command; the commands are {names}, and without one Latchkey starts.",
            Assert.Throws<StartException>(() => CommandLine.Find(args)).Message);
    }

    [Theory]
    [InlineData("signing-keys", "replace")]
    [InlineData("audit", "verify")]
    [InlineData("outbox")]
    [InlineData("reset-password", "a@example.com")]
    public async Task Command_in_the_wrong_folder_is_refused_and_creates_no_database(params string[] args)
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-");
        var file = Path.Combine(folder.FullName, "latchkey.db");
        var refused =
            await Assert.ThrowsAsync<StartException>(() => RunAsync([.. args, $"--ConnectionStrings:Dashboard=Data Source={file}"]));
        Assert.StartsWith("There is no database of this version;", refused.Message, StringComparison.Ordinal);
        Assert.Empty(folder.GetFiles());
        folder.Delete(recursive: true);
    }

    static async Task<string> RunAsync(string[] args)
    {
        await using var output = new StringWriter();
        Assert.Equal(0, await CommandLine.Find(args)!.RunAsync(output, TestContext.Current.CancellationToken));
        return output.ToString();
    }
}
