using Dashboard.Core.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Verification;

/// <summary>Builds the challenge that tells a client how to present an access token (RFC 6750 section 3) and where to get one (RFC 9728
/// section 5.1).</summary>
public static class BearerChallenge
{
    const string Metadata = "/.well-known/oauth-protected-resource";

    /// <summary>Builds the challenge. It names an error if an access token was presented (RFC 6750 section 3.1), and that a scope is
    /// missing to everybody, because with one a client can ask for it.</summary>
    /// <param name="code">The reason for the refusal.</param>
    /// <param name="original">The original request if it was sent to a server other than Latchkey. The metadata then describe its
    /// resource.</param>
    /// <param name="scope">The scopes that the request requires, or null.</param>
    public static string Of(HttpContext http, RefusalCode code, CallerContext? original = null, string? scope = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        var metadata = http.RequestServices?.GetService<PublicUrl>() is not { } address
            || http.RequestServices.GetService<AuthorizationServerOptions>() is { Enabled: false }
            ? "realm=\"Latchkey\""
            : ResourceOf(original) is { } resource
                ? $"resource_metadata=\"{address.Beside(http)}{Metadata}?resource={Uri.EscapeDataString(resource)}\""
            : $"resource_metadata=\"{address.Of(http)}{Metadata}\"";
        var needed = scope is null ? "" : $"scope=\"{scope}\"";
        var error = code.ToHttpStatus() == StatusCodes.Status403Forbidden ? "insufficient_scope"
            : code is RefusalCode.TokenExpired or RefusalCode.InvalidToken ? "invalid_token"
            : null;
        string[] parts = error is null ? [metadata, needed]
            : error == "insufficient_scope" ? [$"error=\"{error}\"", needed, metadata, $"error_description=\"{code.ToSentence()}\""]
            : [metadata, needed, $"error=\"{error}\"", $"error_description=\"{code.ToSentence()}\""];
        return $"Bearer {string.Join(", ", parts.Where(part => part.Length > 0))}";
    }

    /// <summary>The resource must be the one that its metadata name (RFC 9728 section 3.3).</summary>
    static string? ResourceOf(CallerContext? original) =>
        original is { Scheme: { } scheme, Host: { } host, Path: ['/', ..] path }
            && $"{scheme}://{host}{path}" is var resource && ResourceIndicator.IsOne(resource) ? resource : null;
}
