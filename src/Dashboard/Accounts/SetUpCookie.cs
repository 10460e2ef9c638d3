using System.Security.Cryptography;
using Dashboard.Auth;
using Microsoft.AspNetCore.DataProtection;

namespace Dashboard.Accounts;

/// <summary>Carries the set-up code from the printed link to the form, so that the page can redirect to an address without it: the code stays
/// out of the browser's history and out of referrers. The cookie is encrypted and expires after 15 minutes.</summary>
sealed class SetUpCookie(IDataProtectionProvider protection, bool https)
{
    const int MaxLength = 100;

    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    readonly ITimeLimitedDataProtector protector = protection.CreateProtector("Latchkey.SetUpCookie").ToTimeLimitedDataProtector();
    readonly CookieBuilder cookie = Build(https);

    /// <summary>Stores the code in the link without verifying it: following a link is not a guess.</summary>
    public void Write(HttpContext http, string code)
    {
        if (code.Length <= MaxLength)
        {
            http.Response.Cookies.Append(cookie.Name!, protector.Protect(code, Lifetime), cookie.Build(http));
        }
    }

    /// <summary>Returns the code in the link that this browser followed, or null.</summary>
    public string? Read(HttpContext http)
    {
        try
        {
            return http.Request.Cookies[cookie.Name!] is { Length: > 0 } text ? protector.Unprotect(text) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Deletes the cookie.</summary>
    public void Delete(HttpContext http) => http.Response.Cookies.Delete(cookie.Name!, cookie.Build(http));

    static CookieBuilder Build(bool https)
    {
        var builder = new CookieBuilder { MaxAge = Lifetime };
        SessionCookie.Configure(builder, "latchkey-setup", https);
        return builder;
    }
}
