using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Tokens;

/// <summary>The settings under <c>OAuth</c>. A lifetime is whole seconds, or <c>hh:mm:ss</c>.</summary>
public sealed class OAuthOptions
{
    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">One of them cannot be used.</exception>
    public OAuthOptions(IConfiguration configuration)
    {
        DeviceCodeLifetime = Lifetime(configuration, nameof(DeviceCodeLifetime), TimeSpan.FromSeconds(1800), TimeSpan.FromHours(1));
        DeviceCodeInterval = Lifetime(configuration, nameof(DeviceCodeInterval), TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));
        AccessTokenLifetime = Lifetime(configuration, nameof(AccessTokenLifetime), TimeSpan.FromSeconds(3600), TimeSpan.FromDays(1));
        ServiceAccountTokenLifetime = Lifetime(configuration, nameof(ServiceAccountTokenLifetime), TimeSpan.FromSeconds(86400), TimeSpan.FromDays(7));
        RefreshTokenLifetime = Lifetime(configuration, nameof(RefreshTokenLifetime), TimeSpan.FromDays(30), TimeSpan.FromDays(365));
        AuthorizationCodeLifetime = Lifetime(configuration, nameof(AuthorizationCodeLifetime), TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(10));
        Registration = Settings.Boolean(configuration, "OAuth:Registration", otherwise: true);
    }

    /// <summary>How long a device may wait for its approval. OWASP advises 10 minutes; 1800 s is the usual span of command lines.</summary>
    public TimeSpan DeviceCodeLifetime { get; }

    /// <summary>The least time between two questions of a device (RFC 8628 section 3.2).</summary>
    public TimeSpan DeviceCodeInterval { get; }

    /// <summary>How long an access token of a person's is good.</summary>
    public TimeSpan AccessTokenLifetime { get; }

    /// <summary>How long an access token of a service account's is good.</summary>
    public TimeSpan ServiceAccountTokenLifetime { get; }

    /// <summary>How long after the approval the last refresh token ends.</summary>
    public TimeSpan RefreshTokenLifetime { get; }

    /// <summary>How long an authorization code is good. RFC 6749 section 4.1.2 allows 10 minutes at most; a browser needs a second.</summary>
    public TimeSpan AuthorizationCodeLifetime { get; }

    /// <summary>Whether clients may register themselves (RFC 7591).</summary>
    public bool Registration { get; }

    /// <summary>The longest that any access token is good.</summary>
    public TimeSpan LongestAccess => AccessTokenLifetime > ServiceAccountTokenLifetime ? AccessTokenLifetime : ServiceAccountTokenLifetime;

    static TimeSpan Lifetime(IConfiguration configuration, string name, TimeSpan otherwise, TimeSpan most)
    {
        var key = $"OAuth:{name}";
        if (configuration[key] is not { Length: > 0 } text)
        {
            return otherwise;
        }

        var read = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var span) ? span : TimeSpan.Zero;
        return read >= TimeSpan.FromSeconds(1) && read <= most && read.Milliseconds == 0
            ? read
            : throw new SettingException(key, $"is \"{text}\"; it has to be whole seconds from 1 to {(long)most.TotalSeconds}, or as long written hh:mm:ss");
    }
}
