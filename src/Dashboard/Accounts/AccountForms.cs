using System.Net;
using Dashboard.Api;
using Dashboard.Auth;

namespace Dashboard.Accounts;

/// <summary>What the forms of the account pages have in common.</summary>
static class AccountForms
{
    /// <summary>Returns the error for a form that another site's page sent, or null.</summary>
    public static Error? RefuseOtherSite(this HttpContext http) => http.IsFromAnotherSite() ? SameOrigin.CrossSite : null;

    /// <summary>Sets the status of an error that is not one of the fields: a page with a form to correct is a 200, as browsers expect.</summary>
    public static void SetStatus(this HttpContext http, Error? fault)
    {
        if (fault is { Errors: null } && !http.Response.HasStarted)
        {
            http.Response.StatusCode = Problems.Of(fault.Code).Status;
        }
    }

    /// <summary>Returns the client address that requests are counted for; null if it may be that of a proxy, which stands for many clients.</summary>
    public static IPAddress? CountedClient(this HttpContext http) => http.IsProxyAddress() ? null : http.Connection.RemoteIpAddress;
}
