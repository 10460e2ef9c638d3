using System.CommandLine;
using Dashboard.Cli.Access;
using Dashboard.Cli.Approvals;
using Dashboard.Cli.Profiles;
using Dashboard.Cli.Server;

namespace Dashboard.Cli.Login;

/// <summary><c>latchkey login</c>.</summary>
sealed class LoginCommand(CommandFactory factory)
{
    readonly Option<bool> noBrowser = new("--no-browser") { Description = "Open no browser." };

    public Command Create() => factory.Leaf(
        "login", "Sign in: a person approves this command line in a browser.", RunAsync, noBrowser);

    async Task RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        if (invocation.Token is not null)
        {
            throw new Failure(ExitCode.Usage, "LATCHKEY_TOKEN is set, and commands would go on using it. Unset it to sign in.");
        }

        if (!invocation.MayAsk)
        {
            throw new Failure(ExitCode.ApprovalNeeded, "A sign-in is approved by a person, which --no-input rules out.");
        }

        var store = new ProfileStore(invocation.Machine);
        var list = store.Read();
        var url = FindUrl(invocation, list);
        ServerUrl.Check(url, invocation.Machine);
        if (invocation.Profile is { } named)
        {
            Profile.Named(named); // before a person is asked
        }

        var server = new ServerClient(invocation.Machine, url);
        var answer = await DeviceApproval.AskAsync(
            server, invocation, new("api", OpensBrowser: !invocation.Parsed.GetValue(noBrowser)), cancellationToken);
        var tokens = answer.ToTokens(server, invocation.Machine.Time);
        var who = (await server.SendAsync(HttpMethod.Get, "/v1/capabilities", null, tokens.AccessToken, cancellationToken)).EnsureOk().Json;
        var organization = who.Text("organization");
        if (invocation.Organization is { } wanted && wanted != organization)
        {
            await server.RevokeAsync(tokens.RefreshToken ?? tokens.AccessToken, cancellationToken);
            throw new Failure(
                ExitCode.NotApproved, $"The approval was for the organization {organization}, not {wanted}. Choose {wanted} on the page.");
        }

        var name = NameOf(invocation, list, url, organization);
        await new SignIn(invocation, server).KeepAsync(name, tokens, cancellationToken);
        var project = list.Profiles.GetValueOrDefault(name) is { } before && before.Organization == organization ? before.Project : null;
        await store.SaveAsync(name, new(ServerUrl.Show(url), organization, project), cancellationToken);
        invocation.Answer.Note(
            $"Signed in to {ServerUrl.Show(url)} as {who.Text("owner", "name")}, in the organization {organization} (profile {name}).");
    }

    static Uri FindUrl(Invocation invocation, ProfileList list)
    {
        var known = list.Profiles.GetValueOrDefault(invocation.Profile ?? list.Current ?? "")?.Url;
        return ServerUrl.Parse(invocation.Url ?? known
            ?? throw new Failure(ExitCode.Usage, "Which server? Run latchkey login --url https://keys.example.com."));
    }

    /// <summary>The profile that is named; else the one that has this server and organization; else the first, or a new one called after
    /// the organization, so that no sign-in replaces that of another server or organization.</summary>
    static string NameOf(Invocation invocation, ProfileList list, Uri url, string organization)
    {
        if (invocation.Profile is { } named)
        {
            return named;
        }

        bool IsSame(Profile profile) => ServerUrl.Parse(profile.Url) == url && profile.Organization == organization;
        return list.Profiles.Where(x => IsSame(x.Value)).OrderByDescending(x => x.Key == list.Current).Select(x => x.Key).FirstOrDefault()
            ?? new[] { Profile.Usual, organization, $"{organization}-{url.Host}" }
                .FirstOrDefault(name => Profile.IsName(name) && !list.Profiles.ContainsKey(name))
            ?? throw new Failure(ExitCode.Usage, "Name the profile: latchkey login --profile NAME.");
    }
}
