using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Routing.Template;

namespace Dashboard.Api;

/// <summary>The paths that programs call. Errors there are problem documents, never pages or redirects to the sign-in.</summary>
static class ApiPaths
{
    static readonly PathString[] Roots =
    [
        "/api", "/v1", "/forward-auth", "/forward-auth-nginx", "/oauth/token", "/oauth/introspect", "/oauth/device/authorize",
        "/oauth/register", "/.well-known", "/openapi", "/healthz",
    ];

    /// <summary>Returns whether <paramref name="path"/> is an API path.</summary>
    public static bool Has(PathString path) =>
        Array.Exists(Roots, root => path.StartsWithSegments(root, StringComparison.OrdinalIgnoreCase));

    /// <summary>Returns whether an endpoint is a page whose route begins with a parameter, such as an organization.</summary>
    public static bool IsPage(Endpoint? endpoint) =>
        endpoint is RouteEndpoint { RoutePattern.PathSegments: [var first, ..] } && first.Parts is not [RoutePatternLiteralPart];
}

/// <summary>Finds the HTTP methods that a path allows. Routing's own answer includes pages and files whose route matches any
/// path.</summary>
sealed class ApiMethods(EndpointDataSource endpoints)
{
    readonly Lazy<List<(TemplateMatcher Matcher, IReadOnlyList<string> Methods)>> routes = new(() =>
    [
        .. from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
           where !ApiPaths.IsPage(endpoint) && endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is not null
           select (new TemplateMatcher(new(endpoint.RoutePattern), []), endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods),
    ]);

    /// <summary>Returns the methods that <paramref name="path"/> allows; none if nothing is there.</summary>
    public IReadOnlyList<string> At(PathString path) =>
    [
        .. routes.Value.Where(route => route.Matcher.TryMatch(path, [])).SelectMany(route => route.Methods)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];
}
