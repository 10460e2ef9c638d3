namespace Dashboard.Shell;

/// <summary>A place to go to, such as a project in the head bar's list.</summary>
public sealed record ShellPlace(string Name, string Href);

/// <summary>A page in the rail. <paramref name="Count"/> is how many things wait there, in the words of <paramref name="CountNoun"/>.</summary>
public sealed record ShellLink(string Text, string Href, string Icon, int? Count = null, string? CountNoun = null);

/// <summary>Pages of one subject: "Project", "Organization".</summary>
public sealed record ShellGroup(string Title, IReadOnlyList<ShellLink> Links);

/// <summary>What <see cref="MainLayout"/> shows around a page. Whoever knows cascades it; what is null or empty is left out.</summary>
public sealed record ShellModel
{
    /// <summary>The name of who is signed in.</summary>
    public string? UserName { get; init; }

    public ShellPlace? Organization { get; init; }

    public IReadOnlyList<ShellPlace> Organizations { get; init; } = [];

    public ShellPlace? Project { get; init; }

    public IReadOnlyList<ShellPlace> Projects { get; init; } = [];

    /// <summary>Whether the person may create, change and delete projects here: what the menu does then is in <see cref="ShellActions"/>.</summary>
    public bool ManagesProjects { get; init; }

    public IReadOnlyList<ShellGroup> Groups { get; init; } = [];

    /// <summary>Pages of the account menu.</summary>
    public IReadOnlyList<ShellLink> AccountLinks { get; init; } = [];

    /// <summary>Where a form is posted to sign out.</summary>
    public string? SignOutAction { get; init; }
}
