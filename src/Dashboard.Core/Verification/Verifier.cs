using Dashboard.Core.Credentials;
using Dashboard.Core.Tokens;

namespace Dashboard.Core.Verification;

/// <summary>Verifies a presented credential, whichever kind it is.</summary>
public sealed class Verifier(KeyVerifier keys, TokenVerifier tokens)
{
    /// <summary>Verifies a credential. The rules are tried in a fixed order, and the first that fails answers.</summary>
    /// <param name="credential">What the request presented.</param>
    /// <param name="requirement">What the request needs.</param>
    /// <param name="caller">What is known of the original request, for the record of first and last use; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The verdict; <see cref="RefusalCode.VerificationUnavailable"/> if the database cannot be read, never a word against the
    /// key.</returns>
    public ValueTask<Verdict> VerifyAsync(
        PresentedCredential credential, AccessRequirement requirement, CallerContext? caller, CancellationToken cancellationToken) =>
        credential.Kind == CredentialKind.Jwt
            ? tokens.VerifyAsync(credential, requirement, caller, cancellationToken)
            : keys.VerifyAsync(credential, requirement, caller, cancellationToken);

    /// <summary>Verifies a credential and returns what it was with the verdict.</summary>
    /// <param name="credential">What was presented.</param>
    /// <param name="requirement">What the request needs.</param>
    /// <param name="caller">What is known of the original request.</param>
    /// <param name="organization">The organization that a key has to belong to, as if no other existed; null for any.</param>
    /// <param name="isDryRun">Whether to take nothing from a key's limit and to record no use of it.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    internal ValueTask<Judgement> JudgeAsync(
        PresentedCredential credential, AccessRequirement requirement, CallerContext? caller, long? organization, bool isDryRun,
        CancellationToken cancellationToken) =>
        credential.Kind == CredentialKind.Jwt
            ? tokens.JudgeAsync(credential, requirement, caller, cancellationToken)
            : keys.JudgeAsync(credential, requirement, caller, organization, isDryRun, cancellationToken);
}

/// <summary>A verdict with what it is based on.</summary>
/// <param name="Key">The key in any state, or null if there is none.</param>
/// <param name="Token">The access token, valid or not, or null if there is none.</param>
/// <param name="At">The time of the verdict, UTC.</param>
readonly record struct Judgement(Verdict Verdict, CachedKey? Key, CachedToken? Token, DateTimeOffset At)
{
    /// <summary>The organization that the key or access token belongs to; null where there is none.</summary>
    public long? OrganizationId => Key?.Project.OrganizationId ?? Token?.Organization.Id;
}
