using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Credentials;

/// <summary>The <c>OAuth</c> settings for access tokens in URLs.</summary>
[SettingsSection("OAuth")]
public sealed class QueryTokenOptions
{
    /// <summary>The paths under which <c>?access_token=</c> and <c>?token=</c> can carry an access token, but never an API key.</summary>
    public IReadOnlyList<string> QueryTokenPaths { get; init; } = [];
}

/// <summary>Access tokens in URLs, <c>?access_token=</c> and <c>?token=</c>, for event streams and WebSockets, for which browsers cannot
/// set headers. Accepted only under the paths in <c>OAuth:QueryTokenPaths</c>. API keys are never accepted there, because URLs end up in
/// logs and histories.</summary>
public sealed class QueryTokens
{
    const string Setting = "OAuth:QueryTokenPaths";

    static readonly string[] Names = ["access_token", "token"];

    readonly IReadOnlyList<string> paths;

    /// <summary>Reads the setting: a list, or one string separated by commas.</summary>
    /// <exception cref="SettingException">A path does not begin with a slash.</exception>
    public QueryTokens(IConfiguration configuration) => paths = [.. SettingsBinder.Read<QueryTokenOptions>(configuration).QueryTokenPaths
        .Select(path => path.StartsWith('/') ? path.TrimEnd('/')
            : throw new SettingException(Setting, $"lists \"{path}\"; a path must begin with a slash"))];

    /// <summary>Returns the credential in the query string if there is none in the headers.</summary>
    /// <param name="presented">The credential in the headers.</param>
    /// <param name="path">The path, or null if it is not known.</param>
    /// <param name="query">The query string with its question mark.</param>
    public PresentedCredential Or(PresentedCredential presented, string? path, string? query)
    {
        if (presented.Kind != CredentialKind.None || paths.Count == 0 || string.IsNullOrEmpty(query) || path is null || !IsUnder(path))
        {
            return presented;
        }

        var values = QueryHelpers.ParseQuery(query).Where(part => Names.Contains(part.Key, StringComparer.Ordinal))
            .SelectMany(part => part.Value).ToList();
        return values switch
        {
            [] => presented,
            [{ } one] when one.AsSpan().Count('.') == 2 => PresentedCredential.Jwt(one, 0),
            _ => PresentedCredential.Refused(RefusalCode.InvalidToken),
        };
    }

    /// <summary>Returns whether a token may stand in the URL of a request to a resource, or to a part of it.</summary>
    /// <param name="resource">A resource indicator.</param>
    public bool AreAllowedAt(string resource)
    {
        var path = new Uri(resource).AbsolutePath;
        return paths.Any(rule => RequestPath.IsUnder(path, rule) || RequestPath.IsUnder(rule, Uri.UnescapeDataString(path).TrimEnd('/')));
    }

    bool IsUnder(string path) => paths.Any(rule => RequestPath.IsUnder(path, rule));
}
