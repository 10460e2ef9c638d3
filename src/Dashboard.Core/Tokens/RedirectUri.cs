using System.Net;

namespace Dashboard.Core.Tokens;

/// <summary>Validates and compares redirect URIs (RFC 6749 section 3.1.2, RFC 8252 section 7, RFC 9700 section 4.1.3).</summary>
static class RedirectUri
{
    /// <summary>Schemes that do something on the client by themselves, or belong to something else than an app that waits for a
    /// code.</summary>
    static readonly HashSet<string> Dangerous = new(StringComparer.Ordinal)
    {
        // Run or show what the address itself contains, or what lies on the machine.
        "javascript", "data", "vbscript", "livescript", "mocha", "file", "blob", "filesystem", "about",
            "view-source", "jar", "res", "resource", "mk", "cid",
        "mid", "urn",
        // Start programs, installations or calls.
        "intent", "android-app", "market", "itms", "itmss", "itms-apps", "itms-appss", "itms-services",
            "macappstore", "macappstores", "shell", "search",
        "search-ms", "hcp", "help", "onenote", "steam", "tel", "sms", "smsto", "mms", "mmsto", "callto",
        "facetime", "facetime-audio", "facetime-group", "sip",
        "sips", "mailto", "geo", "maps", "magnet", "webcal", "feed", "chrome", "edge", "opera",
        "chrome-extension", "moz-extension", "about-reader",
        // Speak another protocol.
        "ws", "wss", "ftp", "ftps", "sftp", "ssh", "telnet", "rlogin", "ldap", "ldaps", "smb", "afp",
            "nfs", "vnc", "rdp", "gopher", "news", "nntp", "irc", "git",
        "svn", "dav", "davs", "imap", "pop", "dns",
        // What is left of an address without a scheme, such as localhost:3000/callback.
        "localhost",
    };

    /// <summary>What begins the schemes of Windows' own programs: <c>ms-settings</c>, <c>ms-appinstaller</c>, <c>ms-word</c> and many
    /// others.</summary>
    static readonly string[] DangerousPrefixes = ["ms-", "windows", "x-apple"];

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
            // Private-use schemes should be reversed domain names (RFC 8252 section 7.1), but editors use words.
            var scheme => !Dangerous.Contains(scheme)
                && !Array.Exists(DangerousPrefixes, prefix => scheme.StartsWith(prefix, StringComparison.Ordinal)),
        };
    }

    /// <summary>Returns whether a URI is the registered one (RFC 3986 sections 6.2.2 and 6.2.3). Loopback URIs may differ in their port
    /// (RFC 8252 section 7.3).</summary>
    /// <param name="registered">The registered URI.</param>
    /// <param name="asked">The URI in the request.</param>
    public static bool Matches(string registered, string asked) =>
        registered == asked || (CanRegister(asked) && (Urls.AreSame(registered, asked)
        || (Uri.TryCreate(registered, UriKind.Absolute, out var one) && Uri.TryCreate(asked, UriKind.Absolute, out var other)
            && one.Scheme == "http" && other.Scheme == "http" && IsLoopback(one)
                && WithoutPort(Urls.Normalize(registered)) == WithoutPort(Urls.Normalize(asked)))));

    /// <summary>Returns where a redirect URI leads, for people: its host with the port, or its scheme if it is private to an app.</summary>
    /// <param name="text">A URI that a client could register.</param>
    public static string PlaceOf(string text) =>
        new Uri(text) is { Scheme: "http" or "https" } web ? web.Authority : $"{new Uri(text).Scheme}:";

    static bool IsLoopback(Uri uri) =>
        uri.Host == "localhost" || (uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6
            && IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>Removes the port from a normalized <c>http</c> URI.</summary>
    static string WithoutPort(string text)
    {
        var start = "http://".Length;
        var end = text.IndexOf('/', start);
        var authority = text[start..end];
        var colon = authority.LastIndexOf(':');
        return $"{(colon > authority.LastIndexOf(']') ? authority[..colon] : authority)}{text[end..]}";
    }
}
