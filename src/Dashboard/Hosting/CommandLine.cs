using System.Reflection;

namespace Dashboard.Hosting;

/// <summary>Separates commands from settings in the arguments of the program. A setting is <c>--Key=value</c>, <c>--Key value</c>,
/// <c>/Key value</c> or <c>Key=value</c>.</summary>
static class CommandLine
{
    static readonly (string Name, string Description)[] Commands =
    [
        ("help", "print this text"),
        ("version", "print the version"),
        ("audit", "verify or prune the audit log, or print its heads; see audit --help"),
    ];

    static string Usage => string.Join(
        Environment.NewLine,
        [
            "Usage: Dashboard [command] [--Setting:Name=value …]",
            "",
            "Without a command, Latchkey starts.",
            "",
            .. Commands.Select(command => $"  {command.Name,-10} {command.Description}"),
        ]);

    static string Version => typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Runs the command in the arguments.</summary>
    /// <returns>True if there was a command and the program is done; false if the product is to start.</returns>
    /// <exception cref="StartException">The command is unknown.</exception>
    public static bool Run(string[] args, TextWriter output)
    {
        switch (FindCommand(args))
        {
            case null or "audit": // AuditCommand runs it
                return false;
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

    /// <summary>Returns the first argument that is not part of a setting, by the rules of the configuration.</summary>
    internal static string? FindCommand(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var isSwitch = args[i].StartsWith("--", StringComparison.Ordinal) || args[i].StartsWith('/');
            var hasValue = args[i].Contains('=', StringComparison.Ordinal);
            if (args[i] is "--help" or "--version" || (!isSwitch && (!hasValue || args[i].StartsWith('-'))))
            {
                return args[i];
            }

            if (!hasValue)
            {
                i++; // the next argument is its value
            }
        }

        return null;
    }
}
