using Dashboard.Core.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Verification;

/// <summary>Builds the challenge that tells a client how to present an access token (RFC 6750 section 3) and where to get one (RFC 9728
/// section 5.1).</summary>
public static class BearerChallenge
{
    const string Metadata = "/.well-known/oauth-protected-resource";

    /// <summary>Builds the challenge. It names an error only if an access token was presented (RFC 6750 section 3.1).</summary>
    /// <param name="code">The reason for the refusal.</param>
    /// <param name="original">The original request if it was sent to a server other than Latchkey. The metadata then describe its
    /// resource.</param>
    /// <param name="scope">The scopes that the request requires, or null.</param>
    public static string Of(HttpContext http, RefusalCode code, CallerContext? original = null, string? scope = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        var challenge = http.RequestServices?.GetService<PublicUrl>() is not { } address ? "Bearer realm=\"Latchkey\""
            : ResourceOf(original) is { } resource ? $"Bearer resource_metadata=\"{address.Beside(http)}{Metadata}?resource={Uri.EscapeDataString(resource)}\""
            : $"Bearer resource_metadata=\"{address.Of(http)}{Metadata}\"";
        challenge = scope is null ? challenge : $"{challenge}, scope=\"{scope}\"";
        return code is RefusalCode.TokenExpired or RefusalCode.InvalidToken ? $"{challenge}, error=\"invalid_token\", error_description=\"{code.ToSentence()}\"" : challenge;
    }

    /// <summary>The resource must be the one that its metadata name (RFC 9728 section 3.3).</summary>
    static string? ResourceOf(CallerContext? original) =>
        original is { Scheme: { } scheme, Host: { } host, Path: ['/', ..] path } && $"{scheme}://{host}{path}" is var resource && ResourceIndicator.IsOne(resource) ? resource : null;
}
