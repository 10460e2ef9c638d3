using System.Text.Json.Serialization;
using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Verification;

namespace Dashboard.Verification;

/// <summary><c>/api/v1/keys/verify</c>: APIs in any language ask whether a key is good.</summary>
static class VerifyEndpoint
{
    /// <summary>Maps it. The caller shows itself by its key; sessions play no part, so nothing but routing stands before the answer.</summary>
    public static void MapVerify(this IEndpointRouteBuilder app) => app.MapGroup("/api/v1/keys").AllowAnonymous().AsApi().WithTags("Verification")
        .MapPost("/verify", AnswerAsync)
        .WithName("verifyKey").WithSummary("Whether a key is good for what is asked. The caller is a service account of its organization with the permission verify.")
        .Answers<VerifyAnswer>(200, "The answer: valid, or the code of the first rule that refuses the key.")
        .WithMetadata(new PresentedCredentialMetadata(), new InputMetadata(typeof(VerifyRequest), IsBody: true))
        .Refuses(
            RefusalCode.MissingCredential, RefusalCode.MalformedKey, RefusalCode.InvalidKey, RefusalCode.RevokedKey, RefusalCode.InactiveKey, RefusalCode.ExpiredKey,
            RefusalCode.TokenExpired, RefusalCode.InvalidToken, RefusalCode.IpNotAllowed, RefusalCode.InsufficientPermissions, RefusalCode.RateLimited, RefusalCode.VerificationUnavailable)
        .ShortCircuit();

    /// <summary>The body is read first, but it counts last: who may not ask hears nothing of it.</summary>
    static async Task<IResult> AnswerAsync(HttpContext http, KeyVerificationService questions, KeyOptions options, CancellationToken cancellationToken)
    {
        var caller = CredentialReader.Read(http.Request.Headers, options.AcceptBearer);
        var body = await JsonBody.ReadAsync<VerifyRequest>(http);
        var outcome = await questions.AskAsync(caller, http.ToCallerContext(), body.Error is { } unreadable ? unreadable : body.Value.ToQuestion(), cancellationToken);
        return outcome switch
        {
            { Refused: { } refused } => new RefusalResult(refused.Refusal!.Value, refused.RetryAfter),
            { Error: { } fault } => fault.ToResult(),
            { Answer: { Verdict.Principal: { } principal } answer } => TypedResults.Ok(new VerifiedAnswer(principal, RuleAnswer.Of(answer.Rules))),
            { Answer: { } answer } => TypedResults.Ok(new NotValidAnswer(false, answer.Verdict.Refusal!.Value.ToWireName(), answer.Verdict.KeyId, RuleAnswer.Of(answer.Rules))),
            _ => throw new InvalidOperationException("There is no answer."),
        };
    }

    sealed record VerifyRequest(
        [Field("The whole key, as it was presented.", Example = "\"nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH\"")] string Key,
        [Field("The environment that it has to be bound to. Left out: that of the key that asks.")] KeyEnvironment? Environment = null,
        [Field("The project that it has to be of, as organization/project.", Example = "\"acme/orders\"")] string? Project = null,
        [Field("The resource that it has to reach, as kind:id; it need not be registered.", Example = "\"workflow:order-intake\"")] string? Resource = null,
        [Field("The permission that it has to have.", Example = "\"read\"")] string? Permission = null,
        [Field("The address of the client that presented it. Left out: a key with an allow-list is refused.", Example = "\"203.0.113.7\"")] string? ClientIp = null,
        [Field("Whether each rule's verdict is wanted.")] bool Explain = false)
    {
        public VerifyKeyRequest ToQuestion() => new(Key, Environment, Project, Resource, Permission, ClientIp, Explain);

        /// <summary>Prints nothing of the key.</summary>
        public override string ToString() => nameof(VerifyRequest);
    }

    [OneOf(typeof(VerifiedAnswer), typeof(NotValidAnswer))]
    abstract class VerifyAnswer;

    sealed class VerifiedAnswer : PrincipalAnswer
    {
        internal VerifiedAnswer(Principal principal, IReadOnlyList<RuleAnswer>? rules)
            : base(principal) => Rules = rules;

        [Field("Each rule in order with its verdict, where an explanation was asked for.", Example = RuleAnswer.Example)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<RuleAnswer>? Rules { get; init; }
    }

    sealed record NotValidAnswer(
        [Field("Always false.", Example = "false")] bool Valid,
        [Field(
            "Why it is refused.",
            Words =
            [
                "malformed_key", "invalid_key", "revoked_key", "inactive_key", "expired_key", "wrong_environment", "ip_not_allowed", "wrong_project",
                "resource_out_of_scope", "insufficient_permissions", "rate_limited",
            ])]
        string Code,
        [Field("The key's public identifier, where the whole key was sent.", Example = "\"Ab12CdEf\"")]
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? KeyId = null,
        [Field("Each rule in order with its verdict, where an explanation was asked for.", Example = RuleAnswer.Example)]
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        IReadOnlyList<RuleAnswer>? Rules = null);

    sealed record RuleAnswer(
        [Field("The rule: shape, known, state, environment, address, project, resource, permission or rate.", Example = "\"state\"")] string Rule,
        [Field("passed, the code that it refuses with, or not_tried.", Example = "\"passed\"")] string Verdict)
    {
        public const string Example = """[{"rule": "state", "verdict": "passed"}]""";

        public static List<RuleAnswer>? Of(IReadOnlyList<RuleVerdict>? rules) => rules?.Select(rule => new RuleAnswer(rule.Rule, rule.Verdict)).ToList();
    }
}
