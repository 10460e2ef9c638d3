using Dashboard.Core.Credentials;
using Dashboard.Core.Limits;
using Dashboard.Core.Tokens;
using Dashboard.Core.Usage;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Verification;

/// <summary>Verifies credentials: finds the key, applies <see cref="VerificationRules"/>, and records the result.</summary>
public sealed partial class Verifier(
    VerificationCache cache, TokenCache tokens, UsageLedger usage, FirstUses firstUses, RateLimits limits, TimeProvider time, ILogger<Verifier> logger)
{
    /// <summary>Verifies a credential. Rules are checked in a fixed order, and the first one that fails determines the refusal.</summary>
    /// <param name="credential">The presented credential.</param>
    /// <param name="requirement">What the request requires.</param>
    /// <param name="facts">What is known about the original request, for recording the first and last use; null for nothing.</param>
    /// <returns>The verdict. If the database is unavailable it is <see cref="RefusalCode.VerificationUnavailable"/>, never a refusal of the
    /// key.</returns>
    public ValueTask<Verdict> VerifyAsync(PresentedCredential credential, AccessRequirement requirement, CallerContext? facts, CancellationToken cancellationToken)
    {
        if (credential.Kind == CredentialKind.Jwt)
        {
            return VerifyTokenAsync(credential, requirement, facts, cancellationToken);
        }

        var finding = FindAsync(credential, cancellationToken);
        return finding.IsCompletedSuccessfully ? new(Judge(finding.Result, credential, requirement, facts, time.GetUtcNow())) : JudgeAsync(finding, credential, requirement, facts);
    }

    /// <summary>Verifies a credential for a caller that needs more than the verdict.</summary>
    /// <param name="facts">What is known about the original request.</param>
    /// <param name="organization">The organization that the key must belong to, otherwise it does not exist; null for any.</param>
    internal async ValueTask<Judgement> JudgeAsync(
        PresentedCredential credential, AccessRequirement requirement, CallerContext? facts, long? organization, CancellationToken cancellationToken)
    {
        if (credential.Kind == CredentialKind.Jwt)
        {
            var (token, refused) = await FindTokenAsync(credential, cancellationToken);
            var at = time.GetUtcNow();
            return new(Judge(token, refused, requirement, facts, at), null, token, at);
        }

        var found = await FindAsync(credential, cancellationToken);
        if (organization is not null && found.Key is { } foreign && foreign.Project.OrganizationId != organization)
        {
            found = new(null, RefusalCode.InvalidKey);
        }

        var now = time.GetUtcNow();
        return new(Judge(found, credential, requirement, facts, now), found.Key, null, now);
    }

    /// <summary>Finds the presented key.</summary>
    /// <param name="credential">The presented credential.</param>
    /// <returns>The key in any state, or the reason why there is none.</returns>
    internal ValueTask<KeyReadResult> FindAsync(PresentedCredential credential, CancellationToken cancellationToken)
    {
        if (credential.Refusal is { } refusal)
        {
            return new(new KeyReadResult(null, refusal));
        }

        if (credential.Kind == CredentialKind.Jwt)
        {
            return new(new KeyReadResult(null, RefusalCode.InvalidToken)); // not a key
        }

        var finding = cache.FindAsync(credential, cancellationToken);
        return finding.IsCompletedSuccessfully ? finding : WaitAsync(finding, cancellationToken);
    }

    /// <summary>Finds the presented access token.</summary>
    /// <param name="credential">The presented JWT.</param>
    /// <returns>The token, valid or not, or the reason why there is none.</returns>
    internal async ValueTask<TokenReadResult> FindTokenAsync(PresentedCredential credential, CancellationToken cancellationToken)
    {
        try
        {
            return await tokens.FindAsync(credential, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogUnavailable(exception);
            return new(null, RefusalCode.VerificationUnavailable);
        }
    }

    ValueTask<Verdict> VerifyTokenAsync(PresentedCredential credential, AccessRequirement requirement, CallerContext? facts, CancellationToken cancellationToken)
    {
        var finding = FindTokenAsync(credential, cancellationToken);
        if (!finding.IsCompletedSuccessfully)
        {
            return WaitAsync(finding, requirement, facts);
        }

        var (token, refused) = finding.Result;
        return new(Judge(token, refused, requirement, facts, time.GetUtcNow()));
    }

    async ValueTask<Verdict> WaitAsync(ValueTask<TokenReadResult> finding, AccessRequirement requirement, CallerContext? facts)
    {
        var (token, refused) = await finding;
        return Judge(token, refused, requirement, facts, time.GetUtcNow());
    }

    Verdict Judge(CachedToken? token, RefusalCode? refused, AccessRequirement requirement, CallerContext? facts, DateTimeOffset now)
    {
        var refusal = token is null ? refused : TokenRules.FirstFailure(token, requirement, facts, now);
        if (refusal is null)
        {
            return new(token!.ToPrincipal(requirement), null, token.Jti);
        }

        var wait = Limit(null, refusal, facts);
        return new(null, wait is null ? refusal : RefusalCode.RateLimited, null) { RetryAfter = wait };
    }

    async ValueTask<KeyReadResult> WaitAsync(ValueTask<KeyReadResult> finding, CancellationToken cancellationToken)
    {
        try
        {
            return await finding;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested) // no failure is the fault of the key
        {
            LogUnavailable(exception);
            return new(null, RefusalCode.VerificationUnavailable);
        }
    }

    async ValueTask<Verdict> JudgeAsync(ValueTask<KeyReadResult> finding, PresentedCredential credential, AccessRequirement requirement, CallerContext? facts) =>
        Judge(await finding, credential, requirement, facts, time.GetUtcNow());

    Verdict Judge(KeyReadResult found, PresentedCredential credential, AccessRequirement requirement, CallerContext? facts, DateTimeOffset now)
    {
        var refusal = found.Key is { } key ? VerificationRules.FirstFailure(key, requirement, facts?.Address, now) : found.Refusal;
        var wait = Limit(found.Key, refusal, facts);
        refusal = wait is null ? refusal : RefusalCode.RateLimited;
        Record(found.Key, requirement, refusal, credential, facts, now);
        return refusal is { } code ? new(null, code, found.Key?.Principal.KeyId) { RetryAfter = wait } : found.Key!.Accepted;
    }

    /// <summary>Applies the rate limits: that of a key to requests that would pass, and that of a client to requests that would not. A
    /// valid key without its own limit is not counted.</summary>
    /// <returns>How long to wait, or null if no limit is reached.</returns>
    TimeSpan? Limit(CachedKey? key, RefusalCode? refusal, CallerContext? facts) => refusal switch
    {
        null => key!.RequestsPerMinute is { } perMinute ? limits.Take(key.Principal.KeyId, perMinute) : null,
        RefusalCode.MissingCredential or RefusalCode.VerificationUnavailable => null,
        _ => facts is { IsProxyAddress: false } ? limits.Refused.Take(facts.Address) : null,
    };

    /// <summary>Records a result, accepted or refused. The only place that does.</summary>
    /// <param name="key">The key that was presented as a whole, or null.</param>
    /// <param name="requirement">What the request required.</param>
    /// <param name="refusal">The reason for a refusal, or null.</param>
    /// <param name="facts">What is known about the original request.</param>
    /// <param name="now">The time of the verdict.</param>
    void Record(CachedKey? key, AccessRequirement requirement, RefusalCode? refusal, PresentedCredential credential, CallerContext? facts, DateTimeOffset now)
    {
        if (key is null)
        {
            return;
        }

        key.MeterOf(usage).Count(refusal, requirement.Permission, facts?.Address, facts?.UserAgent, now);
        if (refusal is null && key.Unused)
        {
            firstUses.Note(key.Principal.KeyId, now, facts, credential.Reveal());
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A credential could not be verified because its data could not be read.")]
    partial void LogUnavailable(Exception exception);
}

/// <summary>A verdict with what it is based on.</summary>
/// <param name="Key">The key in any state, or null if there is none.</param>
/// <param name="Token">The access token, valid or not, or null if there is none.</param>
/// <param name="At">The time of the verdict, UTC.</param>
readonly record struct Judgement(Verdict Verdict, CachedKey? Key, CachedToken? Token, DateTimeOffset At)
{
    /// <summary>The organization of the key or access token, or null if there is none.</summary>
    public long? OrganizationId => Key?.Project.OrganizationId ?? Token?.Organization.Id;
}

/// <summary>The presented key, or the reason why there is none.</summary>
/// <param name="Key">The key in any state.</param>
/// <param name="Refusal">Null if there is a key.</param>
readonly record struct KeyReadResult(CachedKey? Key, RefusalCode? Refusal);
