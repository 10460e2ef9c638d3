using System.Security.Claims;
using Dashboard.Core.Accounts;
using Dashboard.Hosting;

namespace Dashboard.Auth;

/// <summary>Reads information about the sender of a request.</summary>
static class HttpContextExtensions
{
    static readonly string[] ForwardingHeaders = ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"];

    /// <summary>Returns the client's IP address, or null.</summary>
    public static string? ClientAddress(this HttpContext http) => Network.ToText(http.Connection.RemoteIpAddress);

    /// <summary>Returns whether another site's page sent the request.</summary>
    public static bool IsFromAnotherSite(this HttpContext http) => SameOrigin.Of(http.Request) == SameOrigin.Provenance.Foreign;

    /// <summary>Creates a sign-in attempt from the entered credentials and the request.</summary>
    public static SignInAttempt ToAttempt(this HttpContext http, string? email, string? password, bool remember) =>
        new(email, password, remember, http.Connection.RemoteIpAddress, http.Request.Headers.UserAgent.ToString())
        {
            IsProxyAddress = http.IsProxyAddress(),
            BrowserSecret = http.RequestServices.GetRequiredService<BrowserCookie>().Read(http),
            ReplacedSessionId = http.User.FindFirstValue(CurrentActor.SessionClaim),
            Site = http.RequestServices.GetRequiredService<PublicUrl>().Of(http),
        };

    /// <summary>Returns whether the address may be that of a proxy: one that is trusted and names no client, or one that is not trusted, so
    /// that the client it names does not count. Such an address stands for many clients.</summary>
    public static bool IsProxyAddress(this HttpContext http) =>
        http.RequestServices.GetRequiredService<TrustedProxies.Proxies>().Contains(http.Connection.RemoteIpAddress)
        || (!http.IsSentByProxy() && ForwardingHeaders.Any(http.Request.Headers.ContainsKey));

    /// <summary>What verification takes into account of a request that presents a credential to this product itself.</summary>
    public static CallerContext ToCallerContext(this HttpContext http) => new(
        http.Connection.RemoteIpAddress, http.Request.Method, RequestPath.Of(http), http.Request.Headers.UserAgent.ToString(),
        http.RequestServices.GetRequiredService<TrustedProxies.Proxies>().Contains(http.Connection.RemoteIpAddress))
    {
        Scheme = http.Request.Scheme,
        Host = http.Request.Host.Value,
    };
}
