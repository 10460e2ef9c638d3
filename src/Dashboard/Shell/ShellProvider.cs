using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Docs;
using Dashboard.Projects;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Routing;

namespace Dashboard.Shell;

/// <summary>Cascades the <see cref="ShellModel"/> from above the router. It is read once per path, and for the first page while
/// prerendering.</summary>
public sealed class ShellProvider : ComponentBase, IDisposable
{
    /// <summary>The maximum number of entries in a switcher. They are part of the circuit's first message.</summary>
    const int MaxPlaces = 50;

    /// <summary>Organization pages take the place of a project slug in the URL, so these slugs are reserved.</summary>
    const string ServiceAccounts = "service-accounts";

    const string ConnectedApps = "connected-apps";

    const string Audit = "audit";

    const string Settings = "settings";

    const string Members = "members";

    /// <summary>The user's own pages take the place of an organization slug in the URL, so this slug is reserved.</summary>
    const string Account = "account";

    const string BackTo = "Back to";

    static readonly ShellLink[] OwnPages =
    [
        new("Profile", $"/{Account}/profile", Icons.CircleUser),
        new("Sign-in and security", $"/{Account}/security", Icons.ShieldCheck),
        new("Connected apps", $"/{Account}/{ConnectedApps}", Icons.Plug),
    ];

    readonly CancellationTokenSource lifetime = new();
    string? currentPath;
    ShellActions? actions;
    ProjectDialogs? dialogs;
    OrganizationDialog? organizationDialog;

    [Parameter, EditorRequired] public RenderFragment? ChildContent { get; set; }

    /// <summary>The cascaded model, handed from the prerendered page to its circuit.</summary>
    [PersistentState] public ShellModel? Shell { get; set; }

    [Inject] ProjectService Projects { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    public void Dispose()
    {
        Navigation.LocationChanged -= Follow;
        lifetime.Cancel();
        lifetime.Dispose();
    }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenComponent<CascadingValue<ShellModel>>(0);
        builder.AddAttribute(1, nameof(CascadingValue<ShellModel>.Value), Shell);
        builder.AddAttribute(2, nameof(CascadingValue<ShellModel>.ChildContent), (RenderFragment)BuildActions);
        builder.CloseComponent();
        if (Shell is { ManagesProjects: true, Project: { } project, Organization: { } organization } && PathIn(project.Href) is { } path)
        {
            builder.OpenComponent<ProjectDialogs>(3);
            builder.AddAttribute(4, nameof(ProjectDialogs.Organization), path.Organization);
            builder.AddAttribute(5, nameof(ProjectDialogs.OrganizationName), organization.Name);
            builder.AddComponentReferenceCapture(6, captured => dialogs = (ProjectDialogs)captured);
            builder.CloseComponent();
        }

        if (Shell?.Organization is not null)
        {
            builder.OpenComponent<OrganizationDialog>(7);
            builder.AddComponentReferenceCapture(8, captured => organizationDialog = (OrganizationDialog)captured);
            builder.CloseComponent();
        }
    }

    void BuildActions(RenderTreeBuilder builder)
    {
        actions ??= new(
            EventCallback.Factory.Create(this, () => dialogs?.AskForNew()),
            EventCallback.Factory.Create(this, () => organizationDialog?.Ask()),
            EventCallback.Factory.Create(this, RefreshAsync));
        builder.OpenComponent<CascadingValue<ShellActions>>(0);
        builder.AddAttribute(1, nameof(CascadingValue<ShellActions>.Value), actions);
        builder.AddAttribute(2, nameof(CascadingValue<ShellActions>.IsFixed), true);
        builder.AddAttribute(3, nameof(CascadingValue<ShellActions>.ChildContent), ChildContent);
        builder.CloseComponent();
    }

    protected override async Task OnInitializedAsync()
    {
        Navigation.LocationChanged += Follow;
        currentPath = Place;
        Shell ??= await ReadAsync(lifetime.Token);
    }

    /// <summary>The path of the current URL. The query does not affect the menus.</summary>
    string Place => new Uri(Navigation.Uri).AbsolutePath;

    void Follow(object? sender, LocationChangedEventArgs e)
    {
        if (Place != currentPath)
        {
            currentPath = Place;
            _ = InvokeAsync(RefreshAsync);
        }
    }

    async Task RefreshAsync()
    {
        try
        {
            var place = currentPath;
            var read = await ReadAsync(lifetime.Token);
            if (place == currentPath && !lifetime.IsCancellationRequested)
            {
                Shell = read;
                StateHasChanged();
            }
        }
        catch (OperationCanceledException) when (lifetime.IsCancellationRequested)
        {
            // The page is closed.
        }
        catch (Exception exception)
        {
            await DispatchExceptionAsync(exception);
        }
    }

    async Task<ShellModel> ReadAsync(CancellationToken cancellationToken)
    {
        if (await User.ActorAsync() is not { } actor)
        {
            return new();
        }

        var shell = new ShellModel { UserName = actor.Name, SignOutAction = "/account/sign-out", AccountLinks = OwnPages };
        if (Place == DocsLibrary.Root || Place.StartsWith($"{DocsLibrary.Root}/", StringComparison.Ordinal))
        {
            return await OfDocsAsync(shell, actor, cancellationToken);
        }

        if (PathIn(Place) is not { } path)
        {
            return shell;
        }

        if (path.Organization == Account)
        {
            return await OfPersonAsync(shell, actor, cancellationToken);
        }

        if (path.Project is ServiceAccounts or ConnectedApps or Members or Audit or Settings)
        {
            var organization = await Projects.FindOrganizationAsync(actor, path.Organization, cancellationToken);
            return organization.Succeeded
                ? Around(shell, organization.Value, await Projects.AccessibleAsync(actor, cancellationToken))
                : shell;
        }

        var found = await Projects.FindAsync(actor, path, cancellationToken);
        return found.Succeeded ? Around(shell, found.Value, await Projects.AccessibleAsync(actor, cancellationToken)) : shell;
    }

    /// <summary>Builds the model for one of the user's own pages.</summary>
    Task<ShellModel> OfPersonAsync(ShellModel shell, Actor actor, CancellationToken cancellationToken) =>
        BesideAsync(shell with { Groups = [new("Your account", OwnPages)] }, actor, cancellationToken);

    /// <summary>Builds the model for the documentation: its pages, without the decisions, which are read from the list of all.</summary>
    Task<ShellModel> OfDocsAsync(ShellModel shell, Actor actor, CancellationToken cancellationToken) => BesideAsync(
        shell with
        {
            Groups = [.. DocsLibrary.Groups.SkipLast(1)
                .Select(group => new ShellGroup(group.Title, [.. group.Links.Select(link => new ShellLink(link.Title, link.Href, null))]))],
        },
        actor, cancellationToken);

    /// <summary>Adds a link back to the previous project, or to the first.</summary>
    async Task<ShellModel> BesideAsync(ShellModel shell, Actor actor, CancellationToken cancellationToken)
    {
        var back = Shell?.Nearest;
        if (back is null && await Projects.AccessibleAsync(actor, cancellationToken) is [var first, ..])
        {
            back = new(first.ProjectName, first.Path.ToString());
        }

        return back is null ? shell : shell with
        {
            Nearest = back,
            Groups = [.. shell.Groups, new(BackTo, [new(back.Name, back.Href, Icons.ArrowLeft)])],
        };
    }

    /// <summary>Builds the model for an organization page, which keeps the previous project in the header, or shows the first.</summary>
    ShellModel Around(ShellModel shell, OrganizationAccess here, IReadOnlyList<ProjectAccess> all)
    {
        var own = all.Where(project => project.OrganizationId == here.Id).ToList();
        return (own.Find(project => project.Path.ToString() == Shell?.Nearest?.Path) ?? own.FirstOrDefault()) is { } project
            ? Around(shell, project, all)
            : shell with { Organization = new(here.Name, "/"), Groups = [.. OfOrganization(here.Slug, here.Role)] };
    }

    static ShellModel Around(ShellModel shell, ProjectAccess here, IReadOnlyList<ProjectAccess> all) => shell with
    {
        Organization = new(here.OrganizationName, KeysOf(all.First(project => project.OrganizationId == here.OrganizationId))),
        Organizations =
        [
            .. all.DistinctBy(project => project.OrganizationId).Take(MaxPlaces)
                .Select(project => new ShellPlace(project.OrganizationName, KeysOf(project))),
        ],
        Project = new(here.ProjectName, KeysOf(here)),
        Nearest = new(here.ProjectName, here.Path.ToString()),
        Projects =
        [
            .. all.Where(project => project.OrganizationId == here.OrganizationId).Take(MaxPlaces)
                .Select(project => new ShellPlace(project.ProjectName, KeysOf(project))),
        ],
        ManagesProjects = here.Role.Can(MemberAction.ManageProjects),
        Groups = [new("Project", [.. Pages(here)]), .. OfOrganization(here.OrganizationSlug, here.Role)],
    };

    static IEnumerable<ShellLink> Pages(ProjectAccess here)
    {
        yield return new("API keys", KeysOf(here), Icons.Key);
        yield return new("Resources", $"/{here.Path}/resources", Icons.Box);
        yield return new("Published apps", $"/{here.Path}/apps", Icons.AppWindow);
        if (here.Role.Can(MemberAction.ManageProjects))
        {
            yield return new("Settings", $"/{here.Path}/{Settings}", Icons.Settings);
        }
    }

    /// <summary>Returns the links to organization pages that a role may see.</summary>
    static IEnumerable<ShellGroup> OfOrganization(string slug, OrganizationRole role) =>
        Pages(slug, role).ToList() is { Count: > 0 } pages ? [new("Organization", pages)] : [];

    static IEnumerable<ShellLink> Pages(string slug, OrganizationRole role)
    {
        if (role.Can(MemberAction.ManageServiceAccounts))
        {
            yield return new("Service accounts", $"/{slug}/{ServiceAccounts}", Icons.Bot);
        }

        if (role.Can(MemberAction.ManageAuthorizations))
        {
            yield return new("Connected apps", $"/{slug}/{ConnectedApps}", Icons.Plug);
        }

        yield return new("Members", $"/{slug}/{Members}", Icons.Users);

        if (role.Can(MemberAction.ReadAuditLog))
        {
            yield return new("Audit log", $"/{slug}/{Audit}", Icons.History);
        }

        if (role.Can(MemberAction.ChangeOrganization))
        {
            yield return new("Settings", $"/{slug}/{Settings}", Icons.Settings);
        }
    }

    static ProjectPath? PathIn(string address) =>
        address.Split('/') is ["", var organization, var project, ..] && ProjectPath.TryParse($"{organization}/{project}", out var path)
            ? path : null;

    static string KeysOf(ProjectAccess project) => $"/{project.Path}/keys";
}
