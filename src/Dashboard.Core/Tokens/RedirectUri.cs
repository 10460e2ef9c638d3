using System.Net;

namespace Dashboard.Core.Tokens;

/// <summary>Validates and compares redirect URIs (RFC 6749 section 3.1.2, RFC 8252 section 7, RFC 9700 section 4.1.3).</summary>
static class RedirectUri
{
    /// <summary>Schemes that a browser executes or opens itself.</summary>
    static readonly string[] Dangerous = ["javascript", "data", "vbscript", "file", "blob", "about", "view-source", "ws", "wss", "ftp", "mailto"];

    /// <summary>Returns whether a client may register a URI.</summary>
    public static bool CanRegister(string text)
    {
        if (text.Length is 0 or > OAuthLimits.MaxUri || text.Any(c => c is <= ' ' or >= '\u007f' or '\\' or '"' or '<' or '>' or '#' or '*')
            || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0)
        {
            return false;
        }

        return uri.Scheme switch
        {
            "https" => true,
            "http" => IsLoopback(uri),
            // Private-use schemes are reversed domain names (RFC 8252 section 7.1).
            var scheme => scheme.Contains('.', StringComparison.Ordinal) && !Dangerous.Contains(scheme, StringComparer.Ordinal),
        };
    }

    /// <summary>Returns whether a URI equals the registered one, character by character. Loopback URIs may differ in their port (RFC 8252
    /// section 7.3).</summary>
    /// <param name="registered">The registered URI.</param>
    /// <param name="asked">The URI in the request.</param>
    public static bool Matches(string registered, string asked) => registered == asked
        || (asked.Length <= OAuthLimits.MaxUri && CanRegister(asked) && Uri.TryCreate(registered, UriKind.Absolute, out var one) && Uri.TryCreate(asked, UriKind.Absolute, out var other)
            && one.Scheme == "http" && IsLoopback(one) && WithoutPort(registered, one) == WithoutPort(asked, other));

    static bool IsLoopback(Uri uri) =>
        uri.Host == "localhost" || (uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 && IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>Removes the port from the original text, because a parser would normalize it.</summary>
    static string WithoutPort(string text, Uri uri)
    {
        var start = uri.Scheme.Length + "://".Length;
        var end = text.IndexOfAny(['/', '?'], start) is >= 0 and var slash ? slash : text.Length;
        var authority = text[start..end];
        var colon = authority.LastIndexOf(':');
        var host = colon > authority.LastIndexOf(']') ? authority[..colon] : authority;
        return $"{text[..start]}{host}{text[end..]}";
    }
}
