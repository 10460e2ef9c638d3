using Dashboard.Auth;
using Dashboard.Components;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Shared;

/// <summary>Runs what the user of an open page asks for, and asks the user for what is missing: a new sign-in if the session has ended,
/// proof of presence where a session alone is not enough.</summary>
sealed class ActionRunner(CurrentUser user, IDialogService dialogs, NavigationManager navigation)
{
    /// <summary>Runs an action as the signed-in user; once more if the user then proves to be present.</summary>
    /// <returns>What the action returned; or <see cref="Error.SessionRequired"/>, about which the user has been notified.</returns>
    public async Task<Result<T>> RunAsync<T>(Func<Actor, Task<Result<T>>> action)
    {
        var outcome = await AttemptAsync(action);
        if (outcome.Error?.Code == ErrorCode.FreshSignInRequired && await dialogs.ConfirmPresenceAsync())
        {
            outcome = await AttemptAsync(action);
        }

        if (outcome.Error?.Code == ErrorCode.SessionRequired)
        {
            _ = AskToSignInAsync();
        }

        return outcome;
    }

    async Task<Result<T>> AttemptAsync<T>(Func<Actor, Task<Result<T>>> action) =>
        await user.ActorAsync() is { } actor ? await action(actor) : Error.SessionRequired;

    /// <summary>Tells the user, and navigates to the sign-in page, which returns here.</summary>
    async Task AskToSignInAsync()
    {
        if (await dialogs.ConfirmAsync(
            new("Your session has ended", "Sign in", "Nothing was changed. Sign in to continue.") { Danger = false }))
        {
            var here = new Uri(navigation.Uri).PathAndQuery;
            navigation.NavigateTo($"/account/sign-in?ReturnUrl={Uri.EscapeDataString(here)}", forceLoad: true);
        }
    }
}
