using System.Globalization;
using System.Security.Claims;
using Dashboard.Api;
using Dashboard.Core.Accounts;
using Dashboard.Core.Setup;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.StaticAssets;

namespace Dashboard.Auth;

/// <summary>The cookie that names a session. It carries two identifiers; all else is read from the database at each request.</summary>
static class SessionCookie
{
    /// <summary>The claim with the session's end, RFC 3339.</summary>
    public const string ExpiryClaim = "exp";

    /// <summary>How the cookie is sent and what it counts for.</summary>
    public static void Configure(CookieAuthenticationOptions options, bool https)
    {
        Configure(options.Cookie, "latchkey", https);
        options.SlidingExpiration = false;
        options.ExpireTimeSpan = SessionService.KeptLifetime; // the session itself may end earlier
        options.LoginPath = "/account/sign-in";
        options.AccessDeniedPath = "/not-found";
        options.Events.OnValidatePrincipal = ValidateAsync;
        options.Events.OnRedirectToLogin = RedirectToLoginAsync;
        options.Events.OnRedirectToAccessDenied = context => RedirectAsync(context, context.RedirectUri, StatusCodes.Status403Forbidden);
    }

    /// <summary>How any cookie is sent. With https it never goes over plain http, and no other host of the domain can set it (the <c>__Host-</c> prefix of
    /// RFC 6265bis, section 4.1.3.2).</summary>
    public static void Configure(CookieBuilder cookie, string name, bool https)
    {
        cookie.Name = https ? $"__Host-{name}" : name;
        cookie.SecurePolicy = https ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.Path = "/";
    }

    /// <summary>Sends the browser the cookie of a session that has just begun.</summary>
    public static Task WriteSessionCookieAsync(this HttpContext http, SignedIn session) => http.SignInAsync(
        IdentityConstants.ApplicationScheme,
        new(new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, session.UserId), new(CurrentActor.SessionClaim, session.SessionId)], IdentityConstants.ApplicationScheme)),
        new() { IsPersistent = session.Remember, ExpiresUtc = session.ExpiresAt, AllowRefresh = false });

    static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var http = context.HttpContext;
        if (NeedsNoSession(http)
            || context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier) is not { } user
            || context.Principal.FindFirstValue(CurrentActor.SessionClaim) is not { } id
            || await http.RequestServices.GetRequiredService<SessionService>().FindLiveAsync(id, user, http.RequestAborted) is not { } session)
        {
            context.RejectPrincipal();
            return;
        }

        context.ReplacePrincipal(new(new ClaimsIdentity(
            [
                new(ClaimTypes.NameIdentifier, session.UserId),
                new(ClaimTypes.Name, session.Name),
                new(ClaimTypes.Email, session.Email),
                new(CurrentActor.SessionClaim, session.Id),
                new(ExpiryClaim, session.ExpiresAt.ToString("O", CultureInfo.InvariantCulture)),
            ],
            IdentityConstants.ApplicationScheme)));
    }

    /// <summary>A style sheet is nobody's, what verifies credentials never asks the database for a browser's sake, and a page that says that the database is gone cannot ask it.</summary>
    static bool NeedsNoSession(HttpContext http) =>
        http.Features.Get<IExceptionHandlerFeature>() is not null
        || http.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null
        || (ApiPaths.Has(http.Request.Path) && !http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase));

    static async Task RedirectToLoginAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        var open = await context.HttpContext.RequestServices.GetRequiredService<SetUpService>().IsOpenAsync(context.HttpContext.RequestAborted);
        await RedirectAsync(context, open ? "/setup" : context.RedirectUri, StatusCodes.Status401Unauthorized);
    }

    static Task RedirectAsync(RedirectContext<CookieAuthenticationOptions> context, string to, int status)
    {
        if (ApiPaths.Has(context.Request.Path))
        {
            context.Response.StatusCode = status;
        }
        else
        {
            context.Response.Redirect(to);
        }

        return Task.CompletedTask;
    }
}
