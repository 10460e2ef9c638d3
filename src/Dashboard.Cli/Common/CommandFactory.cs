using System.CommandLine;

namespace Dashboard.Cli.Common;

/// <summary>Makes commands that run on one machine.</summary>
sealed class CommandFactory(Machine machine, GlobalOptions options)
{
    /// <summary>A command that runs something.</summary>
    public Command Leaf(string name, string description, Func<Invocation, CancellationToken, Task> run, params Symbol[] parts)
    {
        var command = new Command(name, description);
        foreach (var part in parts)
        {
            if (part is Option option)
            {
                command.Options.Add(option);
            }
            else
            {
                command.Arguments.Add((Argument)part);
            }
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            await run(new(machine, parsed, options), cancellationToken);
            return (int)ExitCode.Ok;
        });
        return command;
    }

    /// <summary>A command that only has others.</summary>
    public static Command Group(string name, string description, params Command[] commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
        {
            group.Subcommands.Add(command);
        }

        return group;
    }
}
