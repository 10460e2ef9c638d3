using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using RouteData = Microsoft.AspNetCore.Components.RouteData;

namespace Dashboard.Auth;

/// <summary>Marks a page or endpoint that is open to a member who lacks the second factor that an organization of theirs
/// requires.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OpenWithoutSecondFactorAttribute : Attribute;

/// <summary>Keeps a member who lacks the second factor that an organization of theirs requires from everything but setting one up. Part of
/// each policy.</summary>
sealed class SecondFactorRequirement : AuthorizationHandler<SecondFactorRequirement>, IAuthorizationRequirement
{
    /// <summary>The page where a second factor is set up.</summary>
    public const string SetUpPath = "/account/security";

    const string Claim = "lacks_second_factor";

    /// <summary>The claims of a member.</summary>
    public static IEnumerable<Claim> ClaimsOf(bool lacksSecondFactor) => lacksSecondFactor ? [new Claim(Claim, "true")] : [];

    /// <summary>Returns whether a member lacks the second factor.</summary>
    public static bool IsLacking(ClaimsPrincipal user) => user.HasClaim(claim => claim.Type == Claim);

    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, SecondFactorRequirement requirement)
    {
        if (!IsLacking(context.User) || IsOpen(context.Resource))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }

    /// <summary>A request has its endpoint; a page that is opened within a circuit has its route.</summary>
    static bool IsOpen(object? resource) => resource switch
    {
        HttpContext http => http.GetEndpoint()?.Metadata.GetMetadata<OpenWithoutSecondFactorAttribute>() is not null,
        RouteData route => route.PageType.IsDefined(typeof(OpenWithoutSecondFactorAttribute), inherit: false),
        _ => false,
    };
}
