using Dashboard.Ui;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Account;

/// <summary>What an open page does when its session has ended meanwhile.</summary>
static class SignInAgain
{
    /// <summary>Says so, and leads to the sign-in and back.</summary>
    public static async Task LeadAsync(ConfirmDialog ask, NavigationManager navigation)
    {
        if (await ask.AskAsync(new("Your session has ended", "Sign in", "Nothing was changed. Sign in to go on.") { Danger = false }))
        {
            navigation.NavigateTo($"/account/sign-in?ReturnUrl={Uri.EscapeDataString(new Uri(navigation.Uri).PathAndQuery)}", forceLoad: true);
        }
    }
}
