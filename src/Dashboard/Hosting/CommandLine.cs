using System.Reflection;

namespace Dashboard.Hosting;

/// <summary>Tells commands from settings among the program's arguments. A setting is <c>--Key=value</c>, <c>--Key value</c>, <c>/Key value</c> or <c>Key=value</c>.</summary>
static class CommandLine
{
    static readonly (string Name, string Does)[] Commands =
    [
        ("help", "print this text"),
        ("version", "print the version"),
    ];

    /// <summary>Runs the command that the arguments name.</summary>
    /// <returns>True when one ran and the program is done; false when the product is to start.</returns>
    /// <exception cref="StartException">There is no such command.</exception>
    public static bool Run(string[] args, TextWriter output)
    {
        switch (FindCommand(args))
        {
            case null:
                return false;
            case "help" or "--help" or "-h" or "-?":
                output.WriteLine(Usage);
                return true;
            case "version" or "--version":
                output.WriteLine(Version);
                return true;
            case var unknown:
                throw new StartException(
                    $"\"{unknown}\" is no command; there are {string.Join(" and ", Commands.Select(command => command.Name))}, and without one Latchkey starts.");
        }
    }

    static string Usage => string.Join(Environment.NewLine,
    [
        "Usage: Dashboard [command] [--Setting:Name=value …]",
        "",
        "Without a command Latchkey starts.",
        "",
        .. Commands.Select(command => $"  {command.Name,-10} {command.Does}"),
    ]);

    static string Version => typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>The first argument that is no part of a setting, read as the configuration reads them.</summary>
    static string? FindCommand(string[] args)
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
