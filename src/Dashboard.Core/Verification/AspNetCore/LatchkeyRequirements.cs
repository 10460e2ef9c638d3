using Dashboard.Core.Credentials;
using Dashboard.Core.Tokens;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>Requires a permission.</summary>
/// <param name="Permission">The permission, such as <c>read</c>.</param>
public sealed record PermissionRequirement(string Permission) : IAuthorizationRequirement;

/// <summary>Requires access to the requested resource.</summary>
/// <param name="Kind">The kind of the resource, such as <c>workflow</c>.</param>
/// <param name="RouteParameter">The route parameter with the id of the resource. On a route without it, every request is refused.</param>
public sealed record ResourceRequirement(string Kind, string RouteParameter = "id") : IAuthorizationRequirement
{
    /// <summary>Returns <c>kind:id</c> from the request. If the route has no such parameter, returns an empty string, which no key has
    /// access to.</summary>
    internal string NameIn(HttpContext http) => http.GetRouteValue(RouteParameter)?.ToString() is { Length: > 0 } id ? $"{Kind}:{id}" : "";
}

/// <summary>Checks both requirements in a fixed order: resource before permission. The scheme has already checked those of the endpoint's
/// own policies. This handler is for several requirements of one kind, and for policies that an API evaluates itself.</summary>
sealed class LatchkeyAuthorization(IHttpContextAccessor accessor) : IAuthorizationHandler
{
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (context.User.FindLatchkey() is not { } principal)
        {
            return Task.CompletedTask; // the scheme challenges, or the user was authenticated by another one
        }

        RefusalCode? first = null;
        var kind = context.Requirements.OfType<ResourceRequirement>().FirstOrDefault()?.Kind;
        foreach (var requirement in context.PendingRequirements.ToList())
        {
            var failed = requirement switch
            {
                ResourceRequirement resource => Reaches(principal, resource) ? (RefusalCode?)null : RefusalCode.ResourceOutOfScope,
                PermissionRequirement permission =>
                    TokenPermissions.May(principal.Permissions, permission.Permission, kind) ? null : RefusalCode.InsufficientPermissions,
                _ => null,
            };
            if (requirement is ResourceRequirement or PermissionRequirement && failed is null)
            {
                context.Succeed(requirement);
            }

            first = failed is { } code && (first is null || code < first) ? code : first;
        }

        if (first is { } refusal)
        {
            accessor.HttpContext?.Features.Set(new LatchkeyRefusal(Verdict.Refused(refusal, principal.KeyId)));
        }

        return Task.CompletedTask;
    }

    bool Reaches(Principal principal, ResourceRequirement requirement) =>
        accessor.HttpContext is { } http && requirement.NameIn(http) is { Length: > 0 } name
        && (principal.Scope is { } scope ? scope.Contains(name, StringComparer.Ordinal)
            : TokenPermissions.Reach(principal.Permissions, requirement.Kind));
}
