using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Accounts;

/// <summary>The form in the account menu that ends the session.</summary>
static class SignOutEndpoint
{
    /// <summary>Where the form is posted to.</summary>
    public const string Path = "/account/sign-out";

    /// <summary>Maps it. Its token keeps other sites' pages from signing people out.</summary>
    public static void MapSignOut(this IEndpointRouteBuilder app) =>
        app.MapPost(Path, SignOutAsync).AllowAnonymous().WithMetadata(new RequireAntiforgeryTokenAttribute()).ExcludeFromDescription();

    static async Task<RedirectHttpResult> SignOutAsync(HttpContext http, SessionService sessions)
    {
        // The middleware only notes that the token is wrong; what it guards has to look. Without a right one not even the cookie goes: another site's
        // form comes without the cookie and could still have it deleted.
        if (http.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: true } && http.User.ToActor(http.ClientAddress()) is { } actor)
        {
            await sessions.EndAsync(actor, http.RequestAborted);
            await http.SignOutAsync(IdentityConstants.ApplicationScheme);
            // Whoever is somebody else goes on where they were.
            var back = LocalPath.OrStart(http.Request.HasFormContentType ? (await http.Request.ReadFormAsync(http.RequestAborted))["ReturnUrl"] : default);
            return TypedResults.LocalRedirect(back == "/" ? "/account/sign-in" : $"/account/sign-in?ReturnUrl={Uri.EscapeDataString(back)}");
        }

        return TypedResults.LocalRedirect("/");
    }
}
