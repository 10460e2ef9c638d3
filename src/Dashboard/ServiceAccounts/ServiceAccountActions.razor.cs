using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.ServiceAccounts;

public sealed partial class ServiceAccountActions : ComponentBase, IDisposable
{
    readonly CancellationTokenSource life = new();
    string? editedId;
    ServiceAccountDraft? draft;
    ServiceAccountSummary? owned;

    [Parameter, EditorRequired] public OrganizationAccess Organization { get; set; } = null!;

    /// <summary>Raised when an account may have changed, so that the page reloads it.</summary>
    [Parameter, EditorRequired] public EventCallback OnChanged { get; set; }

    /// <summary>Raised when an account has been deleted.</summary>
    [Parameter, EditorRequired] public EventCallback OnDeleted { get; set; }

    [Inject] ServiceAccountService Accounts { get; set; } = null!;

    [Inject] ServiceAccountsPageQuery Reader { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] ActionRunner Runner { get; set; } = null!;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    [Inject] UndoSnackbars Undos { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    /// <summary>Opens the dialog to change an account, with its current values.</summary>
    public async Task ChangeAsync(string id, string name)
    {
        // Read the current state: the page may be stale, and shows only a part of it.
        var account = await Runner.RunAsync(actor => Accounts.GetAsync(actor, id, life.Token));
        if (account.Error is { } fault)
        {
            await ShowErrorAsync($"Could not change {name}", fault);
            return;
        }

        var reached = account.Value.Projects is null ? [] : await ReachedAsync(account.Value);
        draft = new(
            account.Value.Name, account.Value.Description, account.Value.Permissions, account.Value.Projects is null,
            [.. reached.Select(project => new PickItem(project.Path, project.Name, project.Path))], account.Value.Environment, []);
        editedId = account.Value.Id;
        StateHasChanged();
    }

    /// <summary>Opens the dialog to choose the owners among the members.</summary>
    public async Task AskForOwnersAsync(string id, string name)
    {
        var account = await Runner.RunAsync(actor => Accounts.GetAsync(actor, id, life.Token)); // the page may be stale
        if (account.Error is { } fault)
        {
            await ShowErrorAsync($"Could not change the owners of {name}", fault);
            return;
        }

        owned = account.Value;
        StateHasChanged();
    }

    /// <summary>Returns the projects that an account has access to.</summary>
    public async Task<IReadOnlyList<NamedProject>> ReachedAsync(ServiceAccountSummary account) =>
        await User.ActorAsync() is { } actor ? await Reader.ReachedAsync(actor, Organization, account, life.Token) : [];

    /// <summary>Searches the organization's projects, for a picker.</summary>
    public async Task<PickPage> FindProjectsAsync(string term, CancellationToken cancellationToken) =>
        await User.ActorAsync() is { } actor ? await Reader.FindProjectsAsync(actor, Organization, term, cancellationToken) : new([], 0);

    /// <summary>Searches the members who may own an account, for a picker.</summary>
    public async Task<PickPage> FindMembersAsync(string term, CancellationToken cancellationToken) =>
        await User.ActorAsync() is { } actor ? await Reader.FindMembersAsync(actor, Organization, term, cancellationToken) : new([], 0);

    /// <summary>Disables or enables an account without confirmation, because it can be undone.</summary>
    public async Task SwitchAsync(string id, string name, ServiceAccountState now)
    {
        var on = now != ServiceAccountState.Active;
        if (await SetStateAsync(id, name, on ? ServiceAccountState.Active : ServiceAccountState.Inactive))
        {
            Undos.Show(
                new(FeedSubject.ServiceAccount, id), $"{(on ? "Enabled" : "Disabled")} {name}", () =>
                    InvokeAsync(() => SetStateAsync(id, name, now)),
                on ? "Its keys and client secrets work again. Its programs have to get new tokens."
                : "Requests using its keys are now refused. Its tokens have ended, and it can’t get others.");
        }
    }

    /// <summary>Ends the access tokens of an account after confirmation.</summary>
    public async Task EndTokensAsync(string id, string name)
    {
        if (!await Dialogs.ConfirmAsync(new(
            $"End all tokens of {name}?", "End all tokens",
            "Every access token that it has is refused immediately. Its client secrets and keys stay valid, so its programs can get new " +
            "tokens.")))
        {
            return;
        }

        var outcome = await Runner.RunAsync(actor => Accounts.EndTokensAsync(actor, id, life.Token));
        if (outcome.Error is { } fault)
        {
            await ShowErrorAsync($"Could not end the tokens of {name}", fault);
            return;
        }

        Snackbars.Show($"Ended all tokens of {name}");
        await OnChanged.InvokeAsync();
    }

    /// <summary>Deletes an account after confirmation.</summary>
    public async Task DeleteAsync(string id, string name)
    {
        // Read the current state: the page may be stale, and the question depends on the last use.
        var account = await Runner.RunAsync(actor => Accounts.GetAsync(actor, id, life.Token));
        if (account.Succeeded && !await Dialogs.ConfirmAsync(ServiceAccountDeletionQuestion.About(account.Value, Time.GetUtcNow())))
        {
            return;
        }

        var outcome = account.Succeeded ? await Runner.RunAsync(actor => Accounts.DeleteAsync(actor, id, life.Token)) : account;
        if (outcome.Error is { } fault)
        {
            await ShowErrorAsync($"Could not delete {name}", fault);
            return;
        }

        Snackbars.Show(
            $"Deleted {name}", outcome.Value.Keys == 0 ? null : $"Also revoked {ServiceAccountItem.CountKeys(outcome.Value.Keys)}.");
        await OnDeleted.InvokeAsync();
    }

    /// <summary>Shows an error and reloads the page's data.</summary>
    public Task ShowErrorAsync(string what, Error fault)
    {
        if (fault.Code != ErrorCode.SessionRequired) // shown by a prompt of its own
        {
            Snackbars.ShowError(what, fault.Detail);
        }

        return OnChanged.InvokeAsync();
    }

    async Task<Error?> SaveAsync(ServiceAccountDraft changed)
    {
        // Only changed values are sent, to keep concurrent changes by others.
        var patch = new ServiceAccountPatch(
            changed.Name == draft!.Name ? null : changed.Name,
            changed.Description == draft.Description ? null : changed.Description,
            changed.Permissions.SequenceEqual(draft.Permissions, StringComparer.Ordinal) ? null : changed.Permissions,
            changed.AllProjects == draft.AllProjects && changed.Projects.SequenceEqual(draft.Projects) ? null : changed.Choice);
        var outcome = await Runner.RunAsync(actor => Accounts.ChangeAsync(actor, editedId!, patch, life.Token));
        if (outcome.Error is { } fault)
        {
            return fault.Code == ErrorCode.SessionRequired ? null : fault;
        }

        editedId = null;
        await OnChanged.InvokeAsync();
        return null;
    }

    async Task<Error?> SaveOwnersAsync(IReadOnlyList<string> owners)
    {
        var outcome = await Runner.RunAsync(actor => Accounts.ChangeAsync(actor, owned!.Id, new(OwnerIds: owners), life.Token));
        if (outcome.Error is { } fault)
        {
            return fault.Code == ErrorCode.SessionRequired ? null : fault;
        }

        owned = null;
        await OnChanged.InvokeAsync();
        return null;
    }

    async Task<bool> SetStateAsync(string id, string name, ServiceAccountState state)
    {
        // Undo also works after the user has left the page, because the toast outlives it.
        var outcome = await Runner.RunAsync(actor => Accounts.ChangeAsync(actor, id, new(State: state), CancellationToken.None));
        if (outcome.Error is { Code: not ErrorCode.SessionRequired } fault)
        {
            Snackbars.ShowError($"Could not {(state == ServiceAccountState.Active ? "enable" : "disable")} {name}", fault.Detail);
        }

        if (!life.IsCancellationRequested)
        {
            await OnChanged.InvokeAsync();
        }

        return outcome.Succeeded;
    }
}
