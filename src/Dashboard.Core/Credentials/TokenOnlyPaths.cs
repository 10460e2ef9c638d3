using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Credentials;

/// <summary>The <c>OAuth</c> setting for paths that keys do not open.</summary>
[SettingsSection("OAuth")]
public sealed class TokenOnlyOptions
{
    /// <summary>The paths under which only access tokens count, and a key is refused.</summary>
    public IReadOnlyList<string> TokenOnlyPaths { get; init; } = [];
}

/// <summary>The paths under which only access tokens count: <c>OAuth:TokenOnlyPaths</c>. For gateways of agents, whose requests should be
/// those of a person who consented and not of anyone who holds a key.</summary>
public sealed class TokenOnlyPaths
{
    const string Setting = "OAuth:TokenOnlyPaths";

    readonly string[] paths;

    /// <summary>Reads the setting: a list, or one string separated by commas.</summary>
    /// <exception cref="SettingException">A path does not begin with a slash.</exception>
    public TokenOnlyPaths(IConfiguration configuration) => paths = [.. SettingsBinder.Read<TokenOnlyOptions>(configuration).TokenOnlyPaths
        .Select(path => path.StartsWith('/') ? path.TrimEnd('/')
            : throw new SettingException(Setting, $"lists \"{path}\"; a path must begin with a slash"))];

    /// <summary>Returns the credential, or the refusal of a key that is presented under one of the paths. A path that some server could
    /// read as one of them counts as one.</summary>
    /// <param name="path">The path of the original request as it was sent, or null if it is not known.</param>
    public PresentedCredential Guard(PresentedCredential presented, string? path) =>
        paths.Length > 0 && presented.Kind == CredentialKind.Key && path is not null
            && Array.Exists(paths, rule => RequestPath.MayBeUnder(path, rule))
            ? PresentedCredential.Refused(RefusalCode.InvalidToken)
            : presented;
}
