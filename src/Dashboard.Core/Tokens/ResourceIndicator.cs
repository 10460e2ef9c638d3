namespace Dashboard.Core.Tokens;

/// <summary>What a token is good at: an absolute address, without query and fragment (RFC 8707 section 2), and all that lies under it.</summary>
public static class ResourceIndicator
{
    /// <summary>Slashes, dots, percent signs and the end of a text, encoded.</summary>
    static readonly string[] Escapes = ["%2f", "%5c", "%2e", "%25", "%00"];

    /// <summary>Whether a text can be one.</summary>
    /// <param name="text">The text.</param>
    public static bool IsOne(string text) =>
        text.Length <= OAuthLimits.MaxUri && text.All(c => c is > ' ' and < '\u007f' and not ('\\' or '"'))
        && Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.UserInfo.Length == 0 && !text.Contains('#', StringComparison.Ordinal) && !text.Contains('?', StringComparison.Ordinal) && !IsAmbiguous(text);

    /// <summary>Whether an address lies under a resource. One that servers read differently lies under none.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="scheme">The address's scheme.</param>
    /// <param name="host">Its host, with the port where it names one.</param>
    /// <param name="path">Its path as it was sent, without the query.</param>
    public static bool Covers(string resource, string? scheme, string? host, string? path)
    {
        if (scheme is null || host is null || path is not ['/', ..] || IsAmbiguous(path)
            || !Uri.TryCreate(resource, UriKind.Absolute, out var root) || !Uri.TryCreate($"{scheme}://{host}{path}", UriKind.Absolute, out var asked))
        {
            return false;
        }

        var under = root.AbsolutePath.TrimEnd('/');
        return asked.UserInfo.Length == 0 && root.Scheme == asked.Scheme && root.Port == asked.Port && HostOf(root) == HostOf(asked)
            && asked.AbsolutePath.StartsWith(under, StringComparison.Ordinal)
            && (asked.AbsolutePath.Length == under.Length || asked.AbsolutePath[under.Length] == '/');
    }

    /// <summary>The root's dot at the end of a host name makes no other host (RFC 1034 section 3.1).</summary>
    static string HostOf(Uri address) => address.IdnHost.TrimEnd('.');

    /// <summary>Dot segments, backslashes, and slashes, dots or percent signs that are encoded: one server resolves them, the next does not.</summary>
    static bool IsAmbiguous(string text) =>
        text.Contains('\\', StringComparison.Ordinal) || text.Contains("/./", StringComparison.Ordinal) || text.Contains("/../", StringComparison.Ordinal)
        || text.EndsWith("/.", StringComparison.Ordinal) || text.EndsWith("/..", StringComparison.Ordinal)
        || Escapes.Any(escape => text.Contains(escape, StringComparison.OrdinalIgnoreCase));
}
