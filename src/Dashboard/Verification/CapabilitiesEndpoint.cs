using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Verification;

namespace Dashboard.Verification;

/// <summary><c>/v1/capabilities</c>: describes the presented credential.</summary>
static class CapabilitiesEndpoint
{
    /// <summary>Maps the endpoint. It verifies the presented credential itself and ignores sessions, so it skips all middleware after
    /// routing.</summary>
    public static void MapCapabilities(this IEndpointRouteBuilder app)
    {
        var verification = app.MapGroup("/v1").AllowAnonymous().AsApi().WithTags("Verification");
        verification.MapRead("/capabilities", AnswerAsync)
            .WithName("getCapabilities").WithSummary("Get the identity and permissions of the presented credential.")
            .Answers<PrincipalAnswer>(200, "The credential is valid.")
            .WithMetadata(new PresentedCredentialMetadata())
            .Refuses(
                RefusalCode.MissingCredential, RefusalCode.MalformedKey, RefusalCode.InvalidKey, RefusalCode.RevokedKey,
                RefusalCode.InactiveKey,
                RefusalCode.ExpiredKey, RefusalCode.WrongEnvironment, RefusalCode.TokenExpired, RefusalCode.InvalidToken,
                RefusalCode.IpNotAllowed, RefusalCode.RateLimited,
                RefusalCode.VerificationUnavailable)
            .ShortCircuit();
    }

    static async Task<IResult> AnswerAsync(
        HttpContext http, Verifier verifier, KeyOptions options, EnvironmentHosts environments, QueryTokens queries,
        CancellationToken cancellationToken)
    {
        var credential = queries.Or(
            CredentialReader.Read(http.Request.Headers, options.AcceptBearer), http.Request.Path, http.Request.QueryString.Value);
        var requirement = new AccessRequirement(environments.Of(http.Request.Host, http.Request.Scheme));
        var verdict = await verifier.VerifyAsync(credential, requirement, http.ToCallerContext(), cancellationToken);
        return verdict.Principal is { } principal
            ? TypedResults.Ok(new PrincipalAnswer(principal))
            : new RefusalResult(verdict.Refusal!.Value, verdict.RetryAfter);
    }
}
