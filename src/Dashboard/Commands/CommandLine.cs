using System.Reflection;
using Dashboard.Hosting;

namespace Dashboard.Commands;

/// <summary>Separates commands from settings in the arguments of the program. A setting is <c>--Key=value</c>, <c>--Key value</c>,
/// <c>/Key value</c> or <c>Key=value</c>.</summary>
static class CommandLine
{
    static readonly (string Name, string Description)[] Commands =
    [
        ("help", "print this text"),
        ("version", "print the version"),
        ("signing-keys replace", "retire the keys that sign access tokens, and create another"),
        ("audit", "verify or prune the audit log, or print its heads; see audit --help"),
    ];

    static string Usage => string.Join(
        Environment.NewLine,
        [
            "Usage: Dashboard [command] [--Setting:Name=value …]",
            "",
            "Without a command, Latchkey starts.",
            "",
            .. Commands.Select(command => $"  {command.Name,-20} {command.Description}"),
        ]);

    static string Version => typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Runs the command in the arguments.</summary>
    /// <returns>True if there was a command and the program is done; false if the product is to start, or the command needs it.</returns>
    /// <exception cref="StartException">The command is unknown.</exception>
    public static bool Run(string[] args, TextWriter output)
    {
        var words = FindWords(args);
        switch (words.FirstOrDefault())
        {
            case null or "audit": // AuditCommand runs it
                return false;
            case SigningKeysCommand.Name:
                return SigningKeysCommand.Check(words, output);
            case "help" or "--help" or "-h" or "-?":
                output.WriteLine(Usage);
                return true;
            case "version" or "--version":
                output.WriteLine(Version);
                return true;
            case var unknown:
                var names = string.Join(", ", Commands.Select(command => command.Name));
                throw new StartException($"\"{unknown}\" is not a command; the commands are {names}, and without one Latchkey starts.");
        }
    }

    /// <summary>Runs the command in the arguments if it needs the services.</summary>
    /// <returns>True if there was one and the program is done.</returns>
    public static Task<bool> RunAsync(string[] args, IServiceProvider services, TextWriter output, CancellationToken cancellationToken) =>
        SigningKeysCommand.RunAsync(FindWords(args), services, output, cancellationToken);

    /// <summary>Returns the first argument that is not part of a setting, or null.</summary>
    internal static string? FindCommand(string[] args) => FindWords(args).FirstOrDefault();

    /// <summary>Returns the arguments that are not part of a setting, by the rules of the configuration.</summary>
    static List<string> FindWords(string[] args)
    {
        var words = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            var isSwitch = args[i].StartsWith("--", StringComparison.Ordinal) || args[i].StartsWith('/');
            var hasValue = args[i].Contains('=', StringComparison.Ordinal);
            if (args[i] is "--help" or "--version" || (!isSwitch && (!hasValue || args[i].StartsWith('-'))))
            {
                words.Add(args[i]);
            }
            else if (!hasValue)
            {
                i++; // the next argument is its value
            }
        }

        return words;
    }
}
