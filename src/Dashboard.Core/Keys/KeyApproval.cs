using Dashboard.Core.Changes;

namespace Dashboard.Core.Keys;

/// <content>Approving and rejecting keys that wait for an admin.</content>
public sealed partial class KeyService
{
    /// <summary>Approves a key, which works from then on.</summary>
    /// <param name="actor">An admin or owner of the organization who does not own the key.</param>
    /// <returns>The key; or <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>,
    /// <see cref="ErrorCode.FreshSignInRequired"/>, or <see cref="ErrorCode.Conflict"/> if the key does not wait for approval.</returns>
    public Task<Result<KeySummary>> ApproveAsync(
        Actor actor, string keyId, CancellationToken cancellationToken) => changes.RunAsync<KeySummary>(
        actor,
        async (change, token) =>
        {
            var found = await FindPendingAsync(change, keyId, token);
            if (found.Error is { } refused)
            {
                return refused;
            }

            if (await change.CheckPresenceAsync(token) is { } stale)
            {
                return stale;
            }

            var own = found.Value;
            (own.Key.AwaitsApproval, own.Key.DisabledByAdmin, own.Key.State) = (false, false, KeyState.Active);
            KeyAudit.Record(change, own.Organization, "key.approved", own.Key);
            change.WritesAtOnce = true; // it adds no row
            return own.Row!.ToRow(change.Now);
        },
        cancellationToken);

    /// <summary>Rejects a key, which revokes it.</summary>
    /// <param name="actor">An admin or owner of the organization who does not own the key.</param>
    /// <returns>The revoked key; or the errors of <see cref="ApproveAsync"/>.</returns>
    public Task<Result<KeySummary>> RejectAsync(
        Actor actor, string keyId, CancellationToken cancellationToken) => changes.RunAsync<KeySummary>(
        actor,
        async (change, token) =>
        {
            var found = await FindPendingAsync(change, keyId, token);
            if (found.Error is { } refused)
            {
                return refused;
            }

            var own = found.Value;
            await KeyAudit.RevokeAsync(change, own.Organization, [own.Key], "approval_rejected", null, token);
            change.WritesAtOnce = true; // it adds no row
            return own.Row!.ToRow(change.Now);
        },
        cancellationToken);

    static async Task<Result<OwnKey>> FindPendingAsync(UnitOfWork change, string keyId, CancellationToken cancellationToken)
    {
        var found = await FindOwnAsync(change, keyId, cancellationToken);
        if (found.Error is not null)
        {
            return found;
        }

        var own = found.Value;
        return !own.ManagesAll ? Error.Forbidden("Only admins and owners can approve or reject a key. Ask an admin of your organization.")
            : own.IsOwn ? Error.Forbidden("Another admin has to approve or reject your own key.")
            : own.Key is not { AwaitsApproval: true, State: KeyState.Inactive }
                ? new Error(ErrorCode.Conflict, "This key does not wait for approval.")
            : found;
    }
}
