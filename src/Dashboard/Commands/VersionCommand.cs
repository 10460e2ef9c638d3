using System.Reflection;

namespace Dashboard.Commands;

/// <summary>The command <c>version</c>.</summary>
sealed class VersionCommand : ConsoleCommand
{
    public const string Word = "version";

    public override string Name => Word;

    public override string Description => "print the version";

    public override string Help => "Usage: Dashboard version";

    public override CommandNeeds Needs => CommandNeeds.Nothing;

    public override async Task<int> RunAsync(
        CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync(
            typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
        return 0;
    }
}
