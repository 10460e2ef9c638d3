using Dashboard.Auth;
using Dashboard.Core.Accounts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Accounts;

/// <summary>Handles the sign-out form of the account menu.</summary>
static class SignOutEndpoint
{
    /// <summary>The path that the form posts to.</summary>
    public const string Path = "/account/sign-out";

    /// <summary>Maps the endpoint. The antiforgery token prevents other sites from signing users out.</summary>
    public static void MapSignOut(this IEndpointRouteBuilder app) =>
        app.MapPost(Path, SignOutAsync).AllowAnonymous().WithMetadata(new RequireAntiforgeryTokenAttribute()).ExcludeFromDescription();

    static async Task<RedirectHttpResult> SignOutAsync(HttpContext http, SessionService sessions)
    {
        // The antiforgery middleware only records its result; the endpoint has to check it. Without a valid token, even the cookie stays:
        // another site's form arrives without the cookie and could still have it deleted.
        if (http.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: true } && http.User.ToActor(http.ClientAddress()) is { } actor)
        {
            await sessions.EndAsync(actor, http.RequestAborted);
            await http.SignOutAsync(IdentityConstants.ApplicationScheme);
            // Someone else can then sign in and return to the same page.
            var back = LocalPath.OrStart(
                http.Request.HasFormContentType ? (await http.Request.ReadFormAsync(http.RequestAborted))["ReturnUrl"] : default);
            return TypedResults.LocalRedirect(
                back == "/" ? "/account/sign-in" : $"/account/sign-in?ReturnUrl={Uri.EscapeDataString(back)}");
        }

        return TypedResults.LocalRedirect("/");
    }
}
