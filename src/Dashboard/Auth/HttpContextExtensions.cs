using Dashboard.Core.Accounts;

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
}
