using System.Text.Json;
using Dashboard.Core.Changes;

namespace Dashboard.Core.Keys;

/// <summary>Revokes keys and says what became of them, each with an audit row and a feed row of its own.</summary>
static class KeyAudit
{
    /// <summary>Revokes tracked keys that are not revoked yet, with their project locked. A published app that loses its key so is unpublished with it.</summary>
    /// <param name="change">The change that does it.</param>
    /// <param name="organizationId">The organization.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="because">Why, where nobody asked for these very keys in the dashboard: such as <c>project_deleted</c>. Null for no reason.</param>
    /// <param name="of">What is gone that the keys reached, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task RevokeAsync(
        UnitOfWork change, long organizationId, IReadOnlyList<ApiKey> keys, string? because, string? of, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            (key.State, key.RevokedAt) = (KeyState.Revoked, change.Now);
            Record(change, organizationId, "key.revoked", key, ReasonOf(because, of));
        }

        await Publication.EndAsync(change, organizationId, keys, because, cancellationToken);
    }

    /// <summary>Says what became of a key.</summary>
    public static void Record(UnitOfWork change, long organizationId, string action, ApiKey key, Dictionary<string, string?>? details = null) =>
        change.Record(organizationId, new(AuditCategory.Keys, action, new(FeedSubject.Key, key.KeyId, key.Name), Details: JsonSerializer.Serialize(details ?? [])));

    static Dictionary<string, string?> ReasonOf(string? because, string? of)
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

        return details;
    }
}
