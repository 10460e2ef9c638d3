using Dashboard.Core.Tokens;
using Dashboard.Hosting;

namespace Dashboard.Commands;

/// <summary>The command <c>signing-keys replace</c>: retires the keys that sign access tokens, on the database of the settings.</summary>
static class SigningKeysCommand
{
    public const string Name = "signing-keys";

    const string Replace = "replace";

    const string Usage = """
        Usage: Dashboard signing-keys replace [--Setting:Name=value …]

        Retires every key that signs access tokens, also the next one that is already published, and creates one that
        signs at once. All access tokens that were issued before are refused: by running nodes within 2 seconds. Refresh
        tokens, client secrets and API keys stay valid, so programs get a new access token by themselves. Servers that
        verify tokens by their signature alone have to load the key set again.

        Use it when somebody may have read a private key. The settings are those of the nodes, which may keep running.
        """;

    /// <summary>Checks the words of the command, and prints its help if that is requested.</summary>
    /// <returns>Whether the program is done.</returns>
    /// <exception cref="StartException">The words are not this command.</exception>
    public static bool Check(IReadOnlyList<string> words, TextWriter output)
    {
        if (words.Any(word => word is "help" or "--help" or "-h" or "-?"))
        {
            output.WriteLine(Usage);
            return true;
        }

        return words is [Name, Replace]
            ? false
            : throw new StartException($"\"{string.Join(' ', words)}\" is not a command; use {Name} {Replace}, or {Name} --help.");
    }

    /// <summary>Runs the command if it is requested.</summary>
    /// <returns>Whether it ran, so that the program is done.</returns>
    public static async Task<bool> RunAsync(
        IReadOnlyList<string> words, IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        if (words is not [Name, Replace])
        {
            return false;
        }

        var (retired, created) = await services.GetRequiredService<SigningKeys>().RetireAllAsync(cancellationToken);
        await output.WriteLineAsync(retired.Count == 0 ? "There was no signing key." : $"Retired: {string.Join(", ", retired)}.");
        await output.WriteLineAsync($"Signs from now on: {created}.");
        return true;
    }
}
