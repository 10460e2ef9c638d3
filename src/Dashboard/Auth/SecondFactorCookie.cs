using System.Security.Cryptography;
using System.Text.Json;
using Dashboard.Core.Accounts;
using Microsoft.AspNetCore.DataProtection;

namespace Dashboard.Auth;

/// <summary>Holds a sign-in that waits for its second factor, encrypted. It opens nothing: only the second factor makes a session of
/// it.</summary>
sealed class SecondFactorCookie(IDataProtectionProvider protection, bool https)
{
    const int MaxLength = 2000;

    readonly IDataProtector protector = protection.CreateProtector("Latchkey.SecondFactorCookie");
    readonly CookieBuilder cookie = Build(https);

    /// <summary>Writes the sign-in.</summary>
    public void Write(HttpContext http, PendingSignIn pending) =>
        http.Response.Cookies.Append(cookie.Name!, protector.Protect(JsonSerializer.Serialize(pending)), cookie.Build(http));

    /// <summary>Returns the sign-in of this browser, or null. Core decides whether it still counts.</summary>
    public PendingSignIn? Read(HttpContext http)
    {
        try
        {
            return http.Request.Cookies[cookie.Name!] is { Length: > 0 and <= MaxLength } text
                ? JsonSerializer.Deserialize<PendingSignIn>(protector.Unprotect(text)) : null;
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
        var builder = new CookieBuilder { MaxAge = PendingSignIn.Lifetime };
        SessionCookie.Configure(builder, "latchkey-factor", https);
        return builder;
    }
}
