using Dashboard.Core.Accounts;
using Dashboard.Core.Tokens;

namespace Dashboard.OAuth;

/// <summary>The proof of presence that approving some scopes needs: a recent sign-in, or the password in the form.</summary>
static class ApprovalPresence
{
    /// <summary>Returns whether the form has to ask for the password.</summary>
    public static async Task<bool> NeedsPasswordAsync(
        this PresenceService presence, Actor actor, IEnumerable<string> scopes, CancellationToken cancellationToken) =>
        OAuthScopes.NeedsPresence(scopes) && await presence.FindFreshUntilAsync(actor, cancellationToken) is null;

    /// <summary>Verifies the password in the form, if it is needed.</summary>
    public static async Task<Error?> ConfirmApprovalAsync(
        this PresenceService presence, Actor actor, IEnumerable<string> scopes, string? password, CancellationToken cancellationToken) =>
        await presence.NeedsPasswordAsync(actor, scopes, cancellationToken) ? (await presence.ConfirmAsync(actor, password, cancellationToken)).Error : null;
}
