using System.Globalization;
using System.Text.Json.Serialization;
using Dashboard.Api;
using Dashboard.Auth;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Tokens;
using Dashboard.Core.Verification;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dashboard.Verification;

/// <summary><c>/api/v1/keys/verify</c>: verifies keys for APIs in any language.</summary>
static class VerifyEndpoint
{
    /// <summary>Maps the endpoint. It authenticates the caller by its own credential and ignores sessions, so it skips all middleware after
    /// routing.</summary>
    public static void MapVerify(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v1/keys").AllowAnonymous().AsApi().WithTags("Verification")
        .MapPost("/verify", AnswerAsync)
        .WithName("verifyKey").WithSummary(
            "Verify a key. The caller must be a service account of the key's organization with the permission verify.")
        .AnswersWithOptional<VerificationAnswer>(
            200, "The verdict: valid, or the code of the first rule that refuses the key.",
            "Retry-After", "How many seconds to wait; only with rate_limited.")
        .WithMetadata(new PresentedCredentialMetadata(), new InputMetadata(typeof(VerifyRequest), IsBody: true))
        .Refuses(
            RefusalCode.MissingCredential, RefusalCode.MalformedKey, RefusalCode.InvalidKey, RefusalCode.RevokedKey,
            RefusalCode.InactiveKey, RefusalCode.ExpiredKey,
            RefusalCode.TokenExpired, RefusalCode.InvalidToken, RefusalCode.IpNotAllowed, RefusalCode.InsufficientPermissions,
            RefusalCode.RateLimited, RefusalCode.VerificationUnavailable)
        .ShortCircuit();

    /// <summary>Reads the body before it authenticates the caller, but reports body errors only to authenticated callers.</summary>
    static async Task<IResult> AnswerAsync(
        HttpContext http, KeyVerificationService verification, KeyOptions options, OAuthScopes scopes, CancellationToken cancellationToken)
    {
        var caller = CredentialReader.Read(http.Request.Headers, options.AcceptBearer);
        var body = await JsonBody.ReadAsync<VerifyRequest>(http);
        var outcome = await verification.AskAsync(
            caller, http.ToCallerContext(), body.Error is { } unreadable ? unreadable : body.Value.ToQuestion(), cancellationToken);
        return outcome switch
        {
            { Refused: { } refused } => new RefusalResult(
                refused.Refusal!.Value, refused.RetryAfter, scopes.Needed(PermissionCatalog.Verify, null)),
            { Error: { } fault } => fault.ToResult(),
            { Answer: { Verdict.Principal: { } principal } answer } =>
                TypedResults.Ok(new VerifiedAnswer(principal, RuleAnswer.Of(answer.Rules))),
            { Answer: { } answer } => Refuse(http, answer),
            _ => throw new InvalidOperationException("The verification returned no result."),
        };
    }

    static Ok<NotValidAnswer> Refuse(HttpContext http, VerifyKeyAnswer answer)
    {
        var (verdict, wait) = (answer.Verdict, answer.Verdict.RetryAfter is { } time ? ProblemDocument.Seconds(time) : (long?)null);
        if (wait is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return TypedResults.Ok(
            new NotValidAnswer(false, verdict.Refusal!.Value.ToWireName(), wait, verdict.KeyId, RuleAnswer.Of(answer.Rules)));
    }

    sealed record VerifyRequest(
        [Field("The full key, as presented.", Example = "\"nk_live_Ab12CdEf_ABCDEFGHIJKLMNOPQRSTUVWXYZ2x1xjH\"")] string Key,
        [Field("The required environment. Defaults to that of the caller's key.")] KeyEnvironment? Environment = null,
        [Field("The required project, as organization/project.", Example = "\"acme/orders\"")] string? Project = null,
        [Field("The required resource, as kind:id. It need not be registered.", Example = "\"workflow:order-intake\"")]
        string? Resource = null,
        [Field("The required permission.", Example = "\"read\"")] string? Permission = null,
        [Field(
            "The IP address of the client that presented the key. If omitted, keys with an IP allow-list are refused.",
            Example = "\"203.0.113.7\"")]
        string? ClientIp = null,
        [Field(
            "Whether to return the verdict of each rule. The request is then a dry run: it takes nothing from a limit and is not counted " +
            "as a use.")]
        bool Explain = false)
    {
        public VerifyKeyRequest ToQuestion() => new(Key, Environment, Project, Resource, Permission, ClientIp, Explain);

        /// <summary>Omits the key.</summary>
        public override string ToString() => nameof(VerifyRequest);
    }

    [Merged(typeof(VerifiedAnswer), typeof(NotValidAnswer))]
    abstract class VerificationAnswer
    {
        [Field("Whether the key is valid for the request. If not, the answer contains only the code and its details.", Example = "true")]
        public abstract bool Valid { get; }

        [Field(
            "valid, or the reason for the refusal.",
            Words =
            [
                "valid", "malformed_key", "invalid_key", "revoked_key", "inactive_key", "expired_key", "wrong_environment",
                "ip_not_allowed", "wrong_project", "resource_out_of_scope", "insufficient_permissions", "rate_limited",
            ])]
        public abstract string Code { get; }

        [Field("The key's public identifier; omitted unless the full key was sent.", Example = "\"Ab12CdEf\"")]
        public abstract string KeyId { get; }
    }

    sealed class VerifiedAnswer : PrincipalAnswer
    {
        internal VerifiedAnswer(Principal principal, IReadOnlyList<RuleAnswer>? rules)
            : base(principal) => Rules = rules;

        [Field("The rules in order with their verdicts, if explain is set.", Example = RuleAnswer.Example)]
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<RuleAnswer>? Rules { get; init; }
    }

    sealed record NotValidAnswer(
        [Field("Always false.", Example = "false")] bool Valid,
        [Field(
            "The reason for the refusal.",
            Words =
            [
                "malformed_key", "invalid_key", "revoked_key", "inactive_key", "expired_key", "wrong_environment", "ip_not_allowed",
                "wrong_project", "resource_out_of_scope", "insufficient_permissions", "rate_limited",
            ])]
        string Code,
        [Field("How many seconds to wait; only with rate_limited.", Example = "12", Min = 1)]
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        long? RetryAfter = null,
        [Field("The key's public identifier, if the full key was sent.", Example = "\"Ab12CdEf\"")]
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        string? KeyId = null,
        [Field("The rules in order with their verdicts, if explain is set.", Example = RuleAnswer.Example)]
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        IReadOnlyList<RuleAnswer>? Rules = null);

    sealed record RuleAnswer(
        [Field("The rule: shape, known, state, environment, address, project, resource, permission or rate.", Example = "\"state\"")]
        string Rule,
        [Field("passed, the refusal code, or not_tried.", Example = "\"passed\"")] string Verdict)
    {
        public const string Example = """[{"rule": "state", "verdict": "passed"}]""";

        public static List<RuleAnswer>? Of(IReadOnlyList<RuleVerdict>? rules) =>
            rules?.Select(rule => new RuleAnswer(rule.Rule, rule.Verdict)).ToList();
    }
}
