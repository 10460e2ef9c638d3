using Dashboard.Auth;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Keys;
using Dashboard.Shared;
using Dashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace Dashboard.ServiceAccounts;

public sealed partial class ServiceAccountPage : ComponentBase, IDisposable
{
    readonly CancellationTokenSource life = new();
    ServiceAccountActions? actions;
    SecretReveal? issued;

    bool creating;
    KeyAccount? owner;
    NamedProject? project;
    Core.Keys.Allowance? allowance;
    KeyDraft? offered;
    IReadOnlyList<NamedProject> reached = [];

    [Parameter] public string Organization { get; set; } = "";

    [Parameter] public string Id { get; set; } = "";

    /// <summary>Handed from the prerendered page to its circuit. No secret is ever in it.</summary>
    [PersistentState] public ServiceAccountView? View { get; set; }

    [Inject] ServiceAccountsPageQuery Reader { get; set; } = null!;

    [Inject] ServiceAccountService Accounts { get; set; } = null!;

    [Inject] KeyService Keys { get; set; } = null!;

    [Inject] ResourceService Resources { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] ToastService Toasts { get; set; } = null!;

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

    /// <summary>"Order Platform, Warehouse", the first of many, or all.</summary>
    static string Projects(ServiceAccountView view) => view.Account.Projects switch
    {
        null => "All projects",
        [] => "No project left",
        var listed when listed.Count > view.Projects.Count => $"{string.Join(", ", view.Projects)} and {listed.Count - view.Projects.Count} more",
        _ => string.Join(", ", view.Projects),
    };

    async Task LoadAsync()
    {
        if (await User.ActorAsync() is not { } actor)
        {
            return; // the router leads to the sign-in
        }

        var read = await Reader.ReadOneAsync(actor, Organization, Id, life.Token);
        if (read.Error is not null)
        {
            if (issued is null) // a secret that is on the screen outweighs what is behind it
            {
                Navigation.NotFound();
            }
        }
        else if (read.Value.Organization.Slug != Organization)
        {
            // It was called so once.
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
        var outcome = await actions!.DoAsync(actor => Accounts.AddSecretAsync(actor, Id, life.Token));
        if (outcome.Error is { } fault)
        {
            await actions.TellAsync("Could not add a client secret", fault);
            return;
        }

        await ShowAsync(ServiceAccountSecrets.Of(outcome.Value));
    }

    async Task RevokeSecretAsync(ClientSecretSummary secret)
    {
        var name = ClientSecretsTable.Short(secret);
        var last = View!.Account.Secrets.Count == 1 ? " It is the last one: until you add another, this account gets no token." : "";
        if (!await actions!.AskAsync(new("Revoke this client secret?", "Revoke secret", $"No program gets a token with {name} from this moment on. This cannot be undone.{last}")))
        {
            return;
        }

        var outcome = await actions.DoAsync(actor => Accounts.RemoveSecretAsync(actor, Id, secret.Id, life.Token));
        if (outcome.Error is { } fault)
        {
            await actions.TellAsync($"Could not revoke {name}", fault);
            return;
        }

        Toasts.Show($"{name} revoked");
        await ReloadAsync();
    }

    async Task BeginKeyAsync()
    {
        var account = View!.Account;
        reached = await actions!.ReachedAsync(account);
        if (reached.Count == 0)
        {
            Toasts.ShowError("It reaches no project", "Choose projects for it first, under Change.");
            return;
        }

        owner = new(account.Name, account.Permissions, [.. reached.Select(place => new SelectOption<string>(place.Path, place.Name))]);
        offered = new("", account.Environment, false, [], [account.Permissions[0]], ExpiryChoice.In90Days, "");
        await ChooseProjectAsync(reached[0].Path);
        creating = true;
    }

    async Task ChooseProjectAsync(string path)
    {
        project = reached.First(place => place.Path == path);
        allowance = await User.ActorAsync() is { } actor && await Keys.AllowanceAsync(actor, path, life.Token) is { Succeeded: true, Value: var left } ? left : null;
    }

    async Task<PickPage> FindResourcesAsync(string term, CancellationToken cancellationToken) =>
        await Resources.PickAsync(await User.ActorAsync(), project?.Path, term, cancellationToken);

    async Task<Error?> CreateKeyAsync(NewKey asked)
    {
        var outcome = await actions!.DoAsync(actor => Keys.CreateAsync(actor, asked with { Project = project!.Path, ServiceAccountId = Id }, life.Token));
        if (outcome.Error is { } fault)
        {
            return fault.Code == ErrorCode.SessionRequired ? null : fault;
        }

        creating = false;
        await ShowAsync(SecretReveal.Of(outcome.Value));
        return null;
    }

    /// <summary>The secret first; the page behind it can wait.</summary>
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
            LogNotRead(Log, failure); // the page would be lost over it, and the secret with the page
        }
    }

    /// <summary>From here on the secret is nowhere. Whatever became of the account meanwhile shows now.</summary>
    Task CloseSecretAsync()
    {
        issued = null;
        StateHasChanged();
        return ReloadAsync();
    }

    [LoggerMessage(LogLevel.Error, "A service account could not be read after a secret of it was made.")]
    static partial void LogNotRead(ILogger log, Exception failure);
}
