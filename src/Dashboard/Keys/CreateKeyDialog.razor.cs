using System.Globalization;
using Dashboard.Core.Keys;
using Dashboard.Shared;
using Dashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Keys;

public sealed partial class CreateKeyDialog : ComponentBase
{
    static readonly SelectOption<KeyEnvironment>[] environments = [new(KeyEnvironment.Live, "Live"), new(KeyEnvironment.Test, "Test")];
    static readonly SelectOption<bool>[] scopes = [new(false, "All resources"), new(true, "Chosen resources")];

    Dialog? dialog;
    bool open;
    bool submitting;
    bool focusError;
    string? refusal;
    Dictionary<string, string> errors = [];

    string name = "";
    KeyEnvironment environment;
    bool narrowed;
    IReadOnlyList<PickItem> resources = [];
    IReadOnlyList<string> permissions = [];
    ExpiryChoice expiry;
    string date = "";
    DateOnly today;

    [Parameter, EditorRequired] public bool Visible { get; set; }

    /// <summary>The project's name.</summary>
    [Parameter, EditorRequired] public string Project { get; set; } = "";

    /// <summary>The service account that is to own it; null for the person.</summary>
    [Parameter] public KeyAccount? Account { get; set; }

    /// <summary>The project as <c>organization/project</c>, where <see cref="Account"/> has several to choose from.</summary>
    [Parameter] public string? ProjectPath { get; set; }

    /// <summary>Another project was chosen. Its name, allowance and resources come from the page.</summary>
    [Parameter] public EventCallback<string> ProjectPathChanged { get; set; }

    /// <summary>The name that the browser keeps the entries under; null to keep none.</summary>
    [Parameter] public string? Draft { get; set; }

    /// <summary>What it begins with in place of nothing: entries that were kept.</summary>
    [Parameter] public KeyDraft? Kept { get; set; }

    [Parameter, EditorRequired] public Core.Keys.Allowance? Allowance { get; set; }

    /// <summary>Finds the project's resources.</summary>
    [Parameter, EditorRequired] public Func<string, CancellationToken, Task<PickPage>>? LoadResources { get; set; }

    /// <summary>Takes what was asked for; returns why it could not be had, or null. Its project is left to the page.</summary>
    [Parameter, EditorRequired] public Func<NewKey, Task<Error?>>? OnSubmit { get; set; }

    [Parameter, EditorRequired] public EventCallback OnCancel { get; set; }

    [Inject] PermissionCatalog PermissionCatalog { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    string Lead => Allowance is null
        ? $"{Place}."
        : string.Create(CultureInfo.InvariantCulture, $"{Place}. {Allowance.Used:N0} of {Allowance.Max:N0} keys in use, {Allowance.Left:N0} left.");

    string Place => Account is null ? $"In {Project}" : $"For {Account.Name}, in {Project}";

    List<Choice<string>> Permissions => Account is null
        ? PermissionChoices.Of(PermissionCatalog)
        : PermissionChoices.OfServiceAccounts(PermissionCatalog).FindAll(choice => Account.Permissions.Contains(choice.Value, StringComparer.Ordinal));

    List<SelectOption<ExpiryChoice>> Expiries =>
        [.. Enum.GetValues<ExpiryChoice>().Select(choice => new SelectOption<ExpiryChoice>(choice, KeyExpiry.InWords(choice, today)))];

    string? ExpiryHint => expiry switch
    {
        ExpiryChoice.Never => "It works until somebody revokes it.",
        ExpiryChoice.OnDate => null,
        _ => "It ends that day at 24:00 UTC.",
    };

    protected override void OnParametersSet()
    {
        if (Visible && !open)
        {
            Begin();
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

    void Begin()
    {
        (name, environment, narrowed, resources, permissions, expiry, date) = Kept ?? KeyDraft.Begin(PermissionCatalog);
        today = DateOnly.FromDateTime(Time.GetUtcNow().UtcDateTime);
        (refusal, errors) = (null, []);
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
            if (Check() is { } key && await OnSubmit(key) is { } fault)
            {
                Show(fault);
            }
        }
        finally
        {
            submitting = false;
        }
    }

    /// <summary>The key that is asked for, or null with <see cref="errors"/> where it cannot be said yet; the rest is for the service to judge.</summary>
    NewKey? Check()
    {
        (refusal, errors) = (null, new(StringComparer.Ordinal));
        if (Names.Check(name) is { } wrongName)
        {
            errors["name"] = wrongName;
        }

        if (narrowed && resources.Count == 0)
        {
            errors["resources"] = "Choose one resource or more, or all of them.";
        }

        if (permissions.Count == 0)
        {
            errors["permissions"] = "Choose at least one permission.";
        }

        var lastDay = KeyExpiry.LastDay(expiry, today);
        if (expiry == ExpiryChoice.OnDate)
        {
            (var day, var wrongDay) = KeyExpiry.Read(date, today);
            lastDay = day;
            if (wrongDay is not null)
            {
                errors["expires_at"] = wrongDay;
            }
        }

        focusError = errors.Count > 0;
        return focusError ? null : new(
            null, name.Trim(), environment, narrowed ? [.. resources.Select(resource => resource.Value)] : null, permissions,
            lastDay is { } last ? KeyExpiry.EndOf(last) : null);
    }

    /// <summary>An error goes to its field; one of no field that is there stands above them all.</summary>
    void Show(Error fault)
    {
        errors = new(fault.Errors ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        focusError = errors.Keys.Any(field => field is "name" or "permissions" or "expires_at" || (field == "resources" && narrowed));
        refusal = focusError ? null : fault.Detail;
    }

    string? Error(string field) => errors.GetValueOrDefault(field);

    void SetName(string value) => (name, _) = (value, errors.Remove("name"));

    Task SetProjectAsync(string path)
    {
        (narrowed, resources, refusal) = (false, [], null); // those were the other project's
        return ProjectPathChanged.InvokeAsync(path);
    }

    void SetNarrowed(bool value) => (narrowed, _) = (value, errors.Remove("resources"));

    void SetResources(IReadOnlyList<PickItem> value) => (resources, _) = (value, errors.Remove("resources"));

    void SetPermissions(IReadOnlyList<string> value) => (permissions, _) = (value, errors.Remove("permissions"));

    void SetExpiry(ExpiryChoice value) => (expiry, _) = (value, errors.Remove("expires_at"));

    void SetDate(string value) => (date, _) = (value, errors.Remove("expires_at"));
}

/// <summary>A service account that a new key is for.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Permissions">What it may do, and so what its key may at most.</param>
/// <param name="Projects">The projects that it reaches.</param>
public sealed record KeyAccount(string Name, IReadOnlyList<string> Permissions, IReadOnlyList<SelectOption<string>> Projects);
