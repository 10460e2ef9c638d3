using Dashboard.Core.Credentials;
using Dashboard.Core.Limits;
using Dashboard.Core.Tokens;
using Dashboard.Core.Usage;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Verification;

/// <summary>Says whether a presented credential is good for what is asked: it finds the key, judges it by <see cref="VerificationRules"/>, and notes what came
/// of it.</summary>
public sealed partial class Verifier(
    VerificationCache cache, TokenCache tokens, UsageLedger usage, FirstUses firstUses, RateLimits limits, TimeProvider time, ILogger<Verifier> logger)
{
    /// <summary>Verifies a credential. The rules are tried in a fixed order, and the first that fails answers.</summary>
    /// <param name="credential">What the request presented.</param>
    /// <param name="requirement">What the request is about.</param>
    /// <param name="facts">What is known of the original request, for the record of first and last use; null for nothing.</param>
    /// <returns>The verdict; where what is stored cannot be read, <see cref="RefusalCode.VerificationUnavailable"/> and never a word against the key.</returns>
    public ValueTask<Verdict> VerifyAsync(PresentedCredential credential, AccessRequirement requirement, CallerContext? facts, CancellationToken cancellationToken)
    {
        if (credential.Kind == CredentialKind.Jwt)
        {
            return VerifyTokenAsync(credential, requirement, facts, cancellationToken);
        }

        var finding = FindAsync(credential, cancellationToken);
        return finding.IsCompletedSuccessfully ? new(Judge(finding.Result, credential, requirement, facts, time.GetUtcNow())) : JudgeAsync(finding, credential, requirement, facts);
    }

    /// <summary>The same for whoever wants to say more about the key than the verdict does.</summary>
    /// <param name="facts">What is known of the original request.</param>
    /// <param name="organization">The organization that the key has to be of, or else it does not exist; null for any.</param>
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

    /// <summary>Finds the key that was presented.</summary>
    /// <param name="credential">What the request presented.</param>
    /// <returns>The key, whatever its state; or why there is none.</returns>
    internal ValueTask<KeyReadResult> FindAsync(PresentedCredential credential, CancellationToken cancellationToken)
    {
        if (credential.Refusal is { } refusal)
        {
            return new(new KeyReadResult(null, refusal));
        }

        if (credential.Kind == CredentialKind.Jwt)
        {
            return new(new KeyReadResult(null, RefusalCode.InvalidToken)); // it is no key
        }

        var finding = cache.FindAsync(credential, cancellationToken);
        return finding.IsCompletedSuccessfully ? finding : WaitAsync(finding, cancellationToken);
    }

    /// <summary>Finds the access token that was presented.</summary>
    /// <param name="credential">A JWT.</param>
    /// <returns>The token, whether it counts or not; or why there is none.</returns>
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
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested) // whatever it is, it is not the key
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
        Note(found.Key, requirement, refusal, credential, facts, now);
        return refusal is { } code ? new(null, code, found.Key?.Principal.KeyId) { RetryAfter = wait } : found.Key!.Accepted;
    }

    /// <summary>Counts what is limited: a key's own requests that would pass, and a client's that would not. A key that is good, without a limit of its own, is not counted.</summary>
    /// <returns>How long to wait; null where nothing is at its limit.</returns>
    TimeSpan? Limit(CachedKey? key, RefusalCode? refusal, CallerContext? facts) => refusal switch
    {
        null => key!.RequestsPerMinute is { } most ? limits.Take(key.Principal.KeyId, most) : null,
        RefusalCode.MissingCredential or RefusalCode.VerificationUnavailable => null,
        _ => facts is { IsProxyAddress: false } ? limits.Refused.Take(facts.Address) : null,
    };

    /// <summary>The one place where an outcome is noted, accepted or refused.</summary>
    /// <param name="key">The key that was presented whole, or null.</param>
    /// <param name="requirement">What was asked.</param>
    /// <param name="refusal">Why it was refused, or null.</param>
    /// <param name="facts">What is known of the original request.</param>
    /// <param name="now">When it was judged.</param>
    void Note(CachedKey? key, AccessRequirement requirement, RefusalCode? refusal, PresentedCredential credential, CallerContext? facts, DateTimeOffset now)
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

    [LoggerMessage(Level = LogLevel.Error, Message = "A credential cannot be verified: what is stored of it could not be read.")]
    partial void LogUnavailable(Exception exception);
}

/// <summary>A verdict with what it rests on.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Key">The key, whatever its state; null where there is none.</param>
/// <param name="Token">The access token, whether it counts or not; null where there is none.</param>
/// <param name="At">When it was judged, UTC.</param>
readonly record struct Judgement(Verdict Verdict, CachedKey? Key, CachedToken? Token, DateTimeOffset At)
{
    /// <summary>The organization that the key or access token is of; null where there is none.</summary>
    public long? OrganizationId => Key?.Project.OrganizationId ?? Token?.Organization.Id;
}

/// <summary>The key that was presented, or why there is none.</summary>
/// <param name="Key">The key, whatever its state.</param>
/// <param name="Refusal">Null where there is a key.</param>
readonly record struct KeyReadResult(CachedKey? Key, RefusalCode? Refusal);
