using Dashboard.Components;
using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Keys;

/// <content>Actions on existing keys.</content>
public sealed partial class KeysPage
{
    RenameKeyDialog? rename;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    [Inject] UndoSnackbars Undos { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    async Task<string?> RenameAsync(KeyItem key, string name)
    {
        var outcome = await DoAsync(actor => Keys.ChangeAsync(actor, key.KeyId, new(Name: name), list.Closed));
        await list.ReloadAsync();
        StateHasChanged();
        return outcome.Error?.Detail;
    }

    async Task SwitchAsync(KeyItem key)
    {
        var on = key.State != KeyState.Active;
        if (await SetStateAsync(key, on ? KeyState.Active : KeyState.Inactive))
        {
            Undos.Show(new(FeedSubject.Key, key.KeyId), $"{(on ? "Enabled" : "Disabled")} {key.Name}", () => InvokeAsync(() => SetStateAsync(key, key.State)));
        }
    }

    async Task<bool> SetStateAsync(KeyItem key, KeyState state)
    {
        // Undo also works after the user has left the page, because the snackbar outlives it.
        var outcome = await DoAsync(actor => Keys.ChangeAsync(actor, key.KeyId, new(State: state), CancellationToken.None));
        if (outcome.Error is { Code: not ErrorCode.SessionRequired } fault)
        {
            Snackbars.ShowError($"Could not {(state == KeyState.Active ? "enable" : "disable")} {key.Name}", fault.Detail);
        }

        if (!list.Closed.IsCancellationRequested)
        {
            await list.ReloadAsync();
            StateHasChanged();
        }

        return outcome.Succeeded;
    }

    async Task RevokeAsync(KeyItem key)
    {
        // Read the current state: the list may be stale, and the question depends on the last use.
        var row = await DoAsync(actor => Keys.GetAsync(actor, key.KeyId, list.Closed));
        if (row.Succeeded && !await Dialogs.ConfirmAsync(RevokeQuestion.About(row.Value, Time.GetUtcNow())))
        {
            return;
        }

        var outcome = row.Succeeded ? await DoAsync(actor => Keys.RevokeAsync(actor, key.KeyId, list.Closed)) : row;
        if (outcome.Succeeded)
        {
            Snackbars.Show($"Revoked {key.Name}", "Requests using it are now refused.");
        }
        else if (outcome.Error!.Code != ErrorCode.SessionRequired)
        {
            Snackbars.ShowError($"Could not revoke {key.Name}", outcome.Error.Detail);
        }

        await list.ReloadAsync();
    }

    /// <summary>Runs an action as the signed-in user. If the session has ended, asks the user to sign in again.</summary>
    Task<Result<T>> DoAsync<T>(Func<Actor, Task<Result<T>>> what) =>
        SessionExpiredPrompt.DoAsync(User, what, () => InvokeAsync(() => SessionExpiredPrompt.AskAsync(Dialogs, Navigation)));
}
