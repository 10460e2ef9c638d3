using System.Text.Json;
using Dashboard.Core.Audit;
using Dashboard.Core.Data;

namespace Dashboard.Core.Keys;

/// <summary>Revokes keys together with something else, each with an audit row and a feed row of its own.</summary>
static class KeyRevocation
{
    /// <summary>Revokes a tracked key that is not revoked yet.</summary>
    /// <param name="change">The change that takes from it what it reached.</param>
    /// <param name="organizationId">The organization.</param>
    /// <param name="key">The key.</param>
    /// <param name="because">What became of what it reached, such as <c>project_deleted</c>.</param>
    /// <param name="of">What that was called.</param>
    public static void Revoke(Change change, long organizationId, ApiKey key, string because, string of)
    {
        (key.State, key.RevokedAt) = (KeyState.Revoked, change.Now);
        Record(change, organizationId, "key.revoked", key, new() { ["because"] = because, ["of"] = of });
    }

    /// <summary>Says what became of a key.</summary>
    public static void Record(Change change, long organizationId, string action, ApiKey key, Dictionary<string, string?> details) =>
        change.Record(organizationId, new(AuditCategory.Keys, action, new("key", key.KeyId, key.Name), Details: JsonSerializer.Serialize(details)));
}
