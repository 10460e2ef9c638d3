using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Verification;

/// <summary>How a request would present an access token (RFC 6750 section 3), and where to get one (RFC 9728 section 5.1).</summary>
public static class BearerChallenge
{
    /// <summary>The challenge. An error is named where an access token was presented, and nothing where none was (RFC 6750 section 3.1).</summary>
    /// <param name="http">The request.</param>
    /// <param name="code">Why it is refused.</param>
    public static string Of(HttpContext http, RefusalCode code)
    {
        ArgumentNullException.ThrowIfNull(http);
        var challenge = http.RequestServices?.GetService<PublicAddress>() is { } address
            ? $"Bearer resource_metadata=\"{address.Of(http)}/.well-known/oauth-protected-resource\""
            : "Bearer realm=\"Latchkey\"";
        return code is RefusalCode.TokenExpired or RefusalCode.InvalidToken ? $"{challenge}, error=\"invalid_token\", error_description=\"{code.ToSentence()}\"" : challenge;
    }
}
