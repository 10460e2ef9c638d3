using System.ComponentModel.DataAnnotations;

namespace Dashboard.Core.Tokens;

/// <summary>The <c>OAuth</c> settings. A lifetime is a number of seconds or has the format <c>hh:mm:ss</c>.</summary>
[SettingsSection("OAuth")]
public sealed class OAuthOptions
{
    /// <summary>The lifetime of a device code. OWASP recommends 10 minutes; 1800 s is common for command-line tools.</summary>
    [Range(1, 3600)]
    public TimeSpan DeviceCodeLifetime { get; init; } = TimeSpan.FromSeconds(1800);

    /// <summary>The minimum interval between the token requests of a device (RFC 8628 section 3.2).</summary>
    [Range(1, 60)]
    public TimeSpan DeviceCodeInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The lifetime of a person's access tokens.</summary>
    [Range(1, 86_400)]
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>The lifetime of a service account's access tokens.</summary>
    [Range(1, 7 * 86_400)]
    public TimeSpan ServiceAccountTokenLifetime { get; init; } = TimeSpan.FromSeconds(86_400);

    /// <summary>The lifetime of refresh tokens, from the authorization.</summary>
    [Range(1, 365 * 86_400)]
    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The lifetime of an authorization code. RFC 6749 section 4.1.2 recommends at most 10 minutes; a browser needs a
    /// second.</summary>
    [Range(1, 600)]
    public TimeSpan AuthorizationCodeLifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether clients can register themselves (RFC 7591).</summary>
    public bool Registration { get; init; } = true;

    /// <summary>Whether a client may be the URL of a document that describes it (client ID metadata documents).</summary>
    public bool ClientMetadataDocuments { get; init; } = true;

    /// <summary>The longest lifetime of any access token.</summary>
    public TimeSpan LongestAccess => AccessTokenLifetime > ServiceAccountTokenLifetime ? AccessTokenLifetime : ServiceAccountTokenLifetime;
}
