using System.CommandLine;
using Dashboard.Cli.Access;
using Dashboard.Cli.Profiles;

namespace Dashboard.Cli.Projects;

/// <summary><c>latchkey project</c>.</summary>
sealed class ProjectCommands(CommandFactory factory)
{
    readonly Argument<string> project = new("project") { Description = "The project: its slug, or organization/project." };
    readonly Option<int> limit = ListRequest.LimitOption();

    public Command Create() => CommandFactory.Group(
        "project", "See the projects of an organization, and choose one.",
        factory.Leaf("list", "List the projects.", ListAsync, limit),
        factory.Leaf("use", "Choose the project of commands that name none.", UseAsync, project));

    async Task ListAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(invocation);
        var used = await caller.ProjectAsync(cancellationToken);
        await new ListRequest("/api/projects").With("organization", invocation.Organization).PrintAsync(
            caller, invocation, invocation.Parsed.GetValue(limit), "There is no project.",
            [
                new("Project", row => $"{row.Text("organization")}/{row.Text("slug")}"),
                new("Name", row => row.Text("name")),
                new("Created", row => row.Time("created_at")),
                new("Used", row => used == $"{row.Text("organization")}/{row.Text("slug")}" ? "yes" : ""),
            ],
            cancellationToken);
    }

    async Task UseAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(invocation);
        var chosen = caller.Chosen
            ?? throw new Failure(ExitCode.Usage, "LATCHKEY_TOKEN has no profile that could keep a project. Set LATCHKEY_PROJECT.");
        var named = invocation.Parsed.GetRequiredValue(project);
        var parts = (named.Contains('/', StringComparison.Ordinal) ? named : $"{chosen.Profile.Organization}/{named}").Split('/');
        if (parts.Length != 2)
        {
            throw new Failure(ExitCode.Usage, $"{named} is no project. Use its slug, or organization/project.");
        }

        var found = await caller.GetAsync(
            $"/api/projects/{Uri.EscapeDataString(parts[0])}/{Uri.EscapeDataString(parts[1])}", cancellationToken);
        var whole = $"{found.Text("organization")}/{found.Text("slug")}";
        await new ProfileStore(invocation.Machine).ChangeAsync(
            list =>
            {
                list.Profiles[chosen.Name] = chosen.Profile with { Project = whole };
                return list;
            },
            cancellationToken);
        invocation.Answer.Note($"Commands now use {whole}.");
    }
}
