using Dashboard.Components;
using Dashboard.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Keys;

/// <content>Actions on existing keys.</content>
public sealed partial class KeysPage
{
    KeyActions? actions;

    [Inject] IDialogService Dialogs { get; set; } = null!;

    [Inject] Snackbars Snackbars { get; set; } = null!;

    [Inject] TimeProvider Time { get; set; } = null!;

    async Task ReloadAsync()
    {
        await list.ReloadAsync();
        StateHasChanged();
    }

    /// <summary>Runs an action as the signed-in user. If the session has ended, asks the user to sign in again.</summary>
    Task<Result<T>> DoAsync<T>(Func<Actor, Task<Result<T>>> what) =>
        SessionExpiredPrompt.DoAsync(
            User, what, () => InvokeAsync(() => SessionExpiredPrompt.AskAsync(Dialogs, Navigation)), () => Dialogs.ConfirmPresenceAsync());
}
