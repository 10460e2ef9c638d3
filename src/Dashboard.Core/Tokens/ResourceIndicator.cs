namespace Dashboard.Core.Tokens;

/// <summary>Resource indicators, which limit where a token is valid: an absolute URL without query and fragment (RFC 8707 section 2),
/// including every URL below it.</summary>
public static class ResourceIndicator
{
    /// <summary>Encoded slashes, dots, percent signs and null characters.</summary>
    static readonly string[] Escapes = ["%2f", "%5c", "%2e", "%25", "%00"];

    /// <summary>Returns whether text is a valid resource indicator.</summary>
    public static bool IsOne(string text) =>
        text.Length <= OAuthLimits.MaxUri && text.All(c => c is > ' ' and < '\u007f' and not ('\\' or '"'))
        && Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.UserInfo.Length == 0 && !text.Contains('#', StringComparison.Ordinal) && !text.Contains('?', StringComparison.Ordinal) && !IsAmbiguous(text);

    /// <summary>Returns whether a URL is below a resource. A URL that servers interpret differently is below none.</summary>
    /// <param name="scheme">The scheme of the URL.</param>
    /// <param name="host">The host, with the port if there is one.</param>
    /// <param name="path">The path as it was sent, without the query.</param>
    public static bool Covers(string resource, string? scheme, string? host, string? path)
    {
        if (scheme is null || host is null || path is not ['/', ..] || IsAmbiguous(path)
            || !Uri.TryCreate(resource, UriKind.Absolute, out var root) || !Uri.TryCreate($"{scheme}://{host}{path}", UriKind.Absolute, out var asked))
        {
            return false;
        }

        var rootPath = root.AbsolutePath.TrimEnd('/');
        return asked.UserInfo.Length == 0 && root.Scheme == asked.Scheme && root.Port == asked.Port && HostOf(root) == HostOf(asked)
            && asked.AbsolutePath.StartsWith(rootPath, StringComparison.Ordinal)
            && (asked.AbsolutePath.Length == rootPath.Length || asked.AbsolutePath[rootPath.Length] == '/');
    }

    /// <summary>Returns the host without a trailing dot, which does not name another host (RFC 1034 section 3.1).</summary>
    static string HostOf(Uri url) => url.IdnHost.TrimEnd('.');

    /// <summary>Returns whether the text contains dot segments, backslashes, or encoded slashes, dots or percent signs, which some servers
    /// resolve and others do not.</summary>
    static bool IsAmbiguous(string text) =>
        text.Contains('\\', StringComparison.Ordinal) || text.Contains("/./", StringComparison.Ordinal) || text.Contains("/../", StringComparison.Ordinal)
        || text.EndsWith("/.", StringComparison.Ordinal) || text.EndsWith("/..", StringComparison.Ordinal)
        || Escapes.Any(escape => text.Contains(escape, StringComparison.OrdinalIgnoreCase));
}
