using Dashboard.Api;

namespace Dashboard.Accounts;

/// <summary>Addresses that lead on to a page of the account.</summary>
static class AccountAddresses
{
    /// <summary>Maps them. Who is not signed in gets to the page after the sign-in.</summary>
    public static void MapAccountAddresses(this IEndpointRouteBuilder app)
    {
        app.MapRead("/account", () => TypedResults.LocalRedirect("/account/profile")).AllowAnonymous().ExcludeFromDescription();
        // Password managers look for it (W3C, "A Well-Known URL for Changing Passwords").
        app.MapRead("/.well-known/change-password", () => TypedResults.LocalRedirect("/account/change-password"))
            .AllowAnonymous().ExcludeFromDescription();
    }
}
