using Dashboard.Core.Credentials;
using Dashboard.Core.Tokens;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>The credential must have a permission.</summary>
/// <param name="Permission">The permission, such as <c>read</c>.</param>
public sealed record PermissionRequirement(string Permission) : IAuthorizationRequirement;

/// <summary>The credential must reach the resource that the request is about.</summary>
/// <param name="Kind">The resource's kind, such as <c>workflow</c>.</param>
/// <param name="RouteParameter">The route's parameter that holds its id. A route without it is about no resource, and nobody is let through.</param>
public sealed record ResourceRequirement(string Kind, string RouteParameter = "id") : IAuthorizationRequirement
{
    /// <summary><c>kind:id</c> as the request names it; an empty text, which nobody reaches, where its route has no such parameter.</summary>
    internal string NameIn(HttpContext http) => http.GetRouteValue(RouteParameter)?.ToString() is { Length: > 0 } id ? $"{Kind}:{id}" : "";
}

/// <summary>Judges both requirements in the order of section 3, whatever order they stand in: scope before permission. The scheme has judged those of the endpoint's own policies
/// already; this is for several of a kind, and for policies that an API asks about by itself.</summary>
sealed class LatchkeyAuthorization(IHttpContextAccessor accessor) : IAuthorizationHandler
{
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (context.User.FindLatchkey() is not { } principal)
        {
            return Task.CompletedTask; // nothing is met: the scheme challenges, or the user came by another one
        }

        RefusalCode? first = null;
        var kind = context.Requirements.OfType<ResourceRequirement>().FirstOrDefault()?.Kind;
        foreach (var requirement in context.PendingRequirements.ToList())
        {
            var failed = requirement switch
            {
                ResourceRequirement resource => Reaches(principal, resource) ? (RefusalCode?)null : RefusalCode.ResourceOutOfScope,
                PermissionRequirement permission => TokenPermissions.May(principal.Permissions, permission.Permission, kind) ? null : RefusalCode.InsufficientPermissions,
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
        && (principal.Scope is { } scope ? scope.Contains(name, StringComparer.Ordinal) : TokenPermissions.Reach(principal.Permissions, requirement.Kind));
}
