using System.CommandLine;

namespace Dashboard.Cli.Common;

/// <summary>The options of every command.</summary>
sealed class GlobalOptions
{
    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON as the server returns it.", Recursive = true };

    public Option<bool> Quiet { get; } = new("--quiet", "-q")
    {
        Description = "Print no notes. Lists print identifiers alone.",
        Recursive = true,
    };

    public Option<string?> Organization { get; } = new("--org")
    {
        Description = "The organization (slug). Takes the profile that is signed in to it.",
        HelpName = "slug",
        Recursive = true,
    };

    public Option<string?> Project { get; } = new("--project")
    {
        Description = "The project: its slug, or organization/project.",
        HelpName = "project",
        Recursive = true,
    };

    public Option<string?> Profile { get; } = new("--profile")
    {
        Description = "The profile. See latchkey profile list.",
        HelpName = "name",
        Recursive = true,
    };

    public Option<string?> Url { get; } = new("--url") { Description = "The server's URL.", HelpName = "url", Recursive = true };

    public Option<bool> NoInput { get; } = new("--no-input")
    {
        Description = "Ask nothing, and fail where a person would have to answer.",
        Recursive = true,
    };

    public void AddTo(Command root)
    {
        foreach (var option in new Option[] { Json, Quiet, Organization, Project, Profile, Url, NoInput })
        {
            root.Options.Add(option);
        }
    }
}
