using System.Security.Cryptography;
using Dashboard.Auth;
using Microsoft.AspNetCore.DataProtection;

namespace Dashboard.Accounts;

/// <summary>The links that carry a secret.</summary>
enum LinkKind
{
    /// <summary>The printed link of the first run, with its code.</summary>
    SetUp,

    /// <summary>The link of an invitation.</summary>
    Invitation,

    /// <summary>The link that completes a registration.</summary>
    Registration,

    /// <summary>The link that sets a new password.</summary>
    PasswordReset,

    /// <summary>The link that confirms a new address.</summary>
    EmailChange,
}

/// <summary>Carries the secret of a link to the form, so that the page can redirect to an address without it: the secret stays out of the
/// browser's history and out of referrers. The cookie is encrypted and expires after 15 minutes.</summary>
sealed class LinkCookie(IDataProtectionProvider protection, bool https)
{
    const int MaxLength = 100;

    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    readonly Dictionary<LinkKind, (CookieBuilder Cookie, ITimeLimitedDataProtector Protector)> kinds =
        Enum.GetValues<LinkKind>().ToDictionary(
        kind => kind, kind =>
            (Build(kind, https), protection.CreateProtector("Latchkey.Link", kind.ToString()).ToTimeLimitedDataProtector()));

    /// <summary>Stores the secret in the link without verifying it: following a link is not a guess.</summary>
    public void Write(HttpContext http, LinkKind kind, string secret)
    {
        var (cookie, protector) = kinds[kind];
        if (secret.Length <= MaxLength)
        {
            http.Response.Cookies.Append(cookie.Name!, protector.Protect(secret, Lifetime), cookie.Build(http));
        }
    }

    /// <summary>Returns the secret in the link that this browser followed, or null.</summary>
    public string? Read(HttpContext http, LinkKind kind)
    {
        var (cookie, protector) = kinds[kind];
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
    public void Delete(HttpContext http, LinkKind kind) =>
        http.Response.Cookies.Delete(kinds[kind].Cookie.Name!, kinds[kind].Cookie.Build(http));

    static CookieBuilder Build(LinkKind kind, bool https)
    {
        var builder = new CookieBuilder { MaxAge = Lifetime };
        SessionCookie.Configure(builder, $"latchkey-{NameOf(kind)}", https);
        return builder;
    }

    static string NameOf(LinkKind kind) => kind switch
    {
        LinkKind.SetUp => "setup",
        LinkKind.Invitation => "invitation",
        LinkKind.Registration => "registration",
        LinkKind.PasswordReset => "reset",
        _ => "email",
    };
}
