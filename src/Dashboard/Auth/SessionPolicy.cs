using Dashboard.Api;
using Dashboard.Core.Verification;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Dashboard.Auth;

/// <summary>Who may call <c>/api</c>: a browser session, told by its cookie, and where <see cref="MemberPolicy"/> says so the command line. An API key opens nothing there.</summary>
static class SessionPolicy
{
    /// <summary>The policy's name.</summary>
    public const string Name = "Session";

    static readonly Error ForSessions = Error.Forbidden("An access token does not do this: it does not change projects, members, settings or sign-in. Sign in with a browser.");

    /// <summary>Registers this policy and <see cref="MemberPolicy"/>.</summary>
    public static IServiceCollection AddApiPolicies(this IServiceCollection services)
    {
        services.AddAuthorizationBuilder().AddPolicy(Name, Build).AddPolicy(MemberPolicy.Name, MemberPolicy.Build);
        return services.AddSingleton<IAuthorizationMiddlewareResultHandler, ResultHandler>();
    }

    static void Build(AuthorizationPolicyBuilder policy) => policy.RequireAuthenticatedUser().RequireClaim(CurrentActor.SessionClaim);

    /// <summary>Who calls an endpoint that this policy or <see cref="MemberPolicy"/> guards, and from where.</summary>
    public static Actor Caller(this HttpContext http) =>
        http.User.ToActor(http.ClientAddress()) ?? throw new InvalidOperationException("This endpoint does not ask for a session.");

    /// <summary>Tells programs with a problem document what would send a person to the sign-in.</summary>
    public sealed class ResultHandler : IAuthorizationMiddlewareResultHandler
    {
        readonly AuthorizationMiddlewareResultHandler forPeople = new();

        public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
            authorizeResult.Succeeded || !ApiPaths.Has(context.Request.Path)
                ? forPeople.HandleAsync(next, context, policy, authorizeResult)
                : RefuseAsync(context);

        static Task RefuseAsync(HttpContext http)
        {
            if (http.User.ToActor(null) is { } actor)
            {
                return Problems.WriteAsync(http, actor.Token is null ? Error.Forbidden("Your role does not allow this.") : ForSessions);
            }

            var refusal = http.Features.Get<AccessTokenScheme.Refusal>();
            return refusal?.Code switch
            {
                RefusalCode.VerificationUnavailable => Problems.WriteAsync(http, new Error(ErrorCode.Unavailable, RefusalCode.VerificationUnavailable.ToSentence())),
                RefusalCode.RateLimited => Problems.WriteAsync(http, new Error(ErrorCode.RateLimited, RefusalCode.RateLimited.ToSentence(), RetryAfter: refusal.RetryAfter)),
                _ => Problems.WriteAsync(
                    http, refusal is null ? Error.SessionRequired : Error.SessionRequired with { Detail = refusal.Code.ToSentence() },
                    MemberPolicy.Guards(http.GetEndpoint()) ? BearerChallenge.Of(http, refusal?.Code ?? RefusalCode.MissingCredential) : null),
            };
        }
    }
}

/// <summary>Who may call what the command line does too: a browser session, or an access token with the scope <c>api</c> that a member obtained through <c>latchkey-cli</c>
/// (<see cref="AccessTokenScheme"/>).</summary>
static class MemberPolicy
{
    /// <summary>The policy's name.</summary>
    public const string Name = "Member";

    public static void Build(AuthorizationPolicyBuilder policy) =>
        policy.RequireAuthenticatedUser().RequireAssertion(context => context.User.HasClaim(claim => claim.Type is CurrentActor.SessionClaim or CurrentActor.TokenClaim));

    /// <summary>Whether it guards an endpoint.</summary>
    public static bool Guards(Endpoint? endpoint) => endpoint?.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy == Name) == true;
}
