using System.Net;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;

namespace Dashboard.Core.Verification;

/// <summary>A request to verify a key that was presented to an API.</summary>
/// <param name="Key">The whole key as received.</param>
/// <param name="Environment">The environment that the key must have; null for that of the calling key.</param>
/// <param name="Project">The project that the key must belong to, as <c>organization/project</c>; null for any.</param>
/// <param name="Resource">The resource that the key must have access to, as <c>kind:id</c>, registered or not; null for none.</param>
/// <param name="Permission">The permission that the key must have; null for none.</param>
/// <param name="ClientIp">The address of the client that presented the key. If it is null, a key with an allow-list is refused.</param>
/// <param name="Explain">Whether to return the result of each rule. Such a request is a dry run: it takes nothing from a limit and is not
/// counted as a use.</param>
public sealed record VerifyKeyRequest(
    string Key,
    KeyEnvironment? Environment = null,
    string? Project = null,
    string? Resource = null,
    string? Permission = null,
    string? ClientIp = null,
    bool Explain = false)
{
    /// <summary>Omits the key.</summary>
    public override string ToString() => nameof(VerifyKeyRequest);
}

/// <summary>The result of a rule for a key.</summary>
/// <param name="Rule">The name of the rule.</param>
/// <param name="Verdict"><c>passed</c>, the <c>code</c> of a refusal, or <c>not_tried</c> if an earlier rule made it irrelevant.</param>
public sealed record RuleVerdict(string Rule, string Verdict);

/// <summary>The answer to a <see cref="VerifyKeyRequest"/>.</summary>
/// <param name="Verdict">Whether the key meets the requirements.</param>
/// <param name="Rules">The result of each rule in order, if requested; otherwise null.</param>
public sealed record VerifyKeyAnswer(Verdict Verdict, IReadOnlyList<RuleVerdict>? Rules);

/// <summary>The result of a verification request: an answer, or the reason why there is none.</summary>
/// <param name="Answer">The answer, or null.</param>
/// <param name="Refused">Why the caller's own credential is refused, or null.</param>
/// <param name="Error">What is wrong with the request, or null.</param>
public sealed record VerifyKeyResult(VerifyKeyAnswer? Answer, Verdict? Refused, Error? Error);

/// <summary>Verifies keys for APIs in any language. The caller is a service account of the key's organization with
/// <see cref="PermissionCatalog.Verify"/>. For any other caller the key does not exist.</summary>
public sealed class KeyVerificationService(Verifier verifier)
{
    const string Passed = "passed";
    const string NotTried = "not_tried";

    /// <summary>Verifies a key.</summary>
    /// <param name="caller">The credential of the caller.</param>
    /// <param name="callerFacts">What is known about the caller's request.</param>
    /// <param name="question">The verification request, or the error that prevented reading it.</param>
    /// <returns>The answer; or the refusal of the caller, which takes precedence, or an error by field. If the database is unavailable, the
    /// refusal is <see cref="RefusalCode.VerificationUnavailable"/>.</returns>
    public async ValueTask<VerifyKeyResult> AskAsync(
        PresentedCredential caller, CallerContext? callerFacts, Result<VerifyKeyRequest> question, CancellationToken cancellationToken)
    {
        var asking = await verifier.JudgeAsync(
            caller, new(Permission: PermissionCatalog.Verify), callerFacts, null, isDryRun: false, cancellationToken);
        if (asking.Verdict.Refusal is not null)
        {
            return new(null, asking.Verdict, null);
        }

        if ((question.Error ?? Check(question.Value)) is { } unreadable)
        {
            return new(null, null, unreadable);
        }

        var asked = question.Value;
        var requirement = new AccessRequirement(
            (asked.Environment ?? asking.Verdict.Principal!.Environment) switch
            {
                KeyEnvironment.Live => AcceptedEnvironments.Live,
                KeyEnvironment.Test => AcceptedEnvironments.Test,
                _ => AcceptedEnvironments.Both, // an access token has no environment
            },
            asked.Project, asked.Resource, asked.Permission);
        var presented = CredentialReader.ReadText(asked.Key.Trim('\r', '\n'));
        var client = AddressList.ParseClient(asked.ClientIp);
        // The client belongs to the API and may be a thousand people behind one address, so no limit is applied by it.
        var facts = new CallerContext(client, IsProxyAddress: true);
        var answered = await verifier.JudgeAsync(presented, requirement, facts, asking.OrganizationId, asked.Explain, cancellationToken);
        return answered.Verdict.Refusal == RefusalCode.VerificationUnavailable
            ? new(null, answered.Verdict, null)
            : new(new(answered.Verdict, asked.Explain ? Explain(answered, requirement, client) : null), null, null);
    }

    /// <summary>Validates a verification request. A name that no key can match is not an error, because no key does.</summary>
    static Error? Check(VerifyKeyRequest question)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (question.Project is not null && !ProjectPath.TryParse(question.Project, out _))
        {
            errors["project"] = "Use the format organization/project, such as acme/orders.";
        }

        if (question.Resource is { } resource
            && (resource.Split(':') is not [var kind, var id] || !PermissionCatalog.IsName(kind) || !Names.IsResourceId(id)))
        {
            errors["resource"] = "Use the format kind:id, such as workflow:order-intake.";
        }

        if (question.Permission is not null && !PermissionCatalog.IsName(question.Permission))
        {
            errors["permission"] = "Specify a single permission, such as read.";
        }

        if (question.ClientIp is not null && AddressList.ParseClient(question.ClientIp) is null)
        {
            errors["client_ip"] = "Use an IP address, such as 203.0.113.7 or 2001:db8::7.";
        }

        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    static List<RuleVerdict> Explain(Judgement judged, AccessRequirement requirement, IPAddress? client)
    {
        var (verdict, key, _, at) = judged;
        var malformed = verdict.Refusal == RefusalCode.MalformedKey;
        var rules = new List<RuleVerdict>
        {
            new("shape", malformed ? RefusalCode.MalformedKey.ToWireName() : Passed),
            new("known", malformed ? NotTried : key is null ? RefusalCode.InvalidKey.ToWireName() : Passed),
        };
        rules.AddRange(VerificationRules.InOrder.Select(rule =>
            new RuleVerdict(rule.Name, key is null ? NotTried : rule.Judge(key, requirement, client, at)?.ToWireName() ?? Passed)));
        rules.Add(new("rate", verdict.Refusal switch
        {
            null => Passed,
            RefusalCode.RateLimited => RefusalCode.RateLimited.ToWireName(),
            _ => NotTried,
        }));
        return rules;
    }
}
