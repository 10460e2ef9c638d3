using Dashboard.Account;
using Dashboard.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Http;

/// <summary>Who may call <c>/api</c>: a browser session, told by its cookie and by nothing else. An API key opens nothing there.</summary>
static class SessionPolicy
{
    /// <summary>The policy's name.</summary>
    public const string Name = "Session";

    public static void Build(AuthorizationPolicyBuilder policy) => policy
        .AddAuthenticationSchemes(IdentityConstants.ApplicationScheme).RequireAuthenticatedUser().RequireClaim(CurrentActor.SessionClaim);

    /// <summary>Who calls an endpoint that this policy guards, and from where.</summary>
    public static Actor Caller(this HttpContext http) =>
        http.User.ToActor(http.ClientAddress()) ?? throw new InvalidOperationException("This endpoint does not ask for a session.");

    /// <summary>Tells programs with a problem document what would send a person to the sign-in.</summary>
    public sealed class ResultHandler : IAuthorizationMiddlewareResultHandler
    {
        readonly AuthorizationMiddlewareResultHandler forPeople = new();

        public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
            authorizeResult.Succeeded || !ProgramPaths.Has(context.Request.Path)
                ? forPeople.HandleAsync(next, context, policy, authorizeResult)
                : Problems.WriteAsync(context, authorizeResult.Challenged || context.User.ToActor(null) is null ? Fault.SessionRequired : Fault.Forbidden("Your role does not allow this."));
    }
}
