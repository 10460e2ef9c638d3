using Dashboard.Core.ServiceAccounts;
using Dashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace Dashboard.ServiceAccounts;

/// <summary>What stands in the form for a service account.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Permissions">What it may do.</param>
/// <param name="AllProjects">Whether it reaches all projects.</param>
/// <param name="Projects">Those that it reaches otherwise.</param>
/// <param name="Environment">The environment of its first key.</param>
public sealed record ServiceAccountDraft(
    string Name, string Description, IReadOnlyList<string> Permissions, bool AllProjects, IReadOnlyList<PickItem> Projects, KeyEnvironment Environment)
{
    /// <summary>The projects as the domain is asked for them.</summary>
    public ProjectChoice Choice => AllProjects ? ProjectChoice.All : new([.. Projects.Select(project => project.Value)]);
}

public sealed partial class ServiceAccountDialog : ComponentBase
{
    static readonly SelectOption<bool>[] reaches = [new(false, "Chosen projects"), new(true, "All projects")];
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

    [Parameter, EditorRequired] public bool Visible { get; set; }

    /// <summary>The organization's name.</summary>
    [Parameter, EditorRequired] public string Organization { get; set; } = "";

    /// <summary>What it begins with: the account as it is, or what a new one is offered.</summary>
    [Parameter, EditorRequired] public ServiceAccountDraft? Begin { get; set; }

    /// <summary>Whether it is about an account that there is already.</summary>
    [Parameter] public bool Changing { get; set; }

    /// <summary>Finds the organization's projects.</summary>
    [Parameter, EditorRequired] public Func<string, CancellationToken, Task<PickPage>>? LoadProjects { get; set; }

    /// <summary>Takes what was asked for; returns why it could not be had, or null.</summary>
    [Parameter, EditorRequired] public Func<ServiceAccountDraft, Task<Error?>>? OnSubmit { get; set; }

    [Parameter, EditorRequired] public EventCallback OnCancel { get; set; }

    [Inject] PermissionCatalog PermissionCatalog { get; set; } = null!;

    string Lead => Changing
        ? "Its keys and client secrets stay, and what they may do changes at once."
        : $"In {Organization}. It gets a first API key and OAuth client credentials at once, shown one time.";

    string FirstKeyHint => all ? "It lives in the first project." : projects is [var first, ..] ? $"It lives in {first.Name}." : "It lives in the first project that you choose.";

    protected override void OnParametersSet()
    {
        if (Visible && !open && Begin is not null)
        {
            (name, description, permissions, all, projects, environment) = Begin;
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

        submitting = true; // a second press arrives while the first is being done
        try
        {
            Check();
            if (errors.Count == 0 && await OnSubmit(new(name.Trim(), description.Trim(), permissions, all, projects, environment)) is { } fault)
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

    /// <summary>Says what is missing; the rest is for the service to judge.</summary>
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
            errors["projects"] = "Choose one project or more, or all of them.";
        }
    }

    /// <summary>An error goes to its field; one of no field that is there stands above them all.</summary>
    void Show(Error fault)
    {
        errors = new(fault.Errors ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        refusal = errors.Keys.Any(field => field is "name" or "description" or "permissions" || (field == "projects" && !all)) ? null : fault.Detail;
    }

    string? Error(string field) => errors.GetValueOrDefault(field);

    void SetName(string value) => (name, _) = (value, errors.Remove("name"));

    void SetDescription(string value) => (description, _) = (value, errors.Remove("description"));

    void SetPermissions(IReadOnlyList<string> value) => (permissions, _) = (value, errors.Remove("permissions"));

    void SetAll(bool value) => (all, _) = (value, errors.Remove("projects"));

    void SetProjects(IReadOnlyList<PickItem> value) => (projects, _) = (value, errors.Remove("projects"));
}
