using Dashboard.Components;
using Dashboard.Core.Changes;
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

    /// <summary>Asks for another name.</summary>
    public void Rename(KeyItem key) => rename?.Ask(key);

    async Task<string?> RenameAsync(KeyItem key, string name)
    {
        var outcome = await Runner.RunAsync(actor => Keys.ChangeAsync(actor, key.KeyId, new(Name: name), life.Token));
        await OnChanged.InvokeAsync();
        return outcome.Error?.Detail;
    }

    /// <summary>Disables an active key and enables a disabled one, without a question, because it can be undone.</summary>
    public async Task SwitchAsync(KeyItem key)
    {
        var on = key.State != KeyState.Active;
        if (await SetStateAsync(key, on ? KeyState.Active : KeyState.Inactive))
        {
            Undos.Show(new(FeedSubject.Key, key.KeyId), $"{(on ? "Enabled" : "Disabled")} {key.Name}", () =>
                InvokeAsync(() => SetStateAsync(key, key.State)));
        }
    }

    async Task<bool> SetStateAsync(KeyItem key, KeyState state)
    {
        // Undo also works after the user has left the page, because the snackbar outlives it.
        var outcome = await Runner.RunAsync(actor => Keys.ChangeAsync(actor, key.KeyId, new(State: state), CancellationToken.None));
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
        var row = await Runner.RunAsync(actor => Keys.GetAsync(actor, key.KeyId, life.Token));
        var reason = new RevocationReasonInput();
        if (row.Succeeded && !await Dialogs.ConfirmAsync(RevokeQuestion.About(row.Value, Time.GetUtcNow(), reason)))
        {
            return;
        }

        var outcome = row.Succeeded ? await Runner.RunAsync(actor => Keys.RevokeAsync(actor, key.KeyId, life.Token, reason.Value)) : row;
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

    /// <summary>Approves a key that waits for it.</summary>
    public async Task ApproveAsync(KeyItem key)
    {
        var outcome = await Runner.RunAsync(actor => Keys.ApproveAsync(actor, key.KeyId, life.Token));
        await EndAsync(outcome.Error, $"Approved {key.Name}", "Requests using it are now accepted.", $"Could not approve {key.Name}");
    }

    /// <summary>Rejects a key that waits for approval, after confirmation.</summary>
    public async Task RejectAsync(KeyItem key)
    {
        if (await Dialogs.ConfirmAsync(
            new("Reject this key?", "Reject key", $"{key.Name} is revoked before it was ever used. This cannot be undone.")))
        {
            var outcome = await Runner.RunAsync(actor => Keys.RejectAsync(actor, key.KeyId, life.Token));
            await EndAsync(outcome.Error, $"Rejected {key.Name}", null, $"Could not reject {key.Name}");
        }
    }

    Task EndAsync(Error? fault, string done, string? detail, string failed)
    {
        if (fault is null)
        {
            Snackbars.Show(done, detail);
        }
        else if (fault.Code is not (ErrorCode.SessionRequired or ErrorCode.FreshSignInRequired))
        {
            Snackbars.ShowError(failed, fault.Detail);
        }

        return OnChanged.InvokeAsync();
    }
}
