using Dashboard.Cli.Profiles;
using Dashboard.Cli.Server;

namespace Dashboard.Cli.Access;

/// <summary>Keeps the tokens of an approval in place of those of the one before, which ends.</summary>
sealed class SignIn(Invocation invocation, ServerClient server)
{
    public async Task KeepAsync(string profile, TokenSet tokens, CancellationToken cancellationToken)
    {
        var store = new TokenStore(invocation.Machine, profile);
        TokenSet? before;
        using (await store.LockAsync(cancellationToken))
        {
            before = store.Read();
            store.Write(tokens);
        }

        // Else each approval would stay in the list of connected apps for 30 days. A server that is gone does not undo a sign-in.
        if (before is { RefreshToken: { } old } && ServerUrl.Parse(before.Url) == server.Url)
        {
            try
            {
                await server.RevokeAsync(old, cancellationToken);
            }
            catch (Failure failure) when (failure.Code == ExitCode.Unavailable)
            {
                invocation.Answer.Note("The sign-in before this one could not be ended. See Connected apps.");
            }
        }
    }
}
