using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Dashboard.Core.Common;

/// <summary>The setting <c>PublicUrl</c>.</summary>
[SettingsSection("", IsShared = true)]
public sealed class PublicUrlOptions
{
    /// <summary>The URL at which browsers and programs reach Latchkey, and the issuer of its tokens. With <c>https</c> the session cookie
    /// is <c>Secure</c> and <c>__Host-</c>.</summary>
    public string? PublicUrl { get; init; }
}

/// <summary>The public URL of this installation from the <c>PublicUrl</c> setting, which is the issuer of its tokens (RFC 8414 section
/// 2).</summary>
/// <remarks>Without the setting it is localhost with the port that Latchkey listens on, or the loopback address that the request used. A
/// <c>Host</c> header, which anyone can set, never becomes an issuer.</remarks>
public sealed class PublicUrl
{
    const string Setting = "PublicUrl";

    /// <summary>Reads the setting.</summary>
    /// <exception cref="SettingException">The setting is not the URL of a host.</exception>
    public PublicUrl(IConfiguration configuration)
    {
        if (SettingsBinder.Read<PublicUrlOptions>(configuration).PublicUrl is not { } text)
        {
            return;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
        {
            throw new SettingException(Setting, $"is \"{text}\"; it must be a URL that begins with https:// or http://");
        }

        if (url.PathAndQuery != "/" || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
        {
            throw new SettingException(Setting,
                $"is \"{text}\"; it must end after the host and port, because Latchkey is served at the root of a host of its own");
        }

        // A trailing dot, which stands for the root of the DNS, does not name another host (RFC 1034 section 3.1).
        Configured =
            new UriBuilder(url.Scheme, url.IdnHost.TrimEnd('.'), url.IsDefaultPort ? -1 : url.Port).Uri.GetLeftPart(UriPartial.Authority);
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

    /// <summary>Returns the address for an open page, which has no request.</summary>
    /// <param name="page">The URL of the page. Its host may be anybody's, so only one of this machine counts.</param>
    public string Of(Uri page)
    {
        ArgumentNullException.ThrowIfNull(page);
        return Configured ?? (IsLoopback(page.Host) ? page.GetLeftPart(UriPartial.Authority)
            : string.Create(CultureInfo.InvariantCulture, $"http://localhost:{page.Port}"));
    }

    /// <summary>Returns the public URL for a request whose scheme and host belong to another server, as in forward
    /// authentication.</summary>
    /// <param name="http">The request of the proxy.</param>
    public string Beside(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return Configured ?? OfPort(http);
    }

    /// <summary>Whether an issuer is this installation. That its keys signed is known already: without the setting, any name of this
    /// machine is.</summary>
    /// <param name="issuer">The token's <c>iss</c>.</param>
    public bool IsOwn(string issuer) =>
        Configured is not null ? issuer == Configured : Uri.TryCreate(issuer, UriKind.Absolute, out var uri) && IsLoopback(uri.Host);

    /// <summary>The host that passkeys belong to (the relying party of WebAuthn). Without the setting it is localhost, since passkeys take
    /// no IP address.</summary>
    public string PasskeyHost => Configured is null ? "localhost" : new Uri(Configured).Host;

    /// <summary>Whether a browser's page is of this installation. Without the setting that is any port of localhost.</summary>
    /// <param name="origin">The origin that the browser names.</param>
    public bool IsPasskeyOrigin(string origin) => Configured is not null ? origin == Configured
        : Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    static string OfPort(HttpContext http) => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{http.Connection.LocalPort}");

    static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
