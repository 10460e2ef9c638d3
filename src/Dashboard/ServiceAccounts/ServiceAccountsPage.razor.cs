using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Shared;
using Dashboard.Shell;
using Microsoft.AspNetCore.Components;

namespace Dashboard.ServiceAccounts;

public sealed partial class ServiceAccountsPage : IDisposable
{
    /// <summary>A longer text may be a pasted secret, so it is not echoed.</summary>
    const int MaxQuoted = 30;

    static readonly SelectOption<ServiceAccountState?>[] states =
        [new(null, "Any status"), new(ServiceAccountState.Active, "Active"), new(ServiceAccountState.Inactive, "Disabled")];

    readonly PagedListState<ServiceAccountsPageState, ServiceAccountsPageModel> list;
    ServiceAccountActions? actions;
    ServiceAccountDraft? begin;
    SecretReveal? issued;
    bool creating;

    public ServiceAccountsPage() => list = new(ReadAsync, () => Navigation) { MustStay = () => issued is not null };

    [Parameter] public string Organization { get; set; } = "";

    [CascadingParameter] ShellModel? Shell { get; set; }

    [SupplyParameterFromQuery(Name = "state")] public string? State { get; set; }

    /// <summary>Handed from the prerendered page to its circuit. Never contains a secret.</summary>
    [PersistentState] public ServiceAccountsPageModel? Kept { get => list.Kept; set => list.Kept = value; }

    public ServiceAccountsPageModel? View => list.Page;

    [Inject] ServiceAccountsPageQuery Reader { get; set; } = null!;

    [Inject] ServiceAccountService Accounts { get; set; } = null!;

    [Inject] PermissionCatalog PermissionCatalog { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] ILogger<ServiceAccountsPage> Log { get; set; } = null!;

    string NothingFound
    {
        get
        {
            var state = View?.State.State switch
            {
                ServiceAccountState.Active => "active ",
                ServiceAccountState.Inactive => "disabled ",
                _ => ""
            };
            return View?.Searched != true ? $"No {state}service accounts in {View?.Organization.Name}"
                : list.Search.Length <= MaxQuoted ? $"No {state}service accounts match “{list.Search}”"
                : $"No {state}service accounts match";
        }
    }

    public void Dispose() => list.Dispose();

    protected override async Task OnParametersSetAsync()
    {
        ServiceAccountState? state = State switch
        {
            "active" => ServiceAccountState.Active,
            "inactive" => ServiceAccountState.Inactive,
            _ => null
        };
        var asked = new ServiceAccountsPageState(Organization, state);
        await list.OpenAsync(asked, Address);
    }

    async Task<Result<ServiceAccountsPageModel>> ReadAsync(
        ServiceAccountsPageState state, string search, CancellationToken cancellationToken) =>
        await User.ActorAsync() is { } actor ? await Reader.ReadAsync(actor, state, search, cancellationToken) : Error.SessionRequired;

    async Task ReloadAsync()
    {
        await list.ReloadAsync();
        StateHasChanged();
    }

    Task ShowStateAsync(ServiceAccountState? state) => list.ChooseAsync(list.Chosen! with { State = state }, nameof(State));

    Task ShowSizeAsync(int size) => list.ShowAsync(list.Chosen! with { Size = size });

    Task ClearAsync() => list.ClearAsync(list.Chosen! with { State = null });

    /// <summary>Opens the dialog with the defaults: one permission, the project that the user comes from, and the user as owner.</summary>
    async Task BeginCreatingAsync()
    {
        var near = Shell?.Nearest?.Path;
        var projects = near is null ? [] : (await actions!.FindProjectsAsync(near, list.Closed)).Items;
        begin = new(
            "", "", [PermissionCatalog.Permissions[0].Name], false,
            [.. projects.Where(project => project.Value == near)], KeyEnvironment.Live,
            await User.ActorAsync() is { } creator ? [new(creator.Id, Shell?.UserName ?? "You", "you")] : []);
        creating = true;
    }

    async Task<Error?> CreateAsync(ServiceAccountDraft asked)
    {
        var input = new NewServiceAccount(
            asked.Name, asked.Description, asked.Permissions, asked.Choice, asked.Environment, View!.Organization.Slug,
            [.. asked.Owners.Select(owner => owner.Value)]);
        var outcome = await Runner.RunAsync(actor => Accounts.CreateAsync(actor, input, list.Closed));
        if (outcome.Error is { } fault)
        {
            return fault.Code == ErrorCode.SessionRequired ? null : fault;
        }

        (creating, issued) = (false, ServiceAccountSecrets.Of(outcome.Value));
        StateHasChanged(); // show the secrets before the list is reloaded
        await list.TryLoadFirstAsync(failure => LogNotRead(Log, failure));
        StateHasChanged();
        return null;
    }

    /// <summary>Discards the secrets, and reloads the list, which may have changed.</summary>
    Task CloseSecretAsync()
    {
        issued = null;
        StateHasChanged();
        return ReloadAsync();
    }

    [LoggerMessage(LogLevel.Error, "Could not read the list of service accounts after creating one.")]
    static partial void LogNotRead(ILogger log, Exception failure);
}
