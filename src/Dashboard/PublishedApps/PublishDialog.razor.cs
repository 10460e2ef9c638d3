using Dashboard.Components;
using Dashboard.Core.PublishedApps;
using Microsoft.AspNetCore.Components;

namespace Dashboard.PublishedApps;

public sealed partial class PublishDialog : ComponentBase
{
    static readonly SelectOption<KeyEnvironment>[] environments = [new(KeyEnvironment.Live, "Live"), new(KeyEnvironment.Test, "Test")];

    Dialog? dialog;
    bool open;
    bool submitting;
    bool focusError;
    string? refusal;
    Dictionary<string, string> errors = [];

    string name = "";
    IReadOnlyList<PickItem> resource = [];
    KeyEnvironment environment;
    IReadOnlyList<string> permissions = [];

    [Parameter, EditorRequired] public bool Visible { get; set; }

    /// <summary>The project's name.</summary>
    [Parameter, EditorRequired] public string Project { get; set; } = "";

    /// <summary>Searches the project's resources.</summary>
    [Parameter, EditorRequired] public Func<string, CancellationToken, Task<PickPage>>? LoadResources { get; set; }

    /// <summary>Submits the input and returns the error, or null on success. The page sets the project.</summary>
    [Parameter, EditorRequired] public Func<NewPublishedApp, Task<Error?>>? OnSubmit { get; set; }

    [Parameter, EditorRequired] public EventCallback OnCancel { get; set; }

    [Inject] PermissionCatalog PermissionCatalog { get; set; } = null!;

    /// <summary>Starts with the default of one permission.</summary>
    protected override void OnParametersSet()
    {
        if (Visible && !open)
        {
            (name, resource, environment, permissions) = ("", [], KeyEnvironment.Live, [PermissionCatalog.Permissions[0].Name]);
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
            if (errors.Count == 0 && await OnSubmit(new(null, name.Trim(), resource[0].Value, environment, permissions)) is { } fault)
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

        if (resource.Count == 0)
        {
            errors["resource"] = "Choose the resource that the app calls.";
        }

        if (permissions.Count == 0)
        {
            errors["permissions"] = "Choose at least one permission.";
        }
    }

    /// <summary>Shows an error at its field, or above the form if it belongs to none of the visible fields.</summary>
    void Show(Error fault)
    {
        errors = new(fault.Errors ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        refusal = errors.Keys.Any(field => field is "name" or "resource" or "permissions") ? null : fault.Detail;
    }

    string? Error(string field) => errors.GetValueOrDefault(field);

    void SetName(string value) => (name, _) = (value, errors.Remove("name"));

    void SetResource(IReadOnlyList<PickItem> value) => (resource, _) = (value, errors.Remove("resource"));

    void SetPermissions(IReadOnlyList<string> value) => (permissions, _) = (value, errors.Remove("permissions"));
}
