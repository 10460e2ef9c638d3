using Dashboard.Cli.Profiles;
using Dashboard.Cli.Server;

namespace Dashboard.Cli.Access;

/// <summary>What requests are authenticated with.</summary>
interface ICredential
{
    /// <summary>Returns an access token that has not expired.</summary>
    Task<string> GetAsync(CancellationToken cancellationToken);

    /// <summary>Returns another access token in place of one that the server refused, or null if there can be none.</summary>
    Task<string?> ReplaceAsync(string refused, CancellationToken cancellationToken);
}

/// <summary>The token of <c>LATCHKEY_TOKEN</c>, as it is.</summary>
sealed class GivenCredential(string token) : ICredential
{
    public Task<string> GetAsync(CancellationToken cancellationToken) => Task.FromResult(token);

    public Task<string?> ReplaceAsync(string refused, CancellationToken cancellationToken) => Task.FromResult<string?>(null);
}

/// <summary>The tokens that a sign-in left. They are refreshed by one process at a time, and each looks first whether another one has done
/// it: a refresh token works once.</summary>
sealed class StoredCredential(Invocation invocation, ServerClient server, string profile) : ICredential
{
    /// <summary>What a request may take, and clocks may differ.</summary>
    static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    readonly TokenStore store = new(invocation.Machine, profile);

    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        var tokens = ReadOrFail();
        if (store.IsOpenToOthers)
        {
            invocation.Answer.Tell($"Other users of this machine can read {store.Location}. Run chmod 600 on it.");
        }

        return IsFresh(tokens) ? tokens.AccessToken : (await RefreshAsync(tokens.AccessToken, cancellationToken)).AccessToken;
    }

    public async Task<string?> ReplaceAsync(string refused, CancellationToken cancellationToken) =>
        (await RefreshAsync(refused, cancellationToken)).AccessToken;

    async Task<TokenSet> RefreshAsync(string unusable, CancellationToken cancellationToken)
    {
        using var _ = await store.LockAsync(cancellationToken);
        var tokens = ReadOrFail();
        if (tokens.AccessToken != unusable && IsFresh(tokens))
        {
            return tokens; // another process was here
        }

        if (tokens.RefreshToken is not { } refreshToken)
        {
            throw Expired();
        }

        // Not cancelled once it is sent: the server has then replaced the token that is stored here.
        var reply = await server.RefreshAsync(refreshToken, CancellationToken.None);
        if (reply.Code == Codes.InvalidGrant)
        {
            store.Delete();
            throw Expired();
        }

        var json = reply.EnsureOk().Json;
        var next = new TokenSet(
            tokens.Url, json.Text("access_token"), json.Text("refresh_token") is { Length: > 0 } successor ? successor : refreshToken,
            invocation.Machine.Time.GetUtcNow() + TimeSpan.FromSeconds(json.Number("expires_in") ?? 0));
        store.Write(next);
        return next;
    }

    TokenSet ReadOrFail() => store.Read() is { } tokens && ServerUrl.Parse(tokens.Url) == server.Url
        ? tokens
        : throw new Failure(ExitCode.NotSignedIn, $"You are not signed in to {ServerUrl.Show(server.Url)}. Run latchkey login.");

    bool IsFresh(TokenSet tokens) => tokens.ExpiresAt - Margin > invocation.Machine.Time.GetUtcNow();

    static Failure Expired() => new(ExitCode.NotSignedIn, "Your sign-in has expired or was ended. Run latchkey login.");
}
