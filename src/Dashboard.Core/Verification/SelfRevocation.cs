using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Verification;

/// <summary>The result of a key revoked by its holder.</summary>
/// <param name="Refusal">Why nothing was revoked: <see cref="RefusalCode.RevokedKey"/> if it already was. Null on success.</param>
/// <param name="KeyId">The key that was presented as a whole, or null.</param>
/// <param name="RevokedAt">When the key was revoked, UTC.</param>
public sealed record SelfRevoked(RefusalCode? Refusal, string? KeyId, DateTimeOffset? RevokedAt);

/// <summary>Revokes a key for its holder, who may be somebody who found it.</summary>
public sealed class SelfRevocation(KeyVerifier verifier, UnitOfWorkRunner changes)
{
    /// <summary>Revokes the presented key, whatever its environment, its state or the client address, unless it is already
    /// revoked.</summary>
    /// <param name="credential">The presented credential.</param>
    /// <param name="address">The client address for the audit log, or null if it is not known.</param>
    /// <returns>The revoked key, or why nothing was revoked.</returns>
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
                    return new Error(ErrorCode.Conflict, "This key is already revoked.");
                }

                await KeyAudit.RevokeAsync(change, known.Project.OrganizationId, [key], "self_revoke", null, token);
                return change.Now;
            },
            cancellationToken);
        return revoked.Error?.Code switch
        {
            null => new(null, keyId, revoked.Value),
            ErrorCode.Unavailable => new(RefusalCode.VerificationUnavailable, null, null), // the key is as good as before
            _ => new(RefusalCode.RevokedKey, keyId, null),
        };
    }
}
