using Dashboard.Hosting;

namespace Dashboard.Commands;

/// <summary>Finds the command in the arguments of the program, and separates its words and options from settings. A setting is
/// <c>--Key=value</c>, <c>--Key value</c>, <c>/Key value</c> or <c>Key=value</c>.</summary>
static class CommandLine
{
    /// <summary>Every command, in the order in which they are listed.</summary>
    public static IReadOnlyList<ConsoleCommand> All { get; } =
    [
        new HelpCommand(),
        new VersionCommand(),
        new DoctorCommand(),
        new BackupCommand(),
        new RestoreCommand(),
        new MigrateCommand(),
        new ImportCommand(),
        new ExportCommand(),
        new OutboxCommand(),
        new ResetPasswordCommand(),
        new AuditCommand(),
        new SigningKeysCommand(),
    ];

    /// <summary>Finds the command in the arguments.</summary>
    /// <returns>The command, or null if Latchkey is to start.</returns>
    /// <exception cref="StartException">The command is unknown, or does not have these words or options.</exception>
    public static CommandCall? Find(string[] args)
    {
        if (IndexOfCommand(args) is not { } at)
        {
            return null;
        }

        var name = args[at] switch { "--help" or "-h" or "-?" => HelpCommand.Word, "--version" => VersionCommand.Word, var word => word };
        var command = All.FirstOrDefault(command => command.Name == name) ?? throw new StartException(
            $"\"{args[at]}\" is not a command; the commands are {string.Join(", ", All.Select(x => x.Name))}, and without one Latchkey starts.");
        var (input, help) = Parse(args, at, command);
        if (help)
        {
            return new(All[0], new([command.Name], input.Options, input.Settings));
        }

        command.Check(input);
        return new(command, input);
    }

    /// <summary>Returns the place of the first argument that is not part of a setting, by the rules of the configuration.</summary>
    static int? IndexOfCommand(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            var isSwitch = args[i].StartsWith("--", StringComparison.Ordinal) || args[i].StartsWith('/');
            var hasValue = args[i].Contains('=', StringComparison.Ordinal);
            if (args[i] is "--help" or "--version" || (!isSwitch && (!hasValue || args[i].StartsWith('-'))))
            {
                return i;
            }

            if (!hasValue)
            {
                i++; // the next argument is its value
            }
        }

        return null;
    }

    static (CommandInput Input, bool Help) Parse(string[] args, int at, ConsoleCommand command)
    {
        List<string> words = [], settings = [.. args[..at]];
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var help = false;
        for (var i = at + 1; i < args.Length; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            if (args[i] is "--help" or "-h" or "-?")
            {
                help = true;
            }
            else if (command.Flags.Contains(args[i], StringComparer.Ordinal))
            {
                options[args[i]] = "true";
            }
            else if (command.Options.Contains(name, StringComparer.Ordinal))
            {
                options[name] = value ?? (i + 1 < args.Length ? args[++i]
                    : throw new StartException($"{name} needs a value; \"{command.Name} --help\" says which."));
            }
            else if (command.TakesFile && name.StartsWith('/'))
            {
                words.Add(args[i]);
            }
            else if (value is not null)
            {
                settings.Add(args[i]);
            }
            else if (name.StartsWith("--", StringComparison.Ordinal) || name.StartsWith('/'))
            {
                settings.AddRange(i + 1 < args.Length ? [name, args[++i]] : [name]);
            }
            else
            {
                words.Add(name);
            }
        }

        help |= command is not HelpCommand && words is ["help", ..];
        return (new(words, options, settings), help);
    }
}

/// <summary>A command with what follows it.</summary>
sealed record CommandCall(ConsoleCommand Command, CommandInput Input)
{
    /// <summary>Runs the command on what it needs.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(TextWriter output, CancellationToken cancellationToken)
    {
        await using var services = Command.Needs == CommandNeeds.Nothing
            ? new ServiceCollection().BuildServiceProvider()
            : await CommandServices.BuildAsync(Input.Settings, Command.Needs, cancellationToken);
        return await Command.RunAsync(Input, services, output, cancellationToken);
    }
}
