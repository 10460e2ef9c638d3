using Dashboard.Core.Accounts;
using Dashboard.Core.Tokens;

namespace Dashboard.OAuth;

/// <summary>What a form asks for as a proof of presence, beside the password.</summary>
/// <param name="TakesCode">Whether the person has an authenticator app.</param>
/// <param name="Passkey">What the browser needs to use a passkey, or null if the person has none.</param>
public sealed record PresenceQuestion(bool TakesCode, PasskeyChallenge? Passkey);

/// <summary>What a form with <see cref="PresenceField"/> posts.</summary>
public abstract class PresenceInput
{
    public string? Password { get; set; }

    public string? Code { get; set; }

    public string? Passkey { get; set; }

    public string? Challenge { get; set; }

    /// <summary>Returns the proof. A browser may have filled in the password by itself, so the others come first.</summary>
    public PresenceProof ToProof() => !string.IsNullOrEmpty(Passkey) ? new(Passkey: Passkey, Challenge: Challenge)
        : !string.IsNullOrWhiteSpace(Code) ? new(Code: Code) : new(Password);
}

/// <summary>The proof of presence that approving some scopes needs: a recent sign-in; or the password, a code or a passkey in the
/// form.</summary>
sealed class ApprovalPresence(PresenceService presence, SecondFactorService factors, PasskeyService passkeys)
{
    /// <summary>Returns what the form has to ask for, or null if it needs no proof.</summary>
    public async Task<PresenceQuestion?> AskAsync(Actor actor, IEnumerable<string> scopes, CancellationToken cancellationToken)
    {
        if (!OAuthScopes.NeedsPresence(scopes) || await presence.FindFreshUntilAsync(actor, cancellationToken) is not null)
        {
            return null;
        }

        var status = await factors.GetAsync(actor, cancellationToken);
        return new(
            status.AuthenticatorSince is not null,
            status.Passkeys.Count > 0 ? await passkeys.ChallengeAsync(actor.Id, cancellationToken) : null);
    }

    /// <summary>Verifies the proof in the form, if one is needed.</summary>
    /// <param name="question">What the form asked for.</param>
    public async Task<Error?> ConfirmAsync(
        Actor actor, PresenceQuestion? question, PresenceInput input, CancellationToken cancellationToken) =>
        question is null ? null : (await presence.ConfirmAsync(actor, input.ToProof(), cancellationToken)).Error;
}
