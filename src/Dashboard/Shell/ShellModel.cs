namespace Dashboard.Shell;

/// <summary>A place to navigate to, such as a project in the switcher.</summary>
public sealed record ShellPlace(string Name, string Href);

/// <summary>A project by its name and its path, <c>organization/project</c>.</summary>
public sealed record ShellProject(string Name, string Path)
{
    /// <summary>The page that it opens with.</summary>
    public string Href => $"/{Path}/keys";
}

/// <summary>A link in the navigation, with an optional badge: <paramref name="Count"/> and, for screen readers, <paramref
/// name="CountNoun"/>.</summary>
public sealed record ShellLink(string Text, string Href, string? Icon, int? Count = null, string? CountNoun = null);

/// <summary>A group of links: "Project", "Organization".</summary>
public sealed record ShellGroup(string Title, IReadOnlyList<ShellLink> Links);

/// <summary>What <see cref="MainLayout"/> shows around a page. Null or empty members are not shown.</summary>
public sealed record ShellModel
{
    /// <summary>The name of the signed-in user.</summary>
    public string? UserName { get; init; }

    public ShellPlace? Organization { get; init; }

    public IReadOnlyList<ShellPlace> Organizations { get; init; } = [];

    public ShellPlace? Project { get; init; }

    public IReadOnlyList<ShellPlace> Projects { get; init; } = [];

    /// <summary>The project of the page; on the user's own pages, which have none, the one before.</summary>
    public ShellProject? Nearest { get; init; }

    /// <summary>Whether the user may create, change and delete projects, with <see cref="ShellActions"/>.</summary>
    public bool ManagesProjects { get; init; }

    public IReadOnlyList<ShellGroup> Groups { get; init; } = [];

    /// <summary>The links of the account menu.</summary>
    public IReadOnlyList<ShellLink> AccountLinks { get; init; } = [];

    /// <summary>The URL that the sign-out form posts to.</summary>
    public string? SignOutAction { get; init; }
}
