using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Verification;

namespace Dashboard.Verification;

/// <summary><c>/v1/capabilities</c>: the developer's "who am I".</summary>
static class CapabilitiesEndpoint
{
    /// <summary>Maps it. The credential that a request carries is the whole question; sessions play no part, so nothing but routing stands before the answer.</summary>
    public static void MapCapabilities(this IEndpointRouteBuilder app)
    {
        var verification = app.MapGroup("/v1").AllowAnonymous().AsApi().WithTags("Verification");
        verification.MapRead("/capabilities", AnswerAsync)
            .WithName("getCapabilities").WithSummary("What the presented credential is, and what it may do.")
            .Answers<PrincipalAnswer>(200, "The credential is good.")
            .WithMetadata(new PresentedCredentialMetadata())
            .Refuses(
                RefusalCode.MissingCredential, RefusalCode.MalformedKey, RefusalCode.InvalidKey, RefusalCode.RevokedKey, RefusalCode.InactiveKey,
                RefusalCode.ExpiredKey, RefusalCode.WrongEnvironment, RefusalCode.TokenExpired, RefusalCode.InvalidToken, RefusalCode.IpNotAllowed, RefusalCode.RateLimited,
                RefusalCode.VerificationUnavailable)
            .ShortCircuit();
    }

    static async Task<IResult> AnswerAsync(
        HttpContext http, Verifier verifier, KeyOptions options, EnvironmentHosts environments, QueryTokens queries, CancellationToken cancellationToken)
    {
        var credential = queries.Or(CredentialReader.Read(http.Request.Headers, options.AcceptBearer), http.Request.Path, http.Request.QueryString.Value);
        var requirement = new AccessRequirement(environments.Of(http.Request.Host));
        var verdict = await verifier.VerifyAsync(credential, requirement, http.ToCallerContext(), cancellationToken);
        return verdict.Principal is { } principal ? TypedResults.Ok(new PrincipalAnswer(principal)) : new RefusalResult(verdict.Refusal!.Value, verdict.RetryAfter);
    }
}
