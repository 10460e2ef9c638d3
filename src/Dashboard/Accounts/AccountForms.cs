using System.Net;
using Dashboard.Api;
using Dashboard.Auth;

namespace Dashboard.Accounts;

/// <summary>What the forms of the account pages have in common.</summary>
static class AccountForms
{
    /// <summary>Returns the error for a form that another site's page sent, or null.</summary>
    public static Error? RefuseOtherSite(this HttpContext http) => http.IsFromAnotherSite() ? SameOrigin.CrossSite : null;

    /// <summary>Sets the status of a form that was not read. A page with something to correct is a 200, as browsers expect.</summary>
    public static void SetStatus(this HttpContext http, Error? fault)
    {
        if (fault is { Code: ErrorCode.CrossSite or ErrorCode.RateLimited })
        {
            http.Response.StatusCode = Problems.Of(fault.Code).Status;
        }
    }

    /// <summary>Returns the client address that requests are counted for; null if it may be that of a proxy, which stands for many
    /// clients.</summary>
    public static IPAddress? CountedClient(this HttpContext http) => http.IsProxyAddress() ? null : http.Connection.RemoteIpAddress;
}
