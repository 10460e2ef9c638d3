using Dashboard.Components;
using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Keys;

/// <content>Selecting keys of the page, and what can be done with all of them at once.</content>
public sealed partial class KeysPage
{
    HashSet<string> selected = [];
    KeyExpiryDialog? expiryDialog;

    [Inject] UndoSnackbars Undos { get; set; } = null!;

    List<KeyItem> Selection => View?.Keys.Where(key => selected.Contains(key.KeyId)).ToList() ?? [];

    void Select(IReadOnlyCollection<string> keys) => selected = [.. keys];

    void ClearSelected() => selected = [];

    /// <summary>Drops what is no longer on the page, or can no longer be changed.</summary>
    void KeepSelected()
    {
        if (selected.Count > 0)
        {
            selected = [.. Selection.Where(key => key.Selectable).Select(key => key.KeyId)];
        }
    }

    async Task SwitchManyAsync(KeyState state)
    {
        var from = state == KeyState.Active ? KeyState.Inactive : KeyState.Active;
        string[] keys = [.. Selection.Where(key => key.State == from).Select(key => key.KeyId)];
        if (await SetStatesAsync(keys, state))
        {
            Undos.ShowMany(
                [.. keys.Select(id => new FeedSubject(FeedSubject.Key, id))],
                $"{(state == KeyState.Active ? "Enabled" : "Disabled")} {Count(keys.Length)}", () =>
                    InvokeAsync(() => SetStatesAsync(keys, from)),
                state == KeyState.Active ? null : "Requests using them are now refused.");
        }
    }

    async Task<bool> SetStatesAsync(string[] keys, KeyState state)
    {
        // Undo also works after the user has left the page, because the snackbar outlives it.
        var outcome = await Runner.RunAsync(actor => Keys.ChangeManyAsync(actor, keys, new(State: state), CancellationToken.None));
        await EndAsync(outcome.Error, $"Could not {(state == KeyState.Active ? "enable" : "disable")} {Count(keys.Length)}");
        return outcome.Succeeded;
    }

    async Task<Error?> ChangeExpiryAsync(KeyPatch patch)
    {
        string[] keys = [.. selected];
        var outcome = await Runner.RunAsync(actor => Keys.ChangeManyAsync(actor, keys, patch, list.Closed));
        if (outcome.Error is { Code: not ErrorCode.SessionRequired } fault)
        {
            return fault;
        }

        if (outcome.Succeeded)
        {
            Snackbars.Show($"Changed expiry of {Count(keys.Length)}");
        }

        await EndAsync(outcome.Error, "");
        return null;
    }

    async Task RevokeManyAsync()
    {
        // Read the current state: the list may be stale, and the question depends on the last use.
        string[] keys = [.. Selection.Select(key => key.KeyId)];
        var rows = await Runner.RunAsync(actor => Keys.GetManyAsync(actor, keys, list.Closed));
        var reason = new RevocationReasonInput();
        if (rows.Succeeded && rows.Value.Count > 0
            && !await Dialogs.ConfirmAsync(RevokeManyQuestion.About(rows.Value, Time.GetUtcNow(), reason)))
        {
            return;
        }

        var outcome = rows.Succeeded
            ? await Runner.RunAsync(actor => Keys.RevokeManyAsync(actor, keys, list.Closed, reason.Value)) : rows.Error!;
        if (outcome.Succeeded)
        {
            Snackbars.Show($"Revoked {Count(keys.Length)}", "Requests using them are now refused.");
        }

        await EndAsync(outcome.Error, $"Could not revoke {Count(keys.Length)}");
    }

    /// <summary>Shows what became of a change, and nothing selected.</summary>
    async Task EndAsync(Error? fault, string failed)
    {
        if (fault is { Code: not ErrorCode.SessionRequired })
        {
            Snackbars.ShowError(failed, fault.Detail);
        }

        if (!list.Closed.IsCancellationRequested)
        {
            ClearSelected();
            await list.ReloadAsync();
            StateHasChanged();
        }
    }

    static string Count(int keys) => keys == 1 ? "1 key" : $"{keys} keys";
}
