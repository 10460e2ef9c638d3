using Dashboard.Core.Accounts;

namespace Dashboard.Auth;

/// <summary>The cookie by which an account knows a browser that it has signed in from. It signs nobody in: it only keeps other people's
/// failures from the sign-ins of this browser.</summary>
sealed class BrowserCookie(bool https)
{
    const int MaxLength = 100;

    readonly CookieBuilder cookie = Build(https);

    /// <summary>Writes the secret.</summary>
    public void Write(HttpContext http, string secret) => http.Response.Cookies.Append(cookie.Name!, secret, cookie.Build(http));

    /// <summary>Returns the secret, or null.</summary>
    public string? Read(HttpContext http) => http.Request.Cookies[cookie.Name!] is { Length: > 0 and <= MaxLength } secret ? secret : null;

    static CookieBuilder Build(bool https)
    {
        var builder = new CookieBuilder { MaxAge = KnownBrowsers.Lifetime };
        SessionCookie.Configure(builder, "latchkey-browser", https);
        return builder;
    }
}
