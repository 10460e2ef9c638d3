using Dashboard.Hosting;

namespace Dashboard.Verification;

/// <summary>What verification is told of a request.</summary>
static class VerificationRequests
{
    /// <summary>What is known of a request that presents a credential to this product itself.</summary>
    public static CallerContext Facts(this HttpContext http) => new(
        http.Connection.RemoteIpAddress, http.Request.Method, http.Request.Path, http.Request.Headers.UserAgent.ToString(),
        http.RequestServices.GetRequiredService<TrustedProxies.Proxies>().Contains(http.Connection.RemoteIpAddress))
    {
        Scheme = http.Request.Scheme,
        Host = http.Request.Host.Value,
    };
}
