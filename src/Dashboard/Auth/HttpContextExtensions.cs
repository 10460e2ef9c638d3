using Dashboard.Core.Accounts;
using Dashboard.Hosting;

namespace Dashboard.Auth;

/// <summary>What a request says about who sent it.</summary>
static class HttpContextExtensions
{
    /// <summary>The client address, or null.</summary>
    public static string? ClientAddress(this HttpContext http) => Network.ToText(http.Connection.RemoteIpAddress);

    /// <summary>Whether another site's page sent it.</summary>
    public static bool IsFromAnotherSite(this HttpContext http) => SameOrigin.Of(http.Request) == SameOrigin.Provenance.Foreign;

    /// <summary>What somebody typed, with where it came from.</summary>
    public static SignInAttempt ToAttempt(this HttpContext http, string? email, string? password, bool remember) =>
        new(email, password, remember, http.Connection.RemoteIpAddress, http.Request.Headers.UserAgent.ToString());

    /// <summary>What verification takes into account of a request that presents a credential to this product itself.</summary>
    public static CallerContext ToCallerContext(this HttpContext http) => new(
        http.Connection.RemoteIpAddress, http.Request.Method, http.Request.Path, http.Request.Headers.UserAgent.ToString(),
        http.RequestServices.GetRequiredService<TrustedProxies.Proxies>().Contains(http.Connection.RemoteIpAddress))
    {
        Scheme = http.Request.Scheme,
        Host = http.Request.Host.Value,
    };
}
