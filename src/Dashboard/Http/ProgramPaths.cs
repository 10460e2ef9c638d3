using Microsoft.AspNetCore.Routing.Patterns;

namespace Dashboard.Http;

/// <summary>The addresses that programs call. What goes wrong there is told as a problem document, never as a page and never as a way to the sign-in.</summary>
static class ProgramPaths
{
    static readonly PathString[] Roots =
    [
        "/api", "/v1", "/forward-auth", "/forward-auth-nginx", "/oauth/token", "/oauth/introspect", "/.well-known", "/openapi", "/healthz",
    ];

    /// <summary>Whether programs call <paramref name="path"/>.</summary>
    public static bool Has(PathString path) => Array.Exists(Roots, root => path.StartsWithSegments(root, StringComparison.OrdinalIgnoreCase));

    /// <summary>A page whose address begins with a parameter, such as an organization's, would be found here as well.</summary>
    public static bool IsPage(Endpoint? endpoint) =>
        endpoint is RouteEndpoint { RoutePattern.PathSegments: [var first, ..] } && first.Parts is not [RoutePatternLiteralPart];
}
