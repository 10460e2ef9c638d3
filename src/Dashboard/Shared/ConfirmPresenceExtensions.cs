using Dashboard.Components;
using MudBlazor;

namespace Dashboard.Shared;

static class ConfirmPresenceExtensions
{
    /// <summary>Asks the user to prove to be present, and returns whether they did.</summary>
    public static async Task<bool> ConfirmPresenceAsync(this IDialogService dialogs)
    {
        var asked = await dialogs.ShowAsync<ConfirmPresenceDialog>("Confirm that it’s you", DialogSettings.Of(ClosedBy.Any));
        return await asked.Result is { Canceled: false };
    }
}
