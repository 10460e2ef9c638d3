using System.CommandLine;

namespace Dashboard.Cli.Profiles;

/// <summary><c>latchkey profile</c>.</summary>
sealed class ProfileCommands(CommandFactory factory)
{
    readonly Argument<string> name = new("name") { Description = "The profile's name." };

    public Command Create() => CommandFactory.Group(
        "profile", "Work with several servers and organizations.",
        factory.Leaf("list", "List the profiles.", List),
        factory.Leaf("use", "Make a profile the current one.", UseAsync, name),
        factory.Leaf("delete", "Delete a profile. Sign out of it first.", DeleteAsync, name));

    static Task List(Invocation invocation, CancellationToken cancellationToken)
    {
        var list = new ProfileStore(invocation.Machine).Read();
        var rows = list.Profiles.Select(x => System.Text.Json.JsonSerializer.SerializeToElement(
            new ProfileRow(x.Key, x.Value.Url, x.Value.Organization, x.Value.Project, x.Key == list.Current),
            ProfileJson.Default.ProfileRow)).ToList();
        invocation.Answer.List(
            rows, "There is no profile. Run latchkey login.",
            new("Name", row => row.Text("name")),
            new("Server", row => row.Text("url")),
            new("Organization", row => row.Text("organization")),
            new("Project", row => row.Text("project")), new("Current", row => row.Text("current")));
        return Task.CompletedTask;
    }

    async Task UseAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var chosen = invocation.Parsed.GetRequiredValue(name);
        await new ProfileStore(invocation.Machine).ChangeAsync(list => list with { Current = Known(list, chosen) }, cancellationToken);
        invocation.Answer.Note($"{chosen} is the current profile.");
    }

    async Task DeleteAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var chosen = invocation.Parsed.GetRequiredValue(name);
        await new ProfileStore(invocation.Machine).ChangeAsync(
            list =>
            {
                if (new TokenStore(invocation.Machine, Known(list, chosen)).Read() is not null)
                {
                    throw new Failure(ExitCode.Conflict, $"{chosen} is signed in. Run latchkey logout --profile {chosen} first.");
                }

                list.Profiles.Remove(chosen);
                return list.Current == chosen ? list with { Current = list.Profiles.Keys.FirstOrDefault() } : list;
            },
            cancellationToken);
        invocation.Answer.Note($"{chosen} is deleted.");
    }

    static string Known(ProfileList list, string chosen) => list.Profiles.ContainsKey(chosen)
        ? chosen
        : throw new Failure(ExitCode.NotFound, $"There is no profile {chosen}. See latchkey profile list.");
}
