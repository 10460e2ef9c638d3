using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Credentials;

/// <summary>The settings under <c>OAuth</c> that say where access tokens may stand in addresses.</summary>
[SettingsSection("OAuth")]
public sealed class QueryTokenOptions
{
    /// <summary>Paths under which <c>?access_token=</c> and <c>?token=</c> may carry an access token, never a key.</summary>
    public IReadOnlyList<string> QueryTokenPaths { get; init; } = [];
}

/// <summary>Access tokens in addresses, <c>?access_token=</c> and <c>?token=</c>, for event streams and WebSockets, which send no headers from a browser. Only under the paths in
/// <c>OAuth:QueryTokenPaths</c>, and never an API key: addresses end up in logs and histories.</summary>
public sealed class QueryTokens
{
    const string Setting = "OAuth:QueryTokenPaths";

    static readonly string[] Names = ["access_token", "token"];

    readonly IReadOnlyList<string> paths;

    /// <summary>Reads the setting: a list, or one text with commas.</summary>
    /// <param name="configuration">The settings.</param>
    /// <exception cref="SettingException">A path does not begin with a slash.</exception>
    public QueryTokens(IConfiguration configuration) => paths = [.. SettingsBinder.Read<QueryTokenOptions>(configuration).QueryTokenPaths
        .Select(path => path.StartsWith('/') ? path.TrimEnd('/') : throw new SettingException(Setting, $"lists \"{path}\", which is no path; it has to begin with a slash"))];

    /// <summary>What a request presents that presents nothing in its headers.</summary>
    /// <param name="presented">What its headers present.</param>
    /// <param name="path">Its path, or null where it is not known.</param>
    /// <param name="query">What follows the path, with its question mark.</param>
    public PresentedCredential Or(PresentedCredential presented, string? path, string? query)
    {
        if (presented.Kind != CredentialKind.None || paths.Count == 0 || string.IsNullOrEmpty(query) || path is null || !IsUnder(path))
        {
            return presented;
        }

        var values = QueryHelpers.ParseQuery(query).Where(part => Names.Contains(part.Key, StringComparer.Ordinal)).SelectMany(part => part.Value).ToList();
        return values switch
        {
            [] => presented,
            [{ } one] when one.AsSpan().Count('.') == 2 => PresentedCredential.Jwt(one, 0),
            _ => PresentedCredential.Refused(RefusalCode.InvalidToken),
        };
    }

    bool IsUnder(string path) => paths.Any(root => path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/'));
}
