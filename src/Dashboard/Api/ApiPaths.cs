using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Routing.Template;

namespace Dashboard.Api;

/// <summary>The addresses that programs call. What goes wrong there is told as a problem document, never as a page and never as a way to the sign-in.</summary>
static class ApiPaths
{
    static readonly PathString[] Roots =
    [
        "/api", "/v1", "/forward-auth", "/forward-auth-nginx", "/oauth/token", "/oauth/introspect", "/oauth/device/authorize", "/oauth/register", "/.well-known", "/openapi", "/healthz",
    ];

    /// <summary>Whether programs call <paramref name="path"/>.</summary>
    public static bool Has(PathString path) => Array.Exists(Roots, root => path.StartsWithSegments(root, StringComparison.OrdinalIgnoreCase));

    /// <summary>A page whose address begins with a parameter, such as an organization's, would be found here as well.</summary>
    public static bool IsPage(Endpoint? endpoint) =>
        endpoint is RouteEndpoint { RoutePattern.PathSegments: [var first, ..] } && first.Parts is not [RoutePatternLiteralPart];
}

/// <summary>Which methods an address takes. Routing knows it too, but counts in the pages and files whose address could be anything.</summary>
sealed class ApiMethods(EndpointDataSource endpoints)
{
    readonly Lazy<List<(TemplateMatcher Matcher, IReadOnlyList<string> Methods)>> routes = new(() =>
    [
        .. from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
           where !ApiPaths.IsPage(endpoint) && endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is not null
           select (new TemplateMatcher(new(endpoint.RoutePattern), []), endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods),
    ]);

    /// <summary>The methods that <paramref name="path"/> takes; none where nothing is.</summary>
    public IReadOnlyList<string> At(PathString path) =>
        [.. routes.Value.Where(route => route.Matcher.TryMatch(path, [])).SelectMany(route => route.Methods).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
