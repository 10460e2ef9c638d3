using System.CommandLine;
using System.Text.Json;
using Dashboard.Cli.Approvals;
using Dashboard.Cli.Profiles;
using Dashboard.Cli.Server;

namespace Dashboard.Cli.Tokens;

/// <summary><c>latchkey oauth-token</c> and <c>latchkey token</c>.</summary>
sealed class TokenCommands(CommandFactory factory)
{
    const string ClientIdVariable = "LATCHKEY_CLIENT_ID";

    const string ClientSecretVariable = "LATCHKEY_CLIENT_SECRET";

    readonly Option<string[]> scopes = new("--scope")
    {
        Description = "A scope, such as read:workflows. May be repeated.",
        HelpName = "scope",
        Arity = ArgumentArity.OneOrMore,
    };
    readonly Option<string?> resource = new("--resource") { Description = "The only URL that the token is valid under.", HelpName = "url" };
    readonly Option<bool> noBrowser = new("--no-browser") { Description = "Open no browser." };
    readonly Argument<string?> token = new("token")
    {
        Description = "The token. Without it, it is read from standard input, where other users of this machine cannot see it.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Command CreateOAuthToken() => CommandFactory.Group(
        "oauth-token", "Get access tokens for an API that Latchkey guards.",
        factory.Leaf(
            "generate",
            $"Get an access token: as a service account by {ClientIdVariable} and {ClientSecretVariable}, else as the person who approves it.",
            GenerateAsync, scopes, resource, noBrowser));

    public Command CreateToken() => CommandFactory.Group(
        "token", "Work with access and refresh tokens.",
        factory.Leaf("revoke", "End a token. To end this sign-in, run latchkey logout.", RevokeAsync, token));

    async Task GenerateAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var server = Connect(invocation);
        var scope = string.Join(' ', invocation.Parsed.GetValue(scopes) ?? []);
        var answer = invocation.Machine.Setting(ClientIdVariable) is { } id
            ? await GetAsClientAsync(invocation, server, id, scope, cancellationToken)
            : await GetAsPersonAsync(invocation, server, scope, cancellationToken);
        invocation.Answer.Note($"The token is valid for {answer.Text("expires_in")} s, with the scopes: {answer.Text("scope")}.");
        invocation.Answer.Secret(answer.Text("access_token"), answer);
    }

    async Task<JsonElement> GetAsClientAsync(
        Invocation invocation, ServerClient server, string id, string scope, CancellationToken cancellationToken)
    {
        var secret = invocation.Machine.Setting(ClientSecretVariable)
            ?? throw new Failure(ExitCode.Usage, $"{ClientIdVariable} is set, but not {ClientSecretVariable}.");
        var reply = await server.GetClientTokenAsync(
            id, secret, scope.Length == 0 ? null : scope, invocation.Parsed.GetValue(resource), cancellationToken);
        return reply.EnsureOk().Json;
    }

    Task<JsonElement> GetAsPersonAsync(Invocation invocation, ServerClient server, string scope, CancellationToken cancellationToken)
    {
        if (!invocation.MayAsk)
        {
            throw new Failure(
                ExitCode.ApprovalNeeded, $"A person has to approve the token, which --no-input rules out. Set {ClientIdVariable} and {ClientSecretVariable} to get one as a service account.");
        }

        return scope.Length == 0
            ? throw new Failure(ExitCode.Usage, "Name what the token is for: --scope read:workflows.")
            : DeviceApproval.AskAsync(
                server, invocation,
                new(scope, invocation.Parsed.GetValue(resource), !invocation.Parsed.GetValue(noBrowser)), cancellationToken);
    }

    async Task RevokeAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var given = invocation.Parsed.GetValue(token);
        if (given is null && !invocation.Machine.InputIsTerminal)
        {
            given = (await invocation.Machine.Input.Value.ReadLineAsync(cancellationToken))?.Trim();
        }

        if (string.IsNullOrEmpty(given))
        {
            throw new Failure(ExitCode.Usage, "Which token? Pass it on standard input: latchkey token revoke < file.");
        }

        (await Connect(invocation).RevokeAsync(given, cancellationToken)).EnsureOk();
        invocation.Answer.Note("The token is no longer valid.");
    }

    static ServerClient Connect(Invocation invocation)
    {
        var url = invocation.Url ?? ProfileChoice.Find(invocation, new ProfileStore(invocation.Machine).Read())?.Profile.Url
            ?? throw new Failure(ExitCode.Usage, "Which server? Set LATCHKEY_URL, or run latchkey login.");
        var parsed = ServerUrl.Parse(url);
        ServerUrl.Check(parsed, invocation.Machine);
        return new(invocation.Machine, parsed);
    }
}
