using Dashboard.Core.Keys;
using Dashboard.Core.Verification;
using Dashboard.Http;
using Dashboard.Http.OpenApi;
using Dashboard.Keys;

namespace Dashboard.Verification;

/// <summary><c>/v1/capabilities</c>: the developer's "who am I".</summary>
static class CapabilitiesEndpoint
{
    /// <summary>Maps it. The credential that a request carries is the whole question; sessions play no part, so nothing but routing stands before the answer.</summary>
    public static void MapCapabilities(this IEndpointRouteBuilder app)
    {
        var verification = app.MapGroup("/v1").AllowAnonymous().ForPrograms().WithTags("Verification");
        verification.MapRead("/capabilities", AnswerAsync)
            .WithName("getCapabilities").WithSummary("What the presented credential is, and what it may do.")
            .Answers<CapabilitiesAnswer>(200, "The credential is good.")
            .WithMetadata(new PresentedCredentialMetadata())
            .Refuses(
                RefusalCode.MissingCredential, RefusalCode.MalformedKey, RefusalCode.InvalidKey, RefusalCode.RevokedKey, RefusalCode.InactiveKey,
                RefusalCode.ExpiredKey, RefusalCode.WrongEnvironment, RefusalCode.InvalidToken, RefusalCode.VerificationUnavailable)
            .ShortCircuit();
    }

    static async Task<IResult> AnswerAsync(
        HttpContext http, Verifier verifier, KeyOptions options, EnvironmentHosts environments, CancellationToken cancellationToken)
    {
        var credential = CredentialReader.Read(http.Request.Headers, options.AcceptBearer);
        var demand = new Demand(environments.Of(http.Request.Host));
        var facts = new RequestFacts(http.Connection.RemoteIpAddress, http.Request.Method, http.Request.Path, http.Request.Headers.UserAgent.ToString());
        var verdict = await verifier.VerifyAsync(credential, demand, facts, cancellationToken);
        return verdict.Principal is { } principal ? TypedResults.Ok(CapabilitiesAnswer.Of(principal)) : new RefusalResult(verdict.Refusal!.Value);
    }

    sealed record CapabilitiesAnswer(
        [Field("Always true: a credential that is not good is refused.", Example = "true")] bool Valid,
        [Field("Always valid.", Words = ["valid"])] string Code,
        [Field("The key's public identifier.", Example = "\"Ab12CdEf\"")] string KeyId,
        [Field("The organization's slug.", Example = "\"acme\"")] string Organization,
        [Field("The project, as organization/project.", Example = "\"acme/orders\"")] string Project,
        [Field("The environment it is bound to.")] KeyEnvironment Environment,
        [Field("Who owns it.")] PartyAnswer Owner,
        [Field("What it may do.", Example = "[\"read\", \"execute\"]")] IReadOnlyList<string> Permissions,
        [Field("The resources it reaches: \"all\" of its project, or a list of kind:id.")] ScopeAnswer Scope,
        [Field("From when on it is refused; null for never.", Example = "\"2027-01-31T00:00:00.000Z\"")] DateTimeOffset? ExpiresAt)
    {
        public static CapabilitiesAnswer Of(Principal principal) => new(
            true, "valid", principal.KeyId, principal.Organization, principal.Project, principal.Environment, new(principal.Owner), principal.Permissions,
            new(principal.Scope), principal.ExpiresAt);
    }
}
