using System.Text.Json;
using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <summary>Revokes keys and records changes of keys, each with its own audit and feed entry.</summary>
static class KeyAudit
{
    /// <summary>Revokes tracked keys that are not yet revoked. Requires the lock of their project. A published app that loses its key is
    /// unpublished.</summary>
    /// <param name="because">The reason if the keys were not revoked individually, such as <c>project_deleted</c>; otherwise null.</param>
    /// <param name="of">What was deleted, or null.</param>
    /// <param name="reason">The reason that a person gave, or null.</param>
    public static async Task RevokeAsync(
        UnitOfWork change, long organizationId, IReadOnlyList<ApiKey> keys, string? because, string? of,
        CancellationToken cancellationToken,
        string? reason = null)
    {
        foreach (var key in keys)
        {
            (key.State, key.RevokedAt, key.RevocationReason, key.AwaitsApproval) = (KeyState.Revoked, change.Now, reason ?? because, false);
            Record(change, organizationId, "key.revoked", key, ReasonOf(because, of, reason));
        }

        await KeyCount.RemoveAsync(change, keys, cancellationToken);
        await Publication.EndAsync(change, organizationId, keys, because, cancellationToken);
    }

    /// <summary>Revokes any number of keys by one statement, so that thousands do not hold up other writers. Requires the lock of their
    /// project.</summary>
    /// <param name="stored">The keys that are not yet revoked.</param>
    /// <param name="keys">The same keys as they were, untracked.</param>
    /// <param name="because">The reason, such as <c>project_deleted</c>.</param>
    /// <param name="of">What was deleted.</param>
    public static async Task RevokeAllAsync(
        UnitOfWork change, long organizationId, IQueryable<ApiKey> stored, IReadOnlyList<ApiKey> keys, string because, string of,
        CancellationToken cancellationToken)
    {
        await stored.ExecuteUpdateAsync(
            set => set.SetProperty(key => key.State, KeyState.Revoked).SetProperty(key => key.RevokedAt, change.Now)
                .SetProperty(key => key.Shelf, key => key.Shelf + KeyListPartition.RevokedLive).SetProperty(key => key.Counted, false)
                .SetProperty(key => key.RevocationReason, because).SetProperty(key => key.AwaitsApproval, false),
            cancellationToken);
        foreach (var key in keys)
        {
            Record(change, organizationId, "key.revoked", key, ReasonOf(because, of));
        }

        await KeyCount.RemoveAsync(change, keys, cancellationToken);
        await Publication.EndAsync(change, organizationId, keys, because, cancellationToken);
    }

    /// <summary>Records a change of a key.</summary>
    public static void Record(
        UnitOfWork change, long organizationId, string action, ApiKey key, Dictionary<string, string?>? details = null) =>
        change.Record(organizationId, new(
            AuditCategory.Keys, action, new(FeedSubject.Key, key.KeyId, key.Name), Details: JsonSerializer.Serialize(details ?? [])));

    static Dictionary<string, string?> ReasonOf(string? because, string? of, string? reason = null)
    {
        Dictionary<string, string?> details = [];
        if (because is not null)
        {
            details["because"] = because;
        }

        if (of is not null)
        {
            details["of"] = of;
        }

        if (reason is not null)
        {
            details["reason"] = reason;
        }

        return details;
    }
}
