using Dashboard.Core.Credentials;
using Dashboard.Core.Limits;
using Dashboard.Core.Usage;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Verification;

/// <summary>Verifies API keys: finds the key, applies <see cref="VerificationRules"/> and its rate limit, and records the use.</summary>
public sealed partial class KeyVerifier(
    VerificationCache cache, UsageLedger usage, FirstUses firstUses, RateLimits limits, TimeProvider time, ILogger<KeyVerifier> logger)
{
    /// <summary>Verifies a key. For one that is cached nothing is waited for.</summary>
    internal ValueTask<Verdict> VerifyAsync(
        PresentedCredential credential, AccessRequirement requirement, CallerContext? caller, CancellationToken cancellationToken)
    {
        var finding = FindAsync(credential, cancellationToken);
        return finding.IsCompletedSuccessfully
            ? new(Judge(finding.Result, credential, requirement, caller, time.GetUtcNow()))
            : VerifyAsync(finding, credential, requirement, caller);
    }

    /// <summary>Verifies a key and returns it with the verdict.</summary>
    /// <param name="credential">What was presented.</param>
    /// <param name="requirement">What the request needs.</param>
    /// <param name="caller">What is known of the original request.</param>
    /// <param name="organization">The organization that the key has to belong to, as if no other existed; null for any.</param>
    /// <param name="isDryRun">Whether to take nothing from a limit and to record no use.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    internal async ValueTask<Judgement> JudgeAsync(
        PresentedCredential credential, AccessRequirement requirement, CallerContext? caller, long? organization, bool isDryRun,
        CancellationToken cancellationToken)
    {
        var found = await FindAsync(credential, cancellationToken);
        if (organization is not null && found.Key is { } foreign && foreign.Project.OrganizationId != organization)
        {
            found = new(null, RefusalCode.InvalidKey);
        }

        var now = time.GetUtcNow();
        return new(isDryRun ? Try(found, requirement, caller, now)
            : Judge(found, credential, requirement, caller, now), found.Key, null, now);
    }

    /// <summary>Finds the key that was presented, whatever its state.</summary>
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

    async ValueTask<KeyReadResult> WaitAsync(ValueTask<KeyReadResult> finding, CancellationToken cancellationToken)
    {
        try
        {
            return await finding;
        }
        // whatever it is, it is not the key
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogUnavailable(exception);
            return new(null, RefusalCode.VerificationUnavailable);
        }
    }

    async ValueTask<Verdict> VerifyAsync(
        ValueTask<KeyReadResult> finding, PresentedCredential credential, AccessRequirement requirement, CallerContext? caller) =>
        Judge(await finding, credential, requirement, caller, time.GetUtcNow());

    Verdict Judge(
        KeyReadResult found, PresentedCredential credential, AccessRequirement requirement, CallerContext? caller, DateTimeOffset now)
    {
        var refusal = found.Key is { } key ? VerificationRules.FirstFailure(key, requirement, caller?.Address, now) : found.Refusal;
        var wait = refusal is { } why ? limits.TakeRefused(why, caller) : TakeAccepted(found.Key!);
        refusal = wait is null ? refusal : RefusalCode.RateLimited;
        Note(found.Key, requirement, refusal, credential, caller, now);
        return refusal is { } code ? new(null, code, found.Key?.Principal.KeyId) { RetryAfter = wait } : found.Key!.Accepted;
    }

    /// <summary>What <see cref="Judge"/> would return. Nothing is taken or recorded.</summary>
    Verdict Try(KeyReadResult found, AccessRequirement requirement, CallerContext? caller, DateTimeOffset now)
    {
        var refusal = found.Key is { } key ? VerificationRules.FirstFailure(key, requirement, caller?.Address, now) : found.Refusal;
        var wait = refusal is null && found.Key!.RequestsPerMinute is { } limit ? limits.Waits(found.Key.Principal.KeyId, limit) : null;
        return (wait is null ? refusal : RefusalCode.RateLimited) is { } code
            ? new(null, code, found.Key?.Principal.KeyId) { RetryAfter = wait }
            : found.Key!.Accepted;
    }

    /// <summary>Counts an accepted request of a key that has a limit of its own.</summary>
    /// <returns>How long to wait, or null below the limit.</returns>
    TimeSpan? TakeAccepted(CachedKey key) => key.RequestsPerMinute is { } limit ? limits.Take(key.Principal.KeyId, limit) : null;

    /// <summary>The one place that records what came of a key, accepted or refused.</summary>
    void Note(CachedKey? key, AccessRequirement requirement, RefusalCode? refusal, PresentedCredential credential,
        CallerContext? caller, DateTimeOffset now)
    {
        if (key is null)
        {
            return;
        }

        key.MeterOf(usage).Count(refusal, requirement.Permission, caller?.Address, caller?.UserAgent, now);
        if (refusal is null && key.Unused)
        {
            firstUses.Note(key.Principal.KeyId, now, caller, credential.Reveal());
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A key cannot be verified: its row could not be read.")]
    partial void LogUnavailable(Exception exception);
}

/// <summary>The key that was presented, or why there is none.</summary>
/// <param name="Key">The key, whatever its state.</param>
/// <param name="Refusal">Null where there is a key.</param>
readonly record struct KeyReadResult(CachedKey? Key, RefusalCode? Refusal);
