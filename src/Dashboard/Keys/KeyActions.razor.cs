using Dashboard.Auth;
using Dashboard.Components;
using Dashboard.Core.Keys;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Keys;

public sealed partial class KeyActions : ComponentBase, IDisposable
{
    readonly CancellationTokenSource life = new();
    RenameKeyDialog? rename;

    /// <summary>Raised when a key may have changed, so that the page reads it again.</summary>
    [Parameter, EditorRequired] public EventCallback OnChanged { get; set; }

    [Inject] KeyService Keys { get; set; } = null!;

    [Inject] CurrentUser User { get; set; } = null!;

    [Inject] NavigationManager Navigation { get; set; } = null!;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    public void Dispose()
    {
        life.Cancel();
        life.Dispose();
    }

    /// <summary>Asks for another name.</summary>
    public void Rename(KeyItem key) => rename?.Ask(key);

    async Task<string?> RenameAsync(KeyItem key, string name)
    {
        var outcome = await DoAsync(actor => Keys.ChangeAsync(actor, key.KeyId, new(Name: name), life.Token));
        await OnChanged.InvokeAsync();
        return outcome.Error?.Detail;
    }

    /// <summary>Disables an active key and enables a disabled one, without a question, because it can be undone.</summary>
    public async Task SwitchAsync(KeyItem key)
    {
        var on = key.State != KeyState.Active;
        if (await SetStateAsync(key, on ? KeyState.Active : KeyState.Inactive))
        {
            Snackbars.ShowUndo($"{(on ? "Enabled" : "Disabled")} {key.Name}", () => InvokeAsync(() => SetStateAsync(key, key.State)));
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

        if (!life.IsCancellationRequested)
        {
            await OnChanged.InvokeAsync();
        }

        return outcome.Succeeded;
    }

    /// <summary>Revokes a key after confirmation.</summary>
    public async Task RevokeAsync(KeyItem key)
    {
        // Read the current state: the list may be stale, and the question depends on the last use.
        var row = await DoAsync(actor => Keys.GetAsync(actor, key.KeyId, life.Token));
        if (row.Succeeded && !await Dialogs.ConfirmAsync(RevokeQuestion.About(row.Value, Time.GetUtcNow())))
        {
            return;
        }

        var outcome = row.Succeeded ? await DoAsync(actor => Keys.RevokeAsync(actor, key.KeyId, life.Token)) : row;
        if (outcome.Succeeded)
        {
            Snackbars.Show($"Revoked {key.Name}", "Requests using it are now refused.");
        }
        else if (outcome.Error!.Code != ErrorCode.SessionRequired)
        {
            Snackbars.ShowError($"Could not revoke {key.Name}", outcome.Error.Detail);
        }

        await OnChanged.InvokeAsync();
    }

    /// <summary>Runs an action as the signed-in user. If the session has ended, asks the user to sign in again.</summary>
    Task<Result<T>> DoAsync<T>(Func<Actor, Task<Result<T>>> what) =>
        SessionExpiredPrompt.DoAsync(User, what, () => InvokeAsync(() => SessionExpiredPrompt.AskAsync(Dialogs, Navigation)));
}
