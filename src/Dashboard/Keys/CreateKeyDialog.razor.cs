using System.Globalization;
using Dashboard.Components;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Keys;

public sealed partial class CreateKeyDialog : ComponentBase
{
    static readonly SelectOption<bool>[] scopes = [new(false, "All resources"), new(true, "Specific resources")];

    readonly string outcomeId = UiId.Next("outcome");
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
    KeyPreset? taken;
    string date = "";
    string note = "";
    string networks = "";
    string rateLimit = "";
    bool unfolded;
    DateOnly today;

    [Parameter, EditorRequired] public bool Visible { get; set; }

    /// <summary>The project's name.</summary>
    [Parameter, EditorRequired] public string Project { get; set; } = "";

    /// <summary>The service account that will own the key; null for the user.</summary>
    [Parameter] public KeyAccount? Account { get; set; }

    /// <summary>The project as <c>organization/project</c>, if <see cref="Account"/> has several to choose from.</summary>
    [Parameter] public string? ProjectPath { get; set; }

    /// <summary>Raised when another project is selected. The page provides its name, allowance and resources.</summary>
    [Parameter] public EventCallback<string> ProjectPathChanged { get; set; }

    /// <summary>The name under which the browser keeps the draft; null to keep none.</summary>
    [Parameter] public string? Draft { get; set; }

    /// <summary>A draft that the browser kept, to start from.</summary>
    [Parameter] public KeyDraft? Kept { get; set; }

    [Parameter, EditorRequired] public Core.Keys.Allowance? Allowance { get; set; }

    /// <summary>What the organization demands of live keys.</summary>
    [Parameter] public OrganizationPolicies Policies { get; set; } = OrganizationPolicies.None;

    /// <summary>Whether the user manages all keys, so that what holds for developers does not for them.</summary>
    [Parameter] public bool ManagesKeys { get; set; } = true;

    /// <summary>Searches the project's resources.</summary>
    [Parameter, EditorRequired] public Func<string, CancellationToken, Task<PickPage>>? LoadResources { get; set; }

    /// <summary>Submits the input and returns the error, or null on success. The page sets the project.</summary>
    [Parameter, EditorRequired] public Func<NewKey, Task<Error?>>? OnSubmit { get; set; }

    [Parameter, EditorRequired] public EventCallback OnCancel { get; set; }

    [Inject] PermissionCatalog PermissionCatalog { get; set; } = null!;

    [Inject] KeyPresets KeyPresets { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    string Lead => Allowance is null
        ? $"{Place}."
        : string.Create(
            CultureInfo.InvariantCulture, $"{Place}. {Allowance.Used:N0} of {Allowance.Max:N0} keys in use, {Allowance.Left:N0} left.");

    string Place => Account is null ? $"In {Project}" : $"For {Account.Name}, in {Project}";

    List<Choice<string>> Permissions => Account is null
        ? PermissionChoices.Of(PermissionCatalog)
        : PermissionChoices.OfServiceAccounts(PermissionCatalog)
            .FindAll(choice => Account.Permissions.Contains(choice.Value, StringComparer.Ordinal));

    List<SelectOption<ExpiryChoice>> Expiries => KeyExpiry.Options(today, Latest);

    bool MayCreateLive => ManagesKeys || Policies.DevelopersCreateLiveKeys;

    SelectOption<KeyEnvironment>[] Environments => [new(KeyEnvironment.Live, "Live", !MayCreateLive), new(KeyEnvironment.Test, "Test")];

    bool IsLive => environment == KeyEnvironment.Live;

    /// <summary>The last day on which the key may work.</summary>
    DateOnly? Latest => IsLive ? Policies.LastDay(Time.GetUtcNow()) : null;

    bool NeedsAllowList => IsLive && Policies.LiveKeysNeedAllowList;

    bool NeedsApproval => IsLive && Policies.LiveWriteKeysNeedApproval && !ManagesKeys
        && permissions.Contains(PermissionCatalog.Write, StringComparer.Ordinal);

    /// <summary>The presets whose permissions the owner can give.</summary>
    List<SelectOption<string>> Presets =>
    [
        new("", "None"),
        .. KeyPresets.All
            .Where(preset => Account is null || preset.Permissions.All(name => Account.Permissions.Contains(name, StringComparer.Ordinal)))
            .Select(preset => new SelectOption<string>(preset.Name, preset.Name)),
    ];

    /// <summary>The preset that was taken, until what it set is changed.</summary>
    string Preset =>
        taken is not null && permissions.SequenceEqual(taken.Permissions, StringComparer.Ordinal)
            && (expiry, date) == KeyExpiry.After(taken.ExpiresAfterDays, today) ? taken.Name : "";

    string Outcome => KeyOutcome.Of(
        permissions, narrowed ? [.. resources.Select(resource => resource.Name)] : null, Project, environment,
        expiry == ExpiryChoice.OnDate && KeyExpiry.ReadDate(date, today) is { Error: null, Day: var day }
            ? day : KeyExpiry.LastDay(expiry, today),
        KeyLimitInput.AllowList(networks).Networks?.Count ?? 0, KeyLimitInput.RateLimit(rateLimit).Limit);

    string? ExpiryHint => expiry switch
    {
        not ExpiryChoice.OnDate when IsLive && Policies.MaxLiveKeyDays is { } days =>
            string.Create(CultureInfo.InvariantCulture,
                $"Expires at the end of that day (UTC). Live keys of this organization live {days:N0} days at most."),
        ExpiryChoice.Never => "Works until it is revoked.",
        ExpiryChoice.OnDate => null,
        _ => "Expires at the end of that day (UTC).",
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
        (name, environment, narrowed, resources, permissions, expiry, date, note, networks, rateLimit) =
            Kept ?? KeyDraft.Begin(PermissionCatalog);
        (taken, unfolded) = (null, $"{note}{networks}{rateLimit}".Length > 0);
        today = DateOnly.FromDateTime(Time.GetUtcNow().UtcDateTime);
        (refusal, errors) = (null, []);
        if (!MayCreateLive)
        {
            environment = KeyEnvironment.Test;
        }

        KeepExpiryAllowed();
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

    /// <summary>Returns the new key, or null with <see cref="errors"/> set if input is missing. The service validates the rest.</summary>
    NewKey? Check()
    {
        (refusal, errors) = (null, new(StringComparer.Ordinal));
        if (Names.Check(name) is { } wrongName)
        {
            errors["name"] = wrongName;
        }

        if (narrowed && resources.Count == 0)
        {
            errors["resources"] = "Choose at least one resource, or all resources.";
        }

        if (permissions.Count == 0)
        {
            errors["permissions"] = "Choose at least one permission.";
        }

        var lastDay = KeyExpiry.LastDay(expiry, today);
        if (expiry == ExpiryChoice.OnDate)
        {
            (var day, var wrongDay) = KeyExpiry.ReadDate(date, today);
            lastDay = day;
            if (wrongDay is not null)
            {
                errors["expires_at"] = wrongDay;
            }
        }

        var (allowed, wrongNetwork) = KeyLimitInput.AllowList(networks);
        if (allowed is null && NeedsAllowList)
        {
            wrongNetwork ??= "Add at least one address or network.";
        }

        if (wrongNetwork is not null)
        {
            errors["allowed_ips"] = wrongNetwork;
        }

        var (limit, wrongLimit) = KeyLimitInput.RateLimit(rateLimit);
        if (wrongLimit is not null)
        {
            errors["requests_per_minute"] = wrongLimit;
        }

        focusError = errors.Count > 0;
        return focusError ? null : new(
            null, name.Trim(), environment, narrowed ? [.. resources.Select(resource => resource.Value)] : null, permissions,
            lastDay is { } last ? KeyExpiry.EndOf(last) : null, AllowedIps: allowed, RequestsPerMinute: limit,
            Note: KeyLimitInput.Note(note) is { Length: > 0 } text ? text : null);
    }

    /// <summary>Shows an error at its field, or above the form if it belongs to none of the visible fields.</summary>
    void Show(Error fault)
    {
        errors = new(fault.Errors ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        focusError = errors.Keys.Any(field =>
            field is "name" or "permissions" or "expires_at" or "note" or "allowed_ips" or "requests_per_minute"
            || (field == "resources" && narrowed));
        refusal = focusError ? null : fault.Detail;
    }

    string? Error(string field) => errors.GetValueOrDefault(field);

    void SetEnvironment(KeyEnvironment value)
    {
        environment = value;
        errors.Remove("expires_at");
        errors.Remove("allowed_ips");
        KeepExpiryAllowed();
    }

    /// <summary>Takes the longest expiry that the organization allows in place of a longer one.</summary>
    void KeepExpiryAllowed()
    {
        if (!KeyExpiry.IsAllowed(expiry, today, Latest))
        {
            (expiry, date) = KeyExpiry.After(Policies.MaxLiveKeyDays, today);
        }
    }

    void SetName(string value) => (name, _) = (value, errors.Remove("name"));

    Task SetProjectAsync(string path)
    {
        (narrowed, resources, refusal) = (false, [], null); // they belong to the other project
        return ProjectPathChanged.InvokeAsync(path);
    }

    void SetNarrowed(bool value) => (narrowed, _) = (value, errors.Remove("resources"));

    void SetResources(IReadOnlyList<PickItem> value) => (resources, _) = (value, errors.Remove("resources"));

    void SetPermissions(IReadOnlyList<string> value) => (permissions, _) = (value, errors.Remove("permissions"));

    void SetExpiry(ExpiryChoice value) => (expiry, _) = (value, errors.Remove("expires_at"));

    void Take(string name)
    {
        taken = KeyPresets.All.FirstOrDefault(preset => preset.Name == name);
        if (taken is { } preset)
        {
            (permissions, (expiry, date)) = (preset.Permissions, KeyExpiry.After(preset.ExpiresAfterDays, today));
            KeepExpiryAllowed();
            errors.Remove("permissions");
            errors.Remove("expires_at");
        }
    }

    void SetNote(string value) => (note, _) = (value, errors.Remove("note"));

    void SetNetworks(string value) => (networks, _) = (value, errors.Remove("allowed_ips"));

    void SetRateLimit(string value) => (rateLimit, _) = (value, errors.Remove("requests_per_minute"));

    void SetDate(string value) => (date, _) = (value, errors.Remove("expires_at"));
}

/// <summary>The service account that a new key is for.</summary>
/// <param name="Name">The display name.</param>
/// <param name="Permissions">Its permissions, which its key cannot exceed.</param>
/// <param name="Projects">The projects that it has access to.</param>
public sealed record KeyAccount(string Name, IReadOnlyList<string> Permissions, IReadOnlyList<SelectOption<string>> Projects);
