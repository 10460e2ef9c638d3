using Dashboard.Hosting;

namespace Dashboard.Verification;

/// <summary>Creates the caller context for verification.</summary>
static class VerificationRequests
{
    /// <summary>Returns the context of a request that presents a credential to Latchkey itself.</summary>
    public static CallerContext Facts(this HttpContext http) => new(
        http.Connection.RemoteIpAddress, http.Request.Method, http.Request.Path, http.Request.Headers.UserAgent.ToString(),
        http.RequestServices.GetRequiredService<TrustedProxies.Proxies>().Contains(http.Connection.RemoteIpAddress))
    {
        Scheme = http.Request.Scheme,
        Host = http.Request.Host.Value,
    };
}
