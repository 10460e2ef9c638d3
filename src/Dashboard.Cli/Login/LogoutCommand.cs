using System.CommandLine;
using Dashboard.Cli.Profiles;
using Dashboard.Cli.Server;

namespace Dashboard.Cli.Login;

/// <summary><c>latchkey logout</c>.</summary>
sealed class LogoutCommand(CommandFactory factory)
{
    public Command Create() => factory.Leaf(
        "logout", "Sign out: end the tokens of the profile and delete them here.", RunAsync);

    static async Task RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var list = new ProfileStore(invocation.Machine).Read();
        var chosen = ProfileChoice.Find(invocation, list) ?? throw new Failure(ExitCode.NotSignedIn, "You are not signed in.");
        var store = new TokenStore(invocation.Machine, chosen.Name);
        TokenSet? tokens;
        using (await store.LockAsync(cancellationToken))
        {
            tokens = store.Read();
            store.Delete();
        }

        if (tokens is null)
        {
            throw new Failure(ExitCode.NotSignedIn, $"You are not signed in to {chosen.Profile.Url}.");
        }

        try
        {
            var server = new ServerClient(invocation.Machine, ServerUrl.Parse(tokens.Url));
            (await server.RevokeAsync(tokens.RefreshToken ?? tokens.AccessToken, cancellationToken)).EnsureOk();
        }
        catch (Failure failure)
        {
            throw new Failure(
                failure.Code,
                $"The tokens are deleted here, but may still be valid: {failure.Message} End them under Connected apps.", failure);
        }

        invocation.Answer.Note($"Signed out of {tokens.Url}.");
    }
}
