using System.Net;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;

namespace Dashboard.Core.Verification;

/// <summary>A question that an API asks about a key that was presented to it.</summary>
/// <param name="Key">The whole key, as it came.</param>
/// <param name="Environment">The environment that it has to be bound to; null for that of the key that asks.</param>
/// <param name="Project"><c>organization/project</c> that it has to be of; null for any.</param>
/// <param name="Resource"><c>kind:id</c> that it has to reach, registered or not; null for none.</param>
/// <param name="Permission">The permission that it has to have; null for none.</param>
/// <param name="ClientIp">The address of the client that presented it; null where that is not known, and then a key with an allow-list is refused.</param>
/// <param name="Explain">Whether each rule's verdict is wanted.</param>
public sealed record VerifyKeyRequest(
    string Key,
    KeyEnvironment? Environment = null,
    string? Project = null,
    string? Resource = null,
    string? Permission = null,
    string? ClientIp = null,
    bool Explain = false)
{
    /// <summary>Prints nothing of the key.</summary>
    public override string ToString() => nameof(VerifyKeyRequest);
}

/// <summary>What a rule says of a key.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Verdict"><c>passed</c>, a refusal's <c>code</c>, or <c>not_tried</c> where a rule before it left nothing to try.</param>
public sealed record RuleVerdict(string Rule, string Verdict);

/// <summary>The answer to a <see cref="VerifyKeyRequest"/>.</summary>
/// <param name="Verdict">Whether the key is good for what was asked.</param>
/// <param name="Rules">Each rule in order, where that was asked for; else null.</param>
public sealed record VerifyKeyAnswer(Verdict Verdict, IReadOnlyList<RuleVerdict>? Rules);

/// <summary>What comes of asking: an answer, or why the one who asks gets none.</summary>
/// <param name="Answer">The answer, or null.</param>
/// <param name="Refused">Why the caller's own credential does not do; null where it does.</param>
/// <param name="Error">What is wrong with the question; null where nothing is.</param>
public sealed record VerifyKeyResult(VerifyKeyAnswer? Answer, Verdict? Refused, Error? Error);

/// <summary>Answers APIs in any language whether a key that was presented to them is good. Who asks is a service account of the key's organization, with
/// <see cref="PermissionCatalog.Verify"/>: to others the key does not exist.</summary>
public sealed class KeyVerificationService(Verifier verifier)
{
    const string Passed = "passed";
    const string NotTried = "not_tried";

    /// <summary>Answers a question.</summary>
    /// <param name="caller">What the one who asks presents.</param>
    /// <param name="callerFacts">What is known of its request.</param>
    /// <param name="question">The question, or what kept it from being read.</param>
    /// <returns>The answer; or the caller's own refusal, which comes first, or a fault by field. With the database away, the refusal
    /// <see cref="RefusalCode.VerificationUnavailable"/>.</returns>
    public async ValueTask<VerifyKeyResult> AskAsync(
        PresentedCredential caller, CallerContext? callerFacts, Result<VerifyKeyRequest> question, CancellationToken cancellationToken)
    {
        var asking = await verifier.JudgeAsync(caller, new(Permission: PermissionCatalog.Verify), callerFacts, null, cancellationToken);
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
                _ => AcceptedEnvironments.Both, // an access token is bound to none
            },
            asked.Project, asked.Resource, asked.Permission);
        var presented = CredentialReader.ReadText(asked.Key);
        var client = AddressList.ParseAddress(asked.ClientIp);
        // The client is the API's, which may be a thousand people behind one address: nothing is limited by it.
        var facts = new CallerContext(client, IsProxyAddress: true);
        var answered = await verifier.JudgeAsync(presented, requirement, facts, asking.OrganizationId, cancellationToken);
        return answered.Verdict.Refusal == RefusalCode.VerificationUnavailable
            ? new(null, answered.Verdict, null)
            : new(new(answered.Verdict, asked.Explain ? Explain(answered, requirement, client) : null), null, null);
    }

    /// <summary>What is wrong with a question, or null. A word that no key could match is no fault: no key does.</summary>
    static Error? Check(VerifyKeyRequest question)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (question.Project is not null && !ProjectPath.TryParse(question.Project, out _))
        {
            errors["project"] = "Use the format organization/project, such as acme/orders.";
        }

        if (question.Resource is { } resource && (resource.Split(':') is not [var kind, var id] || !PermissionCatalog.IsName(kind) || !Names.IsResourceId(id)))
        {
            errors["resource"] = "Name it as kind:id, such as workflow:order-intake.";
        }

        if (question.Permission is not null && !PermissionCatalog.IsName(question.Permission))
        {
            errors["permission"] = "Name one permission, such as read.";
        }

        if (question.ClientIp is not null && AddressList.ParseAddress(question.ClientIp) is null)
        {
            errors["client_ip"] = "Send the client's address, such as 203.0.113.7 or 2001:db8::7, without a port.";
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
