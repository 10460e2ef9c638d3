using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Verification;

/// <summary>What came of a key's holder revoking it.</summary>
/// <param name="Refusal">Why nothing was revoked; <see cref="RefusalCode.RevokedKey"/> where it is already. Null where it was.</param>
/// <param name="KeyId">The key that was presented whole, or null.</param>
/// <param name="RevokedAt">When it was revoked, UTC.</param>
public sealed record SelfRevoked(RefusalCode? Refusal, string? KeyId, DateTimeOffset? RevokedAt);

/// <summary>Lets whoever holds a key revoke it, as somebody who finds one should.</summary>
public sealed class SelfRevocation(KeyVerifier verifier, UnitOfWorkRunner changes)
{
    /// <summary>Revokes the key that is presented, whatever its environment, its state or the client's address, unless it is revoked.</summary>
    /// <param name="credential">What the request presented.</param>
    /// <param name="address">The client address, for the audit log; null where it is not known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What was revoked, or why nothing was.</returns>
    public async Task<SelfRevoked> RevokeAsync(PresentedCredential credential, string? address, CancellationToken cancellationToken)
    {
        var found = await verifier.FindAsync(credential, cancellationToken);
        if (found.Key is not { } known)
        {
            return new(found.Refusal, null, null);
        }

        var keyId = known.Principal.KeyId;
        var revoked = await changes.RunAsync<DateTimeOffset>(
            Actor.Anonymous(address) with { Name = "Holder of the key" },
            async (change, token) =>
            {
                await change.LockProjectAsync(known.Project.Id, token);
                var key = await change.Context.Keys.SingleAsync(x => x.KeyId == keyId, token);
                if (key.State == KeyState.Revoked)
                {
                    return new Error(ErrorCode.Conflict, "This key is revoked already.");
                }

                await KeyAudit.RevokeAsync(change, known.Project.OrganizationId, [key], "self_revoke", null, token);
                return change.Now;
            },
            cancellationToken);
        return revoked.Succeeded ? new(null, keyId, revoked.Value) : new(RefusalCode.RevokedKey, keyId, null);
    }
}
