using Dashboard.Auth;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Shared;
using Dashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace Dashboard.ServiceAccounts;

public sealed partial class ServiceAccountActions : ComponentBase, IDisposable
{
    readonly CancellationTokenSource life = new();
    ConfirmDialog? confirm;
    string? changing;
    ServiceAccountDraft? draft;

    [Parameter, EditorRequired] public OrganizationAccess Organization { get; set; } = null!;

    /// <summary>An account may have changed: what is shown of it is to be read again.</summary>
    [Parameter, EditorRequired] public EventCallback OnChanged { get; set; }

    /// <summary>An account is gone.</summary>
    [Parameter, EditorRequired] public EventCallback OnDeleted { get; set; }

    [Inject] ServiceAccountService Accounts { get; set; } = null!;

    [Inject] ServiceAccountsPageQuery Reader { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] ToastService Toasts { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    /// <summary>Asks, and returns whether the person said yes.</summary>
    public Task<bool> AskAsync(Confirmation question) => confirm!.AskAsync(question);

    /// <summary>Does it as the signed-in person; where the session has ended meanwhile, says so and leads to the sign-in.</summary>
    public Task<Result<T>> DoAsync<T>(Func<Actor, Task<Result<T>>> what) =>
        SessionExpiredPrompt.DoAsync(User, what, () => InvokeAsync(() => SessionExpiredPrompt.LeadAsync(confirm!, Navigation)));

    /// <summary>Opens the form for an account, with all that it is now.</summary>
    public async Task ChangeAsync(string id, string name)
    {
        // As it is now: the page may be an hour old, and shows the first of it only.
        var account = await DoAsync(actor => Accounts.GetAsync(actor, id, life.Token));
        if (account.Error is { } fault)
        {
            await TellAsync($"Could not change {name}", fault);
            return;
        }

        var reached = account.Value.Projects is null ? [] : await ReachedAsync(account.Value);
        draft = new(
            account.Value.Name, account.Value.Description, account.Value.Permissions, account.Value.Projects is null,
            [.. reached.Select(project => new PickItem(project.Path, project.Name, project.Path))], account.Value.Environment);
        changing = account.Value.Id;
        StateHasChanged();
    }

    /// <summary>The projects that an account reaches.</summary>
    public async Task<IReadOnlyList<NamedProject>> ReachedAsync(ServiceAccountSummary account) =>
        await User.ActorAsync() is { } actor ? await Reader.ReachedAsync(actor, Organization, account, life.Token) : [];

    /// <summary>Finds the organization's projects, for a picker.</summary>
    public async Task<PickPage> FindProjectsAsync(string term, CancellationToken cancellationToken) =>
        await User.ActorAsync() is { } actor ? await Reader.FindProjectsAsync(actor, Organization, term, cancellationToken) : new([], 0);

    /// <summary>Switches an account off or on, at once: it can be undone.</summary>
    public async Task SwitchAsync(string id, string name, ServiceAccountState now)
    {
        var on = now != ServiceAccountState.Active;
        if (await SetStateAsync(id, name, on ? ServiceAccountState.Active : ServiceAccountState.Inactive))
        {
            Toasts.ShowUndo(
                $"{name} switched {(on ? "on" : "off")}", () => InvokeAsync(() => SetStateAsync(id, name, now)),
                on ? "Its keys and client secrets work again." : "Requests with its keys are refused, and it gets no token.");
        }
    }

    /// <summary>Deletes an account, once the person has read what stops.</summary>
    public async Task DeleteAsync(string id, string name)
    {
        // As it is now: the page may be an hour old, and the question depends on the last use.
        var account = await DoAsync(actor => Accounts.GetAsync(actor, id, life.Token));
        if (account.Succeeded && !await AskAsync(ServiceAccountDeletionQuestion.About(account.Value, Time.GetUtcNow())))
        {
            return;
        }

        var outcome = account.Succeeded ? await DoAsync(actor => Accounts.DeleteAsync(actor, id, life.Token)) : account;
        if (outcome.Error is { } fault)
        {
            await TellAsync($"Could not delete {name}", fault);
            return;
        }

        Toasts.Show($"{name} deleted", outcome.Value.Keys == 0 ? null : $"{ServiceAccountItem.CountKeys(outcome.Value.Keys)} revoked with it.");
        await OnDeleted.InvokeAsync();
    }

    /// <summary>Says that something could not be done, and has what is shown read again.</summary>
    public Task TellAsync(string what, Error fault)
    {
        if (fault.Code != ErrorCode.SessionRequired) // which is told by a question of its own
        {
            Toasts.ShowError(what, fault.Detail);
        }

        return OnChanged.InvokeAsync();
    }

    async Task<Error?> SaveAsync(ServiceAccountDraft wanted)
    {
        // What is as it was is not sent: somebody else may have changed it meanwhile.
        var patch = new ServiceAccountPatch(
            wanted.Name == draft!.Name ? null : wanted.Name,
            wanted.Description == draft.Description ? null : wanted.Description,
            wanted.Permissions.SequenceEqual(draft.Permissions, StringComparer.Ordinal) ? null : wanted.Permissions,
            wanted.AllProjects == draft.AllProjects && wanted.Projects.SequenceEqual(draft.Projects) ? null : wanted.Choice);
        var outcome = await DoAsync(actor => Accounts.ChangeAsync(actor, changing!, patch, life.Token));
        if (outcome.Error is { } fault)
        {
            return fault.Code == ErrorCode.SessionRequired ? null : fault;
        }

        changing = null;
        await OnChanged.InvokeAsync();
        return null;
    }

    async Task<bool> SetStateAsync(string id, string name, ServiceAccountState state)
    {
        // Undone also from a page that has been left: the toast outlives it.
        var outcome = await DoAsync(actor => Accounts.ChangeAsync(actor, id, new(State: state), CancellationToken.None));
        if (outcome.Error is { Code: not ErrorCode.SessionRequired } fault)
        {
            Toasts.ShowError($"Could not switch {(state == ServiceAccountState.Active ? "on" : "off")} {name}", fault.Detail);
        }

        if (!life.IsCancellationRequested)
        {
            await OnChanged.InvokeAsync();
        }

        return outcome.Succeeded;
    }
}
