using System.Text.Json;
using Dashboard.Core.Audit;
using Dashboard.Core.Data;
using Dashboard.Core.Verification;

namespace Dashboard.Core.Keys;

/// <summary>Revokes keys and says what became of them, each with an audit row and a feed row of its own.</summary>
static class KeyRevocation
{
    /// <summary>Revokes a tracked key that is not revoked yet.</summary>
    /// <param name="change">The change that does it.</param>
    /// <param name="organizationId">The organization.</param>
    /// <param name="key">The key.</param>
    /// <param name="because">Why, where nobody asked for this very key in the dashboard: such as <c>project_deleted</c>. Null for no reason.</param>
    /// <param name="of">What is gone that the key reached, or null.</param>
    public static void Revoke(Change change, long organizationId, ApiKey key, string? because = null, string? of = null)
    {
        (key.State, key.RevokedAt) = (KeyState.Revoked, change.Now);
        Dictionary<string, string?> details = [];
        if (because is not null)
        {
            details["because"] = because;
        }

        if (of is not null)
        {
            details["of"] = of;
        }

        Record(change, organizationId, "key.revoked", key, details);
    }

    /// <summary>Says what became of a key.</summary>
    public static void Record(Change change, long organizationId, string action, ApiKey key, Dictionary<string, string?>? details = null) =>
        change.Record(organizationId, new(AuditCategory.Keys, action, new(FeedSubject.Key, key.KeyId, key.Name), Details: JsonSerializer.Serialize(details ?? [])));
}
