using Dashboard.Auth;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Shared;
using Dashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace Dashboard.ServiceAccounts;

public sealed partial class ServiceAccountsPage : ComponentBase, IDisposable
{
    /// <summary>A longer text may be a pasted secret, so it is not echoed.</summary>
    const int MaxQuoted = 30;

    static readonly SelectOption<ServiceAccountState?>[] states =
        [new(null, "Any status"), new(ServiceAccountState.Active, "Active"), new(ServiceAccountState.Inactive, "Disabled")];

    readonly CancellationTokenSource life = new();
    readonly Stack<string?> before = new();
    ServiceAccountActions? actions;
    ServiceAccountDraft? begin;
    SecretReveal? issued;
    bool creating;
    bool loading;
    int turn;
    string search = "";

    [Parameter] public string Organization { get; set; } = "";

    [SupplyParameterFromQuery(Name = "state")] public string? State { get; set; }

    /// <summary>Handed from the prerendered page to its circuit. Never contains a secret.</summary>
    [PersistentState] public ServiceAccountsPageModel? View { get; set; }

    [Inject] ServiceAccountsPageQuery Reader { get; set; } = null!;

    [Inject] ServiceAccountService Accounts { get; set; } = null!;

    [Inject] PermissionCatalog PermissionCatalog { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] ILogger<ServiceAccountsPage> Log { get; set; } = null!;

    string NothingFound
    {
        get
        {
            var state = View?.State.State switch { ServiceAccountState.Active => "active ", ServiceAccountState.Inactive => "disabled ",
                _ => "" };
            return View?.Searched != true ? $"No {state}service accounts in {View?.Organization.Name}"
                : search.Length <= MaxQuoted ? $"No {state}service accounts match “{search}”"
                : $"No {state}service accounts match";
        }
    }

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        ServiceAccountState? state = State switch { "active" => ServiceAccountState.Active, "inactive" => ServiceAccountState.Inactive,
            _ => null };
        var asked = new ServiceAccountsPageState(Organization, state);
        if (View is null || View.State with { Cursor = null } != asked || View.Searched != search.Length > 0)
        {
            before.Clear();
            search = View?.State.Organization == asked.Organization ? search : "";
            await LoadAsync(asked);
        }
    }

    async Task LoadAsync(ServiceAccountsPageState asked)
    {
        if (await User.ActorAsync() is not { } actor)
        {
            return; // the router redirects to the sign-in page
        }

        var mine = ++turn;
        loading = true;
        try
        {
            var read = await Reader.ReadAsync(actor, asked, search, life.Token);
            if (mine == turn) // otherwise a later load supersedes this one
            {
                Show(asked, read);
            }
        }
        finally
        {
            loading = mine != turn;
        }
    }

    void Show(ServiceAccountsPageState asked, Result<ServiceAccountsPageModel> read)
    {
        if (read.Error is not null)
        {
            if (issued is null) // do not navigate away from a secret on the screen
            {
                Navigation.NotFound();
            }
        }
        else if (read.Value.Organization.Slug != asked.Organization)
        {
            // It has been renamed: go to its current address.
            Navigation.NavigateTo($"/{read.Value.Organization.Slug}/service-accounts{new Uri(Navigation.Uri).Query}", replace: true);
        }
        else
        {
            View = read.Value;
        }
    }

    async Task ReloadAsync()
    {
        await LoadAsync(View!.State);
        if (View.Items.Count == 0)
        {
            await PreviousAsync(); // the last row of the last page is gone
        }

        StateHasChanged();
    }

    async Task NextAsync()
    {
        if (View is { NextCursor: { } next } view)
        {
            before.Push(view.State.Cursor);
            await LoadAsync(view.State with { Cursor = next });
        }
    }

    async Task PreviousAsync()
    {
        if (View is { } view && before.TryPop(out var cursor))
        {
            await LoadAsync(view.State with { Cursor = cursor });
        }
    }

    void ShowState(ServiceAccountState? state) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("state", state?.ToWireName()), replace: true);

    async Task SearchAsync(string text)
    {
        search = text.Trim();
        before.Clear();
        await LoadAsync(View!.State with { Cursor = null });
    }

    async Task ClearAsync()
    {
        if (View!.State.State is null)
        {
            await SearchAsync("");
        }
        else
        {
            search = "";
            ShowState(null);
        }
    }

    /// <summary>Opens the dialog with the defaults: one permission, and the project if there is only one.</summary>
    async Task BeginCreatingAsync()
    {
        var projects = await actions!.FindProjectsAsync("", life.Token);
        begin = new(
            "", "", [PermissionCatalog.Permissions[0].Name], false, projects is { Total: 1, Items: var only } ? only : [],
            KeyEnvironment.Live);
        creating = true;
    }

    async Task<Error?> CreateAsync(ServiceAccountDraft asked)
    {
        var input = new NewServiceAccount(
            asked.Name, asked.Description, asked.Permissions, asked.Choice, asked.Environment, View!.Organization.Slug);
        var outcome = await actions!.DoAsync(actor => Accounts.CreateAsync(actor, input, life.Token));
        if (outcome.Error is { } fault)
        {
            return fault.Code == ErrorCode.SessionRequired ? null : fault;
        }

        (creating, issued) = (false, ServiceAccountSecrets.Of(outcome.Value));
        StateHasChanged(); // show the secrets before the list is reloaded
        before.Clear();
        try
        {
            await LoadAsync(View!.State with { Cursor = null });
        }
        catch (Exception failure) when (!life.IsCancellationRequested)
        {
            LogNotRead(Log, failure); // an exception would tear down the page, and the secrets with it
        }

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
