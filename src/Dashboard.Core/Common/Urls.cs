namespace Dashboard.Core.Common;

/// <summary>Compares URLs by what they name, and not by their text (RFC 3986 sections 6.2.2 and 6.2.3).</summary>
public static class Urls
{
    const string Unreserved = "-._~";

    /// <summary>Returns whether two URLs name the same place.</summary>
    public static bool AreSame(string? one, string? other) =>
        one == other || (one is not null && other is not null && Normalize(one) == Normalize(other));

    /// <summary>Returns <c>http</c> for <c>ws</c> and <c>https</c> for <c>wss</c>: a WebSocket begins as a request (RFC 6455 section 4.1),
    /// and some proxies forward the scheme of what it becomes.</summary>
    /// <param name="scheme">The scheme of a request, or null.</param>
    public static string? ToHttpScheme(string? scheme) => scheme?.ToLowerInvariant() switch
    {
        "ws" => "http",
        "wss" => "https",
        var other => other,
    };

    /// <summary>Normalizes a URL without resolving it: the case of scheme and host, the default port, the root's dot after a host, an empty
    /// path, and escapes. Dot segments stay, because servers disagree about them.</summary>
    public static string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            return text;
        }

        var scheme = text[..colon].ToLowerInvariant();
        if (!text.AsSpan(colon + 1).StartsWith("//", StringComparison.Ordinal))
        {
            return scheme + NormalizeEscapes(text[colon..]);
        }

        var start = colon + "://".Length;
        var end = text.IndexOfAny(['/', '?', '#'], start) is >= 0 and var found ? found : text.Length;
        var rest = NormalizeEscapes(text[end..]);
        var isWeb = scheme is "http" or "https";
        return $"{scheme}://{NormalizeAuthority(text[start..end], scheme, isWeb)}{(isWeb && rest is not ['/', ..] ? "/" : "")}{rest}";
    }

    static string NormalizeAuthority(string authority, string scheme, bool isWeb)
    {
        var at = authority.LastIndexOf('@') + 1;
        var (user, host) = (authority[..at], authority[at..].ToLowerInvariant());
        var colon = host.LastIndexOf(':');
        var port = colon > host.LastIndexOf(']') ? host[(colon + 1)..] : "";
        host = colon > host.LastIndexOf(']') ? host[..colon] : host;
        var isDefault = (scheme, port) is (_, "") or ("http", "80") or ("https", "443");
        host = isWeb && host is [_, .., '.'] ? host[..^1] : host; // RFC 1034 section 3.1
        return isDefault ? user + host : $"{user}{host}:{port}";
    }

    /// <summary>Escapes that need none are read, and the others are written in capitals.</summary>
    static string NormalizeEscapes(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%' || i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                result.Append(text[i]);
                continue;
            }

            var c = (char)Convert.ToByte(text.Substring(i + 1, 2), 16);
            result.Append(char.IsAsciiLetterOrDigit(c) || Unreserved.Contains(c, StringComparison.Ordinal)
                ? c
                : text.Substring(i, 3).ToUpperInvariant());
            i += 2;
        }

        return result.ToString();
    }
}
