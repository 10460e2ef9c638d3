using MudBlazor;

namespace Dashboard.Components;

static class ConfirmDialogExtensions
{
    /// <summary>Asks, and returns whether the person said yes. A question that the person navigates away from is answered no.</summary>
    public static async Task<bool> ConfirmAsync(this IDialogService dialogs, Confirmation question)
    {
        var parameters = new DialogParameters<ConfirmDialog> { { dialog => dialog.Question, question } };
        var asked = await dialogs.ShowAsync<ConfirmDialog>(question.Title, parameters, DialogSettings.Of(ClosedBy.Any));
        return await asked.Result is { Canceled: false };
    }
}
