using Dashboard.Hosting;

namespace Dashboard.Commands;

/// <summary>The command <c>help</c>: lists the commands, or explains one.</summary>
sealed class HelpCommand : ConsoleCommand
{
    public const string Word = "help";

    public override string Name => Word;

    public override string Description => "print this list, or the help of a command";

    public override string Help => string.Join(
        Environment.NewLine,
        [
            "Usage: Dashboard [command] [--Setting:Name=value …]",
            "",
            "Without a command, Latchkey starts. --help after a command explains it.",
            "",
            .. CommandLine.All.Select(command => $"  {command.Name,-16} {command.Description}"),
        ]);

    public override CommandNeeds Needs => CommandNeeds.Nothing;

    public override void Check(CommandInput input)
    {
        if (input.Words.FirstOrDefault(word => Find(word) is null) is { } unknown)
        {
            throw new StartException($"\"{unknown}\" is not a command; \"help\" lists them.");
        }
    }

    public override async Task<int> RunAsync(
        CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync((input.Words is [var word, ..] ? Find(word)! : this).Help);
        return 0;
    }

    static ConsoleCommand? Find(string name) => CommandLine.All.FirstOrDefault(command => command.Name == name);
}
