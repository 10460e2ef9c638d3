using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Dashboard.Core.Verification.Authentication;

/// <summary>The credential must have a permission.</summary>
/// <param name="Permission">The permission, such as <c>read</c>.</param>
public sealed record PermissionRequirement(string Permission) : IAuthorizationRequirement;

/// <summary>The credential must reach the resource that the request is about.</summary>
/// <param name="Kind">The resource's kind, such as <c>workflow</c>.</param>
/// <param name="RouteParameter">The route's parameter that holds its id. A route without it is about no resource, and nobody is let through.</param>
public sealed record ResourceRequirement(string Kind, string RouteParameter = "id") : IAuthorizationRequirement;

/// <summary>Judges both requirements in the order of section 3, whatever order they stand in: scope before permission.</summary>
sealed class LatchkeyAuthorization(IHttpContextAccessor accessor) : IAuthorizationHandler
{
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (context.User.FindLatchkey() is not { } principal)
        {
            return Task.CompletedTask; // nothing is met: the scheme challenges, or the user came by another one
        }

        RefusalCode? first = null;
        foreach (var requirement in context.PendingRequirements.ToList())
        {
            var failed = requirement switch
            {
                ResourceRequirement resource => Reaches(principal, resource) ? (RefusalCode?)null : RefusalCode.ResourceOutOfScope,
                PermissionRequirement permission => principal.Permissions.Contains(permission.Permission, StringComparer.Ordinal) ? null : RefusalCode.InsufficientPermissions,
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
        accessor.HttpContext?.GetRouteValue(requirement.RouteParameter)?.ToString() is { Length: > 0 } id
        && (principal.Scope is not { } scope || scope.Contains($"{requirement.Kind}:{id}", StringComparer.Ordinal));
}
