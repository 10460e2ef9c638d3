using System.Globalization;
using System.Security.Claims;
using Dashboard.Api;
using Dashboard.Core.Accounts;
using Dashboard.Core.Setup;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.StaticAssets;
using SessionOptions = Dashboard.Core.Changes.SessionOptions;

namespace Dashboard.Auth;

/// <summary>The session cookie. It contains only the user's identifier and the session's secret; the rest is looked up for each
/// request.</summary>
static class SessionCookie
{
    /// <summary>The claim of the cookie with the session's secret. It is not passed on.</summary>
    const string SecretClaim = "sid";

    /// <summary>The claim with the session's expiry, RFC 3339.</summary>
    public const string ExpiryClaim = "exp";

    /// <summary>Configures the session cookie and its validation.</summary>
    public static void Configure(CookieAuthenticationOptions options, bool https, SessionOptions sessions)
    {
        Configure(options.Cookie, "latchkey", https);
        options.SlidingExpiration = false;
        options.ExpireTimeSpan = sessions.RememberedLifetime; // the session itself may expire earlier
        options.LoginPath = "/account/sign-in";
        options.AccessDeniedPath = "/not-found";
        options.Events.OnValidatePrincipal = ValidateAsync;
        options.Events.OnRedirectToLogin = RedirectToLoginAsync;
        options.Events.OnRedirectToAccessDenied = context => RedirectAsync(
            context, SecondFactorRequirement.IsLacking(context.HttpContext.User) ? SecondFactorRequirement.SetUpPath : context.RedirectUri,
            StatusCodes.Status403Forbidden);
    }

    /// <summary>Configures any cookie. With https, the cookie is never sent over plain http, and no other host of the domain can set it
    /// (the <c>__Host-</c> prefix, RFC 6265bis section 4.1.3.2).</summary>
    public static void Configure(CookieBuilder cookie, string name, bool https)
    {
        cookie.Name = https ? $"__Host-{name}" : name;
        cookie.SecurePolicy = https ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.Path = "/";
    }

    /// <summary>Writes the cookie of a new session, and the one that makes the browser known.</summary>
    public static Task WriteSessionCookieAsync(this HttpContext http, SignedIn session)
    {
        http.RequestServices.GetRequiredService<BrowserCookie>().Write(http, session.BrowserSecret);
        return http.SignInAsync(
            IdentityConstants.ApplicationScheme,
            new(new ClaimsIdentity(
                [new(ClaimTypes.NameIdentifier, session.UserId), new(SecretClaim, session.SessionSecret)],
                IdentityConstants.ApplicationScheme)),
            new() { IsPersistent = session.Remember, ExpiresUtc = session.ExpiresAt, AllowRefresh = false });
    }

    static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var http = context.HttpContext;
        var sessions = http.RequestServices.GetRequiredService<SessionService>();
        if (SkipsValidation(http)
            || context.Principal?.FindFirstValue(ClaimTypes.NameIdentifier) is not { } user
            || context.Principal.FindFirstValue(SecretClaim) is not { } secret
            || await sessions.FindLiveAsync(secret, user, http.RequestAborted) is not { } session)
        {
            context.RejectPrincipal();
            return;
        }

        if (IsActivity(http))
        {
            sessions.Keep(session);
        }

        context.ReplacePrincipal(new(new ClaimsIdentity(
            [
                .. SecondFactorRequirement.ClaimsOf(session.LacksSecondFactor),
                new(ClaimTypes.NameIdentifier, session.UserId),
                new(ClaimTypes.Name, session.Name),
                new(ClaimTypes.Email, session.Email),
                new(CurrentActor.SessionClaim, session.Id),
                new(ExpiryClaim, session.ExpiresAt.ToString("O", CultureInfo.InvariantCulture)),
            ],
            IdentityConstants.ApplicationScheme)));
    }

    /// <summary>Returns whether a request shows that the user is active: it is for a page. What pages do by themselves, such as to
    /// reconnect, and what programs do is no activity.</summary>
    static bool IsActivity(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null && !http.Request.Headers.ContainsKey("Sec-Purpose");

    /// <summary>Returns whether a request skips session validation, which reads the database: static files, endpoints that verify
    /// credentials, and the error page, which may report that the database is unavailable.</summary>
    static bool SkipsValidation(HttpContext http) =>
        http.Features.Get<IExceptionHandlerFeature>() is not null
        || http.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null
        || (ApiPaths.Has(http.Request.Path) && !http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase));

    static async Task RedirectToLoginAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        var open = await context.HttpContext.RequestServices.GetRequiredService<SetUpService>()
            .IsOpenAsync(context.HttpContext.RequestAborted);
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
