using System.CommandLine;
using System.CommandLine.Invocation;
using Dashboard.Cli.Audit;
using Dashboard.Cli.Calls;
using Dashboard.Cli.Completion;
using Dashboard.Cli.Import;
using Dashboard.Cli.Keys;
using Dashboard.Cli.Login;
using Dashboard.Cli.Profiles;
using Dashboard.Cli.Projects;
using Dashboard.Cli.ServiceAccounts;
using Dashboard.Cli.Sessions;
using Dashboard.Cli.Tokens;

namespace Dashboard.Cli;

/// <summary>All commands, and the one place where failures become exit codes.</summary>
static class CommandLine
{
    const string Version = "--version";

    static readonly (string Name, Func<CommandFactory, Command> Create)[] Commands =
    [
        ("login", factory => new LoginCommand(factory).Create()),
        ("logout", factory => new LogoutCommand(factory).Create()),
        ("whoami", factory => new WhoAmICommand(factory).Create()),
        ("api-key", factory => new KeyCommands(factory).Create()),
        ("import", factory => new ImportCommand(factory).Create()),
        ("service-account", factory => new ServiceAccountCommands(factory).Create()),
        ("oauth-token", factory => new TokenCommands(factory).CreateOAuthToken()),
        ("token", factory => new TokenCommands(factory).CreateToken()),
        ("audit", factory => new AuditCommands(factory).Create()),
        ("session", factory => new SessionCommands(factory).Create()),
        ("project", factory => new ProjectCommands(factory).Create()),
        ("profile", factory => new ProfileCommands(factory).Create()),
        ("api-call", factory => new ApiCallCommand(factory).Create()),
        ("completion", factory => new CompletionCommand(factory).Create()),
    ];

    /// <summary>Runs a command line.</summary>
    public static async Task<int> RunAsync(string[] arguments, Machine machine, CancellationToken cancellationToken = default)
    {
        try
        {
            if (arguments is [Version])
            {
                machine.Output.WriteLine(Machine.Version); // what installers ask for, without the time that a parser takes to load
                return (int)ExitCode.Ok;
            }

            var parsed = Root(machine, arguments).Parse(arguments);
            if (parsed.Action is ParseErrorAction)
            {
                return Misused(parsed, machine);
            }

            var code = await parsed.InvokeAsync(
                new() { Output = machine.Output, Error = machine.Error, EnableDefaultExceptionHandler = false }, cancellationToken);
            await machine.Output.FlushAsync(cancellationToken);
            return code;
        }
        catch (Failure failure)
        {
            return End(machine, failure.Code, failure.Message);
        }
        catch (OperationCanceledException)
        {
            return End(machine, ExitCode.Interrupted, "Interrupted.");
        }
        catch (IOException exception) when (IsBrokenPipe(exception))
        {
            return End(machine, ExitCode.BrokenPipe, "The program that reads the output has ended.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return End(machine, ExitCode.Error, exception.Message);
        }
        catch (Exception exception)
        {
            // A mistake of ours. Its stack may hold what was typed, so it is shown to those who ask for it.
            var all = machine.Setting("LATCHKEY_DEBUG") == "1";
            return End(machine, ExitCode.Error, all ? exception.ToString() : $"{exception.GetType().Name}: {exception.Message}");
        }
    }

    /// <summary>The tree of commands: of those that the arguments name, since each takes time to make; of all if they name none.</summary>
    public static RootCommand Root(Machine machine, params string[] arguments)
    {
        var options = new GlobalOptions();
        var factory = new CommandFactory(machine, options);
        var root = new RootCommand("Latchkey: API keys and service accounts from a shell.");
        var isDirective = arguments is [['[', ..], ..]; // of a shell that completes a line
        var named = Commands.Where(command => !isDirective && arguments.Contains(command.Name, StringComparer.Ordinal)).ToList();
        foreach (var (_, create) in named.Count > 0 ? named : [.. Commands])
        {
            root.Subcommands.Add(create(factory));
        }

        options.AddTo(root);
        root.Options.OfType<VersionOption>().Single().Action = new ShowVersion(machine);
        return root;
    }

    static int Misused(ParseResult parsed, Machine machine)
    {
        foreach (var error in parsed.Errors)
        {
            machine.Error.WriteLine(Printable.Of(error.Message));
        }

        var path = string.Join(' ', Path(parsed.CommandResult.Command).Reverse());
        machine.Error.WriteLine($"Run latchkey{path} --help.");
        return (int)ExitCode.Usage;
    }

    static IEnumerable<string> Path(Command command)
    {
        for (var at = command; at is not RootCommand; at = at.Parents.OfType<Command>().First())
        {
            yield return at.Name;
        }

        yield return "";
    }

    static int End(Machine machine, ExitCode code, string sentence)
    {
        foreach (var line in sentence.Split('\n'))
        {
            machine.Error.WriteLine(Printable.Of(line));
        }

        return (int)code;
    }

    /// <summary>EPIPE, in the number of each system, and Windows' ERROR_NO_DATA and ERROR_BROKEN_PIPE.</summary>
    static bool IsBrokenPipe(IOException exception) =>
        OperatingSystem.IsWindows() ? (exception.HResult & 0xFFFF) is 109 or 232 : exception.HResult == 32;

    sealed class ShowVersion(Machine machine) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            machine.Output.WriteLine(Machine.Version);
            return (int)ExitCode.Ok;
        }
    }
}
