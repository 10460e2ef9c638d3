using Dashboard.Components;
using Dashboard.Core.ServiceAccounts;
using Microsoft.AspNetCore.Components;

namespace Dashboard.ServiceAccounts;

/// <summary>The input of the form for a service account.</summary>
/// <param name="Name">The display name.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Permissions">The permissions.</param>
/// <param name="AllProjects">Whether it has access to all projects.</param>
/// <param name="Projects">The projects that it has access to, unless it has access to all.</param>
/// <param name="Environment">The environment of its first key.</param>
/// <param name="Owners">The members who own a new account.</param>
public sealed record ServiceAccountDraft(
    string Name, string Description, IReadOnlyList<string> Permissions, bool AllProjects, IReadOnlyList<PickItem> Projects,
    KeyEnvironment Environment, IReadOnlyList<PickItem> Owners)
{
    /// <summary>The selected projects.</summary>
    public ProjectChoice Choice => AllProjects ? ProjectChoice.All : new([.. Projects.Select(project => project.Value)]);
}

public sealed partial class ServiceAccountDialog : ComponentBase
{
    static readonly SelectOption<bool>[] reaches = [new(false, "Specific projects"), new(true, "All projects")];
    static readonly SelectOption<KeyEnvironment>[] environments = [new(KeyEnvironment.Live, "Live"), new(KeyEnvironment.Test, "Test")];

    Dialog? dialog;
    bool open;
    bool submitting;
    bool focusError;
    string? refusal;
    Dictionary<string, string> errors = [];

    string name = "";
    string description = "";
    IReadOnlyList<string> permissions = [];
    bool all;
    IReadOnlyList<PickItem> projects = [];
    KeyEnvironment environment;
    IReadOnlyList<PickItem> owners = [];

    [Parameter, EditorRequired] public bool Visible { get; set; }

    /// <summary>The organization's name.</summary>
    [Parameter, EditorRequired] public string Organization { get; set; } = "";

    /// <summary>The initial values: those of the account, or the defaults of a new one.</summary>
    [Parameter, EditorRequired] public ServiceAccountDraft? Begin { get; set; }

    /// <summary>Whether the account already exists.</summary>
    [Parameter] public bool Changing { get; set; }

    /// <summary>Searches the organization's projects.</summary>
    [Parameter, EditorRequired] public Func<string, CancellationToken, Task<PickPage>>? LoadProjects { get; set; }

    /// <summary>Searches the members who may own a new account.</summary>
    [Parameter] public Func<string, CancellationToken, Task<PickPage>>? LoadMembers { get; set; }

    /// <summary>Submits the input and returns the error, or null on success.</summary>
    [Parameter, EditorRequired] public Func<ServiceAccountDraft, Task<Error?>>? OnSubmit { get; set; }

    [Parameter, EditorRequired] public EventCallback OnCancel { get; set; }

    [Inject] PermissionCatalog PermissionCatalog { get; set; } = null!;

    string Lead => Changing
        ? "Its keys and client secrets stay the same. What they can do changes immediately."
        : $"In {Organization}. It gets an API key and OAuth client credentials, shown once.";

    string FirstKeyHint => all
        ? "Created in the first project."
        : projects is [var first, ..]
        ? $"Created in {first.Name}."
        : "Created in the first project you choose.";

    protected override void OnParametersSet()
    {
        if (Visible && !open && Begin is not null)
        {
            (name, description, permissions, all, projects, environment, owners) = Begin;
            (refusal, errors) = (null, []);
        }

        open = Visible;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (focusError && dialog is not null)
        {
            focusError = false;
            await dialog.FocusAsync("[aria-invalid='true']");
        }
    }

    async Task SubmitAsync()
    {
        if (submitting || !Visible || OnSubmit is null)
        {
            return;
        }

        submitting = true; // ignore a second click while the first is handled
        try
        {
            Check();
            if (errors.Count == 0
                && await OnSubmit(new(name.Trim(), description.Trim(), permissions, all, projects, environment, owners)) is { } fault)
            {
                Show(fault);
            }

            focusError = errors.Count > 0;
        }
        finally
        {
            submitting = false;
        }
    }

    /// <summary>Checks for missing input. The service validates the rest.</summary>
    void Check()
    {
        (refusal, errors) = (null, new(StringComparer.Ordinal));
        if (Names.Check(name) is { } wrong)
        {
            errors["name"] = wrong;
        }

        if (permissions.Count == 0)
        {
            errors["permissions"] = "Choose at least one permission.";
        }

        if (!all && projects.Count == 0)
        {
            errors["projects"] = "Choose at least one project, or all projects.";
        }

        if (!Changing && owners.Count == 0)
        {
            errors["owner_ids"] = "Choose at least one owner.";
        }
    }

    /// <summary>Shows an error at its field, or above the form if it belongs to none of the visible fields.</summary>
    void Show(Error fault)
    {
        errors = new(fault.Errors ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        refusal = errors.Keys.Any(field => field is "name" or "description" or "permissions"
            || (field == "projects" && !all) || (field == "owner_ids" && !Changing))
            ? null
            : fault.Detail;
    }

    string? Error(string field) => errors.GetValueOrDefault(field);

    void SetName(string value) => (name, _) = (value, errors.Remove("name"));

    void SetDescription(string value) => (description, _) = (value, errors.Remove("description"));

    void SetPermissions(IReadOnlyList<string> value) => (permissions, _) = (value, errors.Remove("permissions"));

    void SetAll(bool value) => (all, _) = (value, errors.Remove("projects"));

    void SetProjects(IReadOnlyList<PickItem> value) => (projects, _) = (value, errors.Remove("projects"));

    void SetOwners(IReadOnlyList<PickItem> value) => (owners, _) = (value, errors.Remove("owner_ids"));
}
