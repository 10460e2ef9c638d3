using System.Text.Json;
using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <summary>Keeps an app published exactly as long as its key is not revoked.</summary>
static class Publication
{
    const string KeyRevoked = "key_revoked";

    /// <summary>Unpublishes the apps whose keys are being revoked, unless they already are.</summary>
    /// <param name="change">The unit of work that revokes the keys.</param>
    /// <param name="keys">The keys, of any owner.</param>
    /// <param name="because">Why the keys are revoked, or null for no reason.</param>
    public static async Task EndAsync(
        UnitOfWork change, long organizationId, IEnumerable<ApiKey> keys, string? because, CancellationToken cancellationToken)
    {
        var ids = keys.Where(key => key.OwnerType == PartyType.PublishedApp).Select(key => key.OwnerId)
            .Distinct(StringComparer.Ordinal).ToList();
        if (ids.Count == 0)
        {
            return;
        }

        foreach (var app in await change.Context.PublishedApps.Where(app => ids.Contains(app.Id))
            .OrderBy(app => app.Id).ToListAsync(cancellationToken))
        {
            End(change, organizationId, app, because ?? KeyRevoked);
        }
    }

    /// <summary>Unpublishes a tracked app, unless it already is.</summary>
    public static void End(UnitOfWork change, long organizationId, PublishedApp app, string? because)
    {
        if (app.UnpublishedAt is null)
        {
            app.UnpublishedAt = change.Now;
            Record(change, organizationId, "app.unpublished", app, because is null ? [] : new() { ["because"] = because });
        }
    }

    /// <summary>Records a change of an app.</summary>
    public static void Record(
        UnitOfWork change, long organizationId, string action, PublishedApp app, Dictionary<string, string?> details) =>
        change.Record(organizationId, new(
            AuditCategory.Keys, action, new(FeedSubject.PublishedApp, app.Id, app.Name), Details: JsonSerializer.Serialize(details)));
}
