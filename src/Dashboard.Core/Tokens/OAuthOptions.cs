using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Tokens;

/// <summary>The settings under <c>OAuth</c>. A lifetime is whole seconds, or <c>hh:mm:ss</c>.</summary>
[SettingsSection("OAuth")]
public sealed class OAuthOptions
{
    /// <summary>How long a device may wait for its approval. OWASP advises 10 minutes; 1800 s is the usual span of command lines.</summary>
    [Range(1, 3600)]
    public TimeSpan DeviceCodeLifetime { get; init; } = TimeSpan.FromSeconds(1800);

    /// <summary>The least time between two questions of a device (RFC 8628 section 3.2).</summary>
    [Range(1, 60)]
    public TimeSpan DeviceCodeInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an access token of a person's is good.</summary>
    [Range(1, 86_400)]
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>How long an access token of a service account's is good.</summary>
    [Range(1, 7 * 86_400)]
    public TimeSpan ServiceAccountTokenLifetime { get; init; } = TimeSpan.FromSeconds(86_400);

    /// <summary>How long after the approval the last refresh token ends.</summary>
    [Range(1, 365 * 86_400)]
    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long an authorization code is good. RFC 6749 section 4.1.2 allows 10 minutes at most; a browser needs a second.</summary>
    [Range(1, 600)]
    public TimeSpan AuthorizationCodeLifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether clients may register themselves (RFC 7591).</summary>
    public bool Registration { get; init; } = true;

    /// <summary>The longest that any access token is good.</summary>
    public TimeSpan LongestAccess => AccessTokenLifetime > ServiceAccountTokenLifetime ? AccessTokenLifetime : ServiceAccountTokenLifetime;
}
