using Dashboard.Api;
using Dashboard.Core.Tokens;

namespace Dashboard.OAuth;

/// <summary>What holds for all of the authorization server: whether there is one, and that programs in browsers may call it.</summary>
static class OAuthMiddleware
{
    const string Headers = "Authorization, Content-Type, MCP-Protocol-Version";

    /// <summary>The public endpoints, which any origin may call: a client there has no cookie that would mean
    /// anything. Introspection is not among them: who asks has a secret, which no page keeps.</summary>
    static readonly PathString[] Public = ["/.well-known", "/oauth/token", "/oauth/register", "/oauth/device/authorize"];

    /// <summary>Everything that is not there when the authorization server is switched off.</summary>
    static readonly PathString[] All =
        ["/oauth", "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource", "/.well-known/jwks.json"];

    /// <summary>Adds the middleware. It must precede routing, because the endpoints short-circuit there.</summary>
    public static IApplicationBuilder UseOAuth(this IApplicationBuilder app)
    {
        var enabled = app.ApplicationServices.GetRequiredService<AuthorizationServerOptions>().Enabled;
        var methods = app.ApplicationServices.GetRequiredService<ApiMethods>();
        return app.Use((http, next) =>
        {
            if (!enabled && Is(http, All))
            {
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }

            if (!Is(http, Public))
            {
                return next(http);
            }

            var (request, headers) = (http.Request, http.Response.Headers);
            headers.AccessControlAllowOrigin = "*"; // without credentials
            headers.AccessControlExposeHeaders = "WWW-Authenticate, Retry-After";
            headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            if (!HttpMethods.IsOptions(request.Method)
                || request.Headers.Origin.Count == 0 || request.Headers.AccessControlRequestMethod.Count == 0)
            {
                return next(http);
            }

            headers.AccessControlAllowMethods = string.Join(", ", methods.At(request.Path));
            headers.AccessControlAllowHeaders = Headers;
            headers.AccessControlMaxAge = "7200";
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
    }

    static bool Is(HttpContext http, PathString[] roots) =>
        Array.Exists(roots, root => http.Request.Path.StartsWithSegments(root, StringComparison.OrdinalIgnoreCase));
}
