using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Tokens;

/// <summary>The <c>OAuth</c> settings. A lifetime is a number of seconds or has the format <c>hh:mm:ss</c>.</summary>
public sealed class OAuthOptions
{
    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A setting is not valid.</exception>
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

    /// <summary>The lifetime of a device code. OWASP recommends 10 minutes; 1800 s is common for command-line tools.</summary>
    public TimeSpan DeviceCodeLifetime { get; }

    /// <summary>The minimum interval between the token requests of a device (RFC 8628 section 3.2).</summary>
    public TimeSpan DeviceCodeInterval { get; }

    /// <summary>The lifetime of a person's access tokens.</summary>
    public TimeSpan AccessTokenLifetime { get; }

    /// <summary>The lifetime of a service account's access tokens.</summary>
    public TimeSpan ServiceAccountTokenLifetime { get; }

    /// <summary>The lifetime of refresh tokens, from the authorization.</summary>
    public TimeSpan RefreshTokenLifetime { get; }

    /// <summary>The lifetime of an authorization code. RFC 6749 section 4.1.2 recommends at most 10 minutes; a browser needs a
    /// second.</summary>
    public TimeSpan AuthorizationCodeLifetime { get; }

    /// <summary>Whether clients can register themselves (RFC 7591).</summary>
    public bool Registration { get; }

    /// <summary>The longest lifetime of any access token.</summary>
    public TimeSpan LongestAccess => AccessTokenLifetime > ServiceAccountTokenLifetime ? AccessTokenLifetime : ServiceAccountTokenLifetime;

    static TimeSpan Lifetime(IConfiguration configuration, string name, TimeSpan otherwise, TimeSpan max)
    {
        var key = $"OAuth:{name}";
        if (configuration[key] is not { Length: > 0 } text)
        {
            return otherwise;
        }

        var read = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var span) ? span : TimeSpan.Zero;
        return read >= TimeSpan.FromSeconds(1) && read <= max && read.Milliseconds == 0
            ? read
            : throw new SettingException(key, $"is \"{text}\"; it must be a whole number of seconds from 1 to {(long)max.TotalSeconds}, or a duration in the format hh:mm:ss");
    }
}
