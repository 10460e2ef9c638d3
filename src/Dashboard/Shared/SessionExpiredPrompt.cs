using Dashboard.Auth;
using Dashboard.Components;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using ConfirmDialog = Dashboard.Ui.ConfirmDialog;
using OldConfirmation = Dashboard.Ui.Confirmation;

namespace Dashboard.Shared;

/// <summary>What an open page does when its session has ended meanwhile.</summary>
static class SessionExpiredPrompt
{
    /// <summary>Does something as the signed-in person.</summary>
    /// <param name="person">Who is signed in.</param>
    /// <param name="what">What is to be done.</param>
    /// <param name="lead">What to do beside it where the session has ended meanwhile, such as <see cref="LeadAsync(IDialogService, NavigationManager)"/>.</param>
    /// <typeparam name="T">What comes of it.</typeparam>
    public static async Task<Result<T>> DoAsync<T>(CurrentUser person, Func<Actor, Task<Result<T>>> what, Func<Task> lead)
    {
        var outcome = await person.ActorAsync() is { } actor ? await what(actor) : Error.SessionRequired;
        if (outcome.Error?.Code == ErrorCode.SessionRequired)
        {
            _ = lead();
        }

        return outcome;
    }

    /// <summary>Says so, and leads to the sign-in and back.</summary>
    public static async Task LeadAsync(IDialogService dialogs, NavigationManager navigation)
    {
        if (await dialogs.ConfirmAsync(new("Your session has ended", "Sign in", "Nothing was changed. Sign in to continue.") { Danger = false }))
        {
            navigation.NavigateTo($"/account/sign-in?ReturnUrl={Uri.EscapeDataString(new Uri(navigation.Uri).PathAndQuery)}", forceLoad: true);
        }
    }

    /// <summary>The same, asked by the kit.</summary>
    public static async Task LeadAsync(ConfirmDialog ask, NavigationManager navigation)
    {
        if (await ask.AskAsync(new OldConfirmation("Your session has ended", "Sign in", "Nothing was changed. Sign in to go on.") { Danger = false }))
        {
            navigation.NavigateTo($"/account/sign-in?ReturnUrl={Uri.EscapeDataString(new Uri(navigation.Uri).PathAndQuery)}", forceLoad: true);
        }
    }
}
