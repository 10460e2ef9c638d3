using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Keys;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.ServiceAccounts;

public sealed partial class ServiceAccountPage : ComponentBase, IDisposable
{
    readonly CancellationTokenSource life = new();
    ServiceAccountActions? actions;
    KeyActions? keyActions;
    SecretReveal? issued;

    bool creating;
    KeyAccount? owner;
    NamedProject? project;
    Core.Keys.Allowance? allowance;
    KeyDraft? offered;
    IReadOnlyList<NamedProject> projects = [];

    [Parameter] public string Organization { get; set; } = "";

    [Parameter] public string Id { get; set; } = "";

    /// <summary>Handed from the prerendered page to its circuit. Never contains a secret.</summary>
    [PersistentState] public ServiceAccountView? View { get; set; }

    [Inject] ServiceAccountsPageQuery Reader { get; set; } = null!;

    [Inject] ServiceAccountService Accounts { get; set; } = null!;

    [Inject] KeyService Keys { get; set; } = null!;

    [Inject] ResourceService Resources { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    [Inject] ILogger<ServiceAccountPage> Log { get; set; } = null!;

    bool Active => View?.Account.State == ServiceAccountState.Active;

    bool Full => View?.Account.Secrets.Count >= ServiceAccountCredential.MaxActive;

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (View?.Account.Id != Id || View.Organization.Slug != Organization)
        {
            await LoadAsync();
        }
    }

    /// <summary>Returns "Order Platform, Warehouse", the first projects and the number of others, or "All projects".</summary>
    static string Projects(ServiceAccountView view) => view.Account.Projects switch
    {
        null => "All projects",
        [] => "No projects left",
        var listed when listed.Count > view.Projects.Count =>
            $"{string.Join(", ", view.Projects)} and {listed.Count - view.Projects.Count} more",
        _ => string.Join(", ", view.Projects),
    };

    async Task LoadAsync()
    {
        if (await User.ActorAsync() is not { } actor)
        {
            return; // the router redirects to the sign-in page
        }

        var read = await Reader.ReadOneAsync(actor, Organization, Id, life.Token);
        if (read.Error is not null)
        {
            if (issued is null) // do not navigate away from a secret on the screen
            {
                Navigation.NotFound();
            }
        }
        else if (read.Value.Organization.Slug != Organization)
        {
            // It has been renamed: go to its current address.
            Navigation.NavigateTo($"/{read.Value.Organization.Slug}/service-accounts/{Id}", replace: true);
        }
        else
        {
            View = read.Value;
        }
    }

    async Task ReloadAsync()
    {
        await LoadAsync();
        StateHasChanged();
    }

    void LeaveAsync() => Navigation.NavigateTo($"/{View!.Organization.Slug}/service-accounts");

    async Task AddSecretAsync()
    {
        var outcome = await Runner.RunAsync(actor => Accounts.AddSecretAsync(actor, Id, life.Token));
        if (outcome.Error is { } fault)
        {
            await actions!.ShowErrorAsync("Could not add a client secret", fault);
            return;
        }

        await ShowAsync(ServiceAccountSecrets.Of(outcome.Value));
    }

    async Task RevokeSecretAsync(ClientSecretSummary secret)
    {
        var name = ClientSecretsTable.Short(secret);
        var last = View!.Account.Secrets.Count == 1 ? " It is the last secret: until you add another, this account can’t get tokens." : "";
        if (!await Dialogs.ConfirmAsync(
            new(
                "Revoke this client secret?", "Revoke secret",
                $"Programs can no longer get a token with {name}. This cannot be undone.{last} " +
                "Tokens that it got stay valid until they expire. If somebody else may have one, end all tokens afterwards.")))
        {
            return;
        }

        var outcome = await Runner.RunAsync(actor => Accounts.RemoveSecretAsync(actor, Id, secret.Id, life.Token));
        if (outcome.Error is { } fault)
        {
            await actions!.ShowErrorAsync($"Could not revoke {name}", fault);
            return;
        }

        Snackbars.Show($"Revoked {name}", "Tokens that it got stay valid until they expire, unless you end all tokens.");
        await ReloadAsync();
    }

    async Task BeginKeyAsync()
    {
        var account = View!.Account;
        projects = await actions!.ReachedAsync(account);
        if (projects.Count == 0)
        {
            Snackbars.ShowError("It has no access to any project", "Choose projects for it first, under Change.");
            return;
        }

        owner = new(account.Name, account.Permissions, [.. projects.Select(place => new SelectOption<string>(place.Path, place.Name))]);
        offered = new("", account.Environment, false, [], [account.Permissions[0]], ExpiryChoice.In90Days, "");
        await ChooseProjectAsync(projects[0].Path);
        creating = true;
    }

    async Task ChooseProjectAsync(string path)
    {
        project = projects.First(place => place.Path == path);
        allowance = await User.ActorAsync() is { } actor
            && await Keys.AllowanceAsync(actor, path, life.Token) is { Succeeded: true, Value: var left } ? left : null;
    }

    async Task<PickPage> FindResourcesAsync(string term, CancellationToken cancellationToken) =>
        await Resources.PickAsync(await User.ActorAsync(), project?.Path, term, cancellationToken);

    async Task<Error?> CreateKeyAsync(NewKey key)
    {
        var outcome = await Runner.RunAsync(
            actor => Keys.CreateAsync(actor, key with { Project = project!.Path, ServiceAccountId = Id }, life.Token));
        if (outcome.Error is { } fault)
        {
            return fault.Code == ErrorCode.SessionRequired ? null : fault;
        }

        creating = false;
        await ShowAsync(SecretReveal.Of(outcome.Value));
        return null;
    }

    /// <summary>Shows the secret before the page is reloaded.</summary>
    async Task ShowAsync(SecretReveal secrets)
    {
        issued = secrets;
        StateHasChanged();
        try
        {
            await ReloadAsync();
        }
        catch (Exception failure) when (!life.IsCancellationRequested)
        {
            LogNotRead(Log, failure); // an exception would tear down the page, and the secret with it
        }
    }

    /// <summary>Discards the secret, and reloads the account, which may have changed.</summary>
    Task CloseSecretAsync()
    {
        issued = null;
        StateHasChanged();
        return ReloadAsync();
    }

    [LoggerMessage(LogLevel.Error, "Could not read a service account after creating a secret for it.")]
    static partial void LogNotRead(ILogger log, Exception failure);
}
