using Dashboard.Auth;
using Dashboard.Components;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Shared;

/// <summary>Handles an expired session on an open page.</summary>
static class SessionExpiredPrompt
{
    /// <summary>Runs an action as the signed-in user.</summary>
    /// <param name="user">The signed-in user.</param>
    /// <param name="action">The action.</param>
    /// <param name="onExpired">Called if the session has ended, such as <see cref="AskAsync"/>.</param>
    /// <param name="confirm">Called if the user has to prove to be present, such as
    /// <see cref="ConfirmPresenceExtensions.ConfirmPresenceAsync"/>.
    /// If it returns true, the action runs again.</param>
    public static async Task<Result<T>> DoAsync<T>(
        CurrentUser user, Func<Actor, Task<Result<T>>> action, Func<Task> onExpired, Func<Task<bool>>? confirm = null)
    {
        var outcome = await user.ActorAsync() is { } actor ? await action(actor) : Error.SessionRequired;
        if (outcome.Error?.Code == ErrorCode.FreshSignInRequired && confirm is not null && await confirm())
        {
            outcome = await user.ActorAsync() is { } present ? await action(present) : Error.SessionRequired;
        }

        if (outcome.Error?.Code == ErrorCode.SessionRequired)
        {
            _ = onExpired();
        }

        return outcome;
    }

    /// <summary>Tells the user, and navigates to the sign-in page, which returns here.</summary>
    public static async Task AskAsync(IDialogService dialogs, NavigationManager navigation)
    {
        if (await dialogs.ConfirmAsync(new("Your session has ended", "Sign in", "Nothing was changed. Sign in to continue.") { Danger = false }))
        {
            navigation.NavigateTo($"/account/sign-in?ReturnUrl={Uri.EscapeDataString(new Uri(navigation.Uri).PathAndQuery)}", forceLoad: true);
        }
    }
}
