using Dashboard.Core.Tokens;
using Dashboard.Hosting;

namespace Dashboard.Commands;

/// <summary>The command <c>signing-keys replace</c>: retires the keys that sign access tokens, on the database of the settings.</summary>
sealed class SigningKeysCommand : ConsoleCommand
{
    const string Replace = "replace";

    public override string Name => "signing-keys";

    public override string Description => "replace: retire the keys that sign access tokens, and create another";

    public override string Help => """
        Usage: Dashboard signing-keys replace [--Setting:Name=value …]

        Retires every key that signs access tokens, also the next one that is already published, and creates one that
        signs at once. All access tokens that were issued before are refused: by running nodes within 2 seconds. Refresh
        tokens, client secrets and API keys stay valid, so programs get a new access token by themselves. Servers that
        verify tokens by their signature alone have to load the key set again.

        Use it when somebody may have read a private key. The settings are those of the nodes, which may keep running.
        """;

    public override CommandNeeds Needs => CommandNeeds.Database;

    public override void Check(CommandInput input)
    {
        if (input.Words is not [Replace])
        {
            throw new StartException(
                $"\"{string.Join(' ', [Name, .. input.Words])}\" is not a command; use {Name} {Replace}, or {Name} --help.");
        }
    }

    public override async Task<int> RunAsync(
        CommandInput input, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        var (retired, created) = await services.GetRequiredService<SigningKeys>().RetireAllAsync(cancellationToken);
        await output.WriteLineAsync(retired.Count == 0 ? "There was no signing key." : $"Retired: {string.Join(", ", retired)}.");
        await output.WriteLineAsync($"Signs from now on: {created}.");
        return 0;
    }
}
