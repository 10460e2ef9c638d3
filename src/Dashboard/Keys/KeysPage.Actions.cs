using Dashboard.Components;
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
}
