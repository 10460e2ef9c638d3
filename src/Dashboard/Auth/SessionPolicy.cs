using Dashboard.Api;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Verification;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace Dashboard.Auth;

/// <summary>The policy of endpoints under <c>/api</c> that require a browser session. See <see cref="MemberPolicy"/> for those that the
/// command-line client may call too. API keys are never accepted.</summary>
static class SessionPolicy
{
    public const string Name = "Session";

    static readonly Error RequiresSession = Error.Forbidden(
        "An access token can't change projects, members, settings or sign-in. Sign in with a browser.");

    /// <summary>Registers this policy and <see cref="MemberPolicy"/>.</summary>
    public static IServiceCollection AddApiPolicies(this IServiceCollection services)
    {
        services.AddAuthorizationBuilder().AddPolicy(Name, Build).AddPolicy(MemberPolicy.Name, MemberPolicy.Build)
            .SetDefaultPolicy(
                new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(new SecondFactorRequirement()).Build());
        return services.AddSingleton<IAuthorizationMiddlewareResultHandler, ResultHandler>();
    }

    static void Build(AuthorizationPolicyBuilder policy) =>
        policy.RequireAuthenticatedUser().RequireClaim(CurrentActor.SessionClaim).AddRequirements(new SecondFactorRequirement());

    /// <summary>Returns the caller of an endpoint that this policy or <see cref="MemberPolicy"/> guards.</summary>
    public static Actor Caller(this HttpContext http) =>
        http.User.ToActor(http.ClientAddress()) ?? throw new InvalidOperationException("This endpoint does not require a session.");

    /// <summary>Responds to API requests with a problem document, where pages would redirect to the sign-in.</summary>
    public sealed class ResultHandler : IAuthorizationMiddlewareResultHandler
    {
        readonly AuthorizationMiddlewareResultHandler forPages = new();

        public Task HandleAsync(
            RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
            authorizeResult.Succeeded || !ApiPaths.Has(context.Request.Path)
                ? forPages.HandleAsync(next, context, policy, authorizeResult)
                : RefuseAsync(context);

        static Task RefuseAsync(HttpContext http)
        {
            if (http.User.ToActor(http.ClientAddress()) is { } actor)
            {
                var forbidden = Error.Forbidden("Your role does not allow this.");
                if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
                {
                    http.RequestServices.GetRequiredService<RefusalLedger>().NoteChange(actor, forbidden);
                }

                if (SecondFactorRequirement.IsLacking(http.User))
                {
                    return Problems.WriteAsync(http, SecondFactors.Missing(http.RequestServices.GetRequiredService<PublicUrl>().Of(http)));
                }

                return Problems.WriteAsync(http, actor.Token is null ? forbidden : RequiresSession);
            }

            var refusal = http.Features.Get<AccessTokenScheme.Refusal>();
            var sentence = refusal?.Code.ToSentence();
            return refusal?.Code switch
            {
                RefusalCode.VerificationUnavailable => Problems.WriteAsync(http, new Error(ErrorCode.Unavailable, sentence!)),
                RefusalCode.RateLimited => Problems.WriteAsync(
                    http, new Error(ErrorCode.RateLimited, sentence!, RetryAfter: refusal.RetryAfter)),
                _ => Problems.WriteAsync(
                    http, sentence is null ? Error.SessionRequired : Error.SessionRequired with { Detail = sentence },
                    MemberPolicy.Guards(http.GetEndpoint())
                        ? BearerChallenge.Of(http, refusal?.Code ?? RefusalCode.MissingCredential)
                        : null),
            };
        }
    }
}

/// <summary>The policy of endpoints that the command-line client may call too: they accept a browser session, or an access token with the
/// scope <c>api</c> issued to <c>latchkey-cli</c> (<see cref="AccessTokenScheme"/>).</summary>
static class MemberPolicy
{
    public const string Name = "Member";

    public static void Build(AuthorizationPolicyBuilder policy) => policy.RequireAuthenticatedUser().RequireAssertion(
        context => context.User.HasClaim(claim => claim.Type is CurrentActor.SessionClaim or CurrentActor.TokenClaim))
        .AddRequirements(new SecondFactorRequirement());

    /// <summary>Returns whether this policy guards an endpoint.</summary>
    public static bool Guards(Endpoint? endpoint) =>
        endpoint?.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy == Name) == true;
}
