using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Cli.Approvals;
using Dashboard.Cli.Profiles;
using Dashboard.Cli.Server;

namespace Dashboard.Cli.Access;

/// <summary>Who a command acts for, and where. Sends its requests.</summary>
sealed class Caller
{
    const string ApiScope = "api";

    readonly Invocation invocation;
    readonly ICredential credential;
    JsonElement? identity;
    string? project;

    Caller(Invocation invocation, ServerClient server, ICredential credential, ChosenProfile? chosen)
    {
        (this.invocation, this.credential, Server, Chosen) = (invocation, credential, server, chosen);
    }

    public ServerClient Server { get; }

    /// <summary>The profile; null with <c>LATCHKEY_TOKEN</c>.</summary>
    public ChosenProfile? Chosen { get; }

    /// <summary>Finds out who the command acts for.</summary>
    public static Caller Of(Invocation invocation)
    {
        var list = new ProfileStore(invocation.Machine).Read();
        var chosen = ProfileChoice.Find(invocation, list);
        if (invocation.Token is { } token)
        {
            if (token.Any(letter => letter is <= ' ' or > '~'))
            {
                throw new Failure(ExitCode.NotSignedIn, "LATCHKEY_TOKEN holds something that is no token.");
            }

            var url = invocation.Url ?? chosen?.Profile.Url
                ?? throw new Failure(ExitCode.Usage, "LATCHKEY_TOKEN is set, but not the server that it is for. Set LATCHKEY_URL.");
            return new(invocation, Connect(invocation, url), new GivenCredential(token), null);
        }

        if (chosen is null)
        {
            throw NotSignedIn(invocation);
        }

        var server = Connect(invocation, chosen.Profile.Url);
        return new(invocation, server, new StoredCredential(invocation, server, chosen.Name), chosen);
    }

    /// <summary>Sends a request to the API and returns what it answers, or fails.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        var request = new Request(method, path, body is null ? null : System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()));
        return EnsureOk(await TrySendAsync(request, cancellationToken)).Json;
    }

    /// <summary>Returns the reply, or fails with what the server said, and with the project if it found nothing.</summary>
    public Reply EnsureOk(Reply reply) => reply.Status == 404 && project is not null
        ? throw new Failure(ExitCode.NotFound, $"{Refusals.Of(reply).Message} The project was {project}.")
        : reply.EnsureOk();

    /// <summary>Reads from the API.</summary>
    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>Sends a request, once more if the token had to be replaced or the person had to approve again.</summary>
    public async Task<Reply> TrySendAsync(Request request, CancellationToken cancellationToken)
    {
        var token = await credential.GetAsync(cancellationToken);
        var reply = await Server.SendAsync(request, token, cancellationToken);
        if (reply.Status == 401 && await credential.ReplaceAsync(token, cancellationToken) is { } other)
        {
            reply = await Server.SendAsync(request, other, cancellationToken);
        }

        if (reply is { Status: 403, Code: Codes.FreshSignInRequired })
        {
            reply = await Server.SendAsync(request, await ApproveAgainAsync(cancellationToken), cancellationToken);
        }

        return reply;
    }

    /// <summary>Returns what the credential is, as <c>/v1/capabilities</c> says.</summary>
    public async Task<JsonElement> WhoAmIAsync(CancellationToken cancellationToken) =>
        identity ??= await GetAsync("/v1/capabilities", cancellationToken);

    /// <summary>Returns the project that the command names or the profile uses, as organization/project; null for the server's
    /// choice.</summary>
    public async Task<string?> ProjectAsync(CancellationToken cancellationToken) => project =
        invocation.Project is not { } named ? Chosen?.Profile.Project
        : named.Contains('/', StringComparison.Ordinal) ? named
        : $"{await OrganizationAsync(cancellationToken)}/{named}";

    /// <summary>Returns the organization that the credential is valid in.</summary>
    public async Task<string> OrganizationAsync(CancellationToken cancellationToken) =>
        invocation.Organization ?? Chosen?.Profile.Organization ?? (await WhoAmIAsync(cancellationToken)).Text("organization");

    static ServerClient Connect(Invocation invocation, string url)
    {
        var parsed = ServerUrl.Parse(url);
        ServerUrl.Check(parsed, invocation.Machine);
        return new(invocation.Machine, parsed);
    }

    static Failure NotSignedIn(Invocation invocation)
    {
        var where = invocation.Organization is { } organization ? $" to the organization {organization}" : "";
        var server = invocation.Url is { } url ? $" at {url}" : "";
        var profile = invocation.Profile is { } name ? $" in the profile {name}" : "";
        return new(ExitCode.NotSignedIn,
            $"You are not signed in{where}{server}{profile}. Run latchkey login, or set LATCHKEY_URL and LATCHKEY_TOKEN.");
    }

    /// <summary>Asks the person to approve again, and returns the token that this gave.</summary>
    async Task<string> ApproveAgainAsync(CancellationToken cancellationToken)
    {
        if (Chosen is not { } chosen || !invocation.MayAsk)
        {
            throw new Failure(
                ExitCode.ApprovalNeeded,
                $"This needs a fresh approval by a person, which {(Chosen is null ? "LATCHKEY_TOKEN cannot give" : "--no-input rules out")}. "
                + "Without one you can create test keys (--environment test) and keys that do not write (--permission read). "
                + $"For this one, {(Chosen is null ? "run latchkey login, and then the command without LATCHKEY_TOKEN" : "leave --no-input out")}.");
        }

        invocation.Answer.Tell("This needs a fresh approval.");
        var answer = await DeviceApproval.AskAsync(Server, invocation, new(ApiScope), cancellationToken);
        var tokens = answer.ToTokens(Server, invocation.Machine.Time);
        var approved =
            (await Server.SendAsync(HttpMethod.Get, "/v1/capabilities", null, tokens.AccessToken, cancellationToken)).EnsureOk().Json;
        if (approved.Text("organization") is var organization && organization != chosen.Profile.Organization)
        {
            await Server.RevokeAsync(tokens.RefreshToken ?? tokens.AccessToken, cancellationToken);
            throw new Failure(
                ExitCode.NotApproved,
                $"The approval was for the organization {organization}, and this profile is signed in to {chosen.Profile.Organization}.");
        }

        await new SignIn(invocation, Server).KeepAsync(chosen.Name, tokens, cancellationToken);
        return tokens.AccessToken;
    }
}
