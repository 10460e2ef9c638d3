using Dashboard.Core.Credentials;
using Dashboard.Core.Limits;
using Dashboard.Core.Tokens;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Verification;

/// <summary>Verifies OAuth access tokens: finds the token and applies <see cref="TokenRules"/>.</summary>
public sealed partial class TokenVerifier(
    TokenCache cache, AuthorizationServerOptions server, RateLimits limits, TimeProvider time, ILogger<TokenVerifier> logger)
{
    /// <summary>Verifies a token. For one that is cached nothing is waited for.</summary>
    internal ValueTask<Verdict> VerifyAsync(
        PresentedCredential credential, AccessRequirement requirement, CallerContext? caller, CancellationToken cancellationToken)
    {
        var finding = FindAsync(credential, cancellationToken);
        return finding.IsCompletedSuccessfully
            ? new(Judge(finding.Result, requirement, caller, time.GetUtcNow()))
            : VerifyAsync(finding, requirement, caller);
    }

    /// <summary>Verifies a token and returns it with the verdict.</summary>
    internal async ValueTask<Judgement> JudgeAsync(
        PresentedCredential credential, AccessRequirement requirement, CallerContext? caller, CancellationToken cancellationToken)
    {
        var found = await FindAsync(credential, cancellationToken);
        var now = time.GetUtcNow();
        return new(Judge(found, requirement, caller, now), null, found.Token, now);
    }

    /// <summary>Finds the token that was presented, whether it counts or not.</summary>
    internal async ValueTask<TokenReadResult> FindAsync(PresentedCredential credential, CancellationToken cancellationToken)
    {
        if (!server.Enabled)
        {
            return new(null, RefusalCode.InvalidToken);
        }

        try
        {
            return await cache.FindAsync(credential, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogUnavailable(exception);
            return new(null, RefusalCode.VerificationUnavailable);
        }
    }

    async ValueTask<Verdict> VerifyAsync(ValueTask<TokenReadResult> finding, AccessRequirement requirement, CallerContext? caller) =>
        Judge(await finding, requirement, caller, time.GetUtcNow());

    Verdict Judge(TokenReadResult found, AccessRequirement requirement, CallerContext? caller, DateTimeOffset now)
    {
        var refusal = found.Token is { } token ? TokenRules.FirstFailure(token, requirement, caller, now) : found.Refusal;
        if (refusal is not { } code)
        {
            return new(found.Token!.ToPrincipal(requirement), null, found.Token.Jti);
        }

        var wait = limits.TakeRefused(code, caller);
        return new(null, wait is null ? code : RefusalCode.RateLimited, null) { RetryAfter = wait };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "An access token cannot be verified: its row could not be read.")]
    partial void LogUnavailable(Exception exception);
}
