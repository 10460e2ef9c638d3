namespace Dashboard.Core.Tokens;

/// <summary>Resource indicators, which limit where a token is valid: an absolute URL without query and fragment (RFC 8707 section 2),
/// including every URL below it.</summary>
public static class ResourceIndicator
{
    /// <summary>Returns whether text is a valid resource indicator.</summary>
    public static bool IsOne(string text) =>
        text.Length <= OAuthLimits.MaxUri && text.All(c => c is > ' ' and < '\u007f' and not ('\\' or '"'))
        && Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.UserInfo.Length == 0 && !text.Contains('#', StringComparison.Ordinal) && !text.Contains('?', StringComparison.Ordinal)
        && !RequestPath.IsAmbiguous(PathOf(text));

    /// <summary>Returns whether a URL is below a resource. A path that servers read differently is below none, unless the resource is a
    /// whole host.</summary>
    /// <param name="scheme">The scheme of the URL.</param>
    /// <param name="host">The host, with the port if there is one.</param>
    /// <param name="path">The path as it was sent, without the query.</param>
    public static bool Covers(string resource, string? scheme, string? host, string? path)
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (scheme is null || host is null || path is not ['/', ..] || !Uri.TryCreate(resource, UriKind.Absolute, out var root)
            || !Uri.TryCreate($"{scheme}://{host}/", UriKind.Absolute, out var asked))
        {
            return false;
        }

        return asked.UserInfo.Length == 0 && asked.AbsolutePath == "/" && root.Scheme == asked.Scheme
            && root.Port == asked.Port && HostOf(root) == HostOf(asked)
            && RequestPath.IsUnder(path, Uri.UnescapeDataString(PathOf(resource)).TrimEnd('/'));
    }

    /// <summary>Returns the host without a trailing dot, which does not name another host (RFC 1034 section 3.1).</summary>
    static string HostOf(Uri url) => url.IdnHost.TrimEnd('.');

    /// <summary>Returns the path as it was written: a parser would resolve it.</summary>
    static string PathOf(string url) =>
        url.IndexOf('/', url.IndexOf("://", StringComparison.Ordinal) + "://".Length) is > 0 and var slash ? url[slash..] : "/";
}
