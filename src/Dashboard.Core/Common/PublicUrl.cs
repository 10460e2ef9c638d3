using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Common;

/// <summary>The setting for the address that Latchkey has for everybody else.</summary>
[SettingsSection("", IsShared = true)]
public sealed class PublicUrlOptions
{
    /// <summary>Where browsers and programs reach Latchkey, and the issuer of its tokens. With <c>https</c> the session cookie is <c>Secure</c> and <c>__Host-</c>.</summary>
    public string? PublicUrl { get; init; }
}

/// <summary>What Latchkey is called where people and programs reach it, <c>PublicUrl</c>: the issuer of its tokens (RFC 8414 section 2).</summary>
/// <remarks>Without the setting it is this machine's own name with the port it listens on, or the loopback address by which a request came. A <c>Host</c> that could be anybody's
/// never names an issuer.</remarks>
public sealed class PublicUrl
{
    const string Setting = "PublicUrl";

    /// <summary>Reads the setting.</summary>
    /// <param name="configuration">The settings.</param>
    /// <exception cref="SettingException">It is no address, or more than the address of a host.</exception>
    public PublicUrl(IConfiguration configuration)
    {
        if (SettingsBinder.Read<PublicUrlOptions>(configuration).PublicUrl is not { } text)
        {
            return;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
        {
            throw new SettingException(Setting, $"is \"{text}\"; it has to be an address that begins with https:// or http://");
        }

        if (url.PathAndQuery != "/" || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
        {
            throw new SettingException(Setting, $"is \"{text}\"; it has to end after the host and port, since Latchkey is served at the root of a host of its own");
        }

        // The root's dot at the end of a host name makes no other host (RFC 1034 section 3.1).
        Configured = new UriBuilder(url.Scheme, url.IdnHost.TrimEnd('.'), url.IsDefaultPort ? -1 : url.Port).Uri.GetLeftPart(UriPartial.Authority);
    }

    /// <summary>Whether people reach Latchkey by https.</summary>
    public bool IsHttps => Configured?.StartsWith("https:", StringComparison.Ordinal) == true;

    /// <summary>The setting without a slash at its end, or null where it is not set.</summary>
    public string? Configured { get; }

    /// <summary>The address, without a slash at its end.</summary>
    /// <param name="http">A request.</param>
    public string Of(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return Configured ?? (IsLoopback(http.Request.Host.Host) ? $"{http.Request.Scheme}://{http.Request.Host.Value}" : OfPort(http));
    }

    /// <summary>The same where the request's scheme and host are those of another server, which a proxy asks about.</summary>
    /// <param name="http">The proxy's request.</param>
    public string Beside(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return Configured ?? OfPort(http);
    }

    /// <summary>Whether an issuer is this installation. That its keys signed is known already: without the setting, any name of this machine is.</summary>
    /// <param name="issuer">The token's <c>iss</c>.</param>
    public bool IsOwn(string issuer) => Configured is not null ? issuer == Configured : Uri.TryCreate(issuer, UriKind.Absolute, out var uri) && IsLoopback(uri.Host);

    static string OfPort(HttpContext http) => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{http.Connection.LocalPort}");

    static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
