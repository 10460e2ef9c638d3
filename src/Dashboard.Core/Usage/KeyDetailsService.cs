using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Usage;

/// <summary>Reads what the page of a key shows. Each query returns only rows that are shown.</summary>
public sealed class KeyDetailsService(IDbContextFactory<DashboardContext> contexts, PermissionCatalog catalog, TimeProvider time)
{
    /// <summary>How many days of usage are shown, today included.</summary>
    public const int Days = 90;

    /// <summary>How many entries of the audit log are shown.</summary>
    public const int MaxHistory = 20;

    /// <summary>Reads a key with its usage and history. The last seconds of its usage are not included yet.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <returns>The details, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<KeyDetails>> GetAsync(Actor actor, string keyId, CancellationToken cancellationToken)
    {
        if (!KeyRules.IsKeyId(keyId))
        {
            return Error.NotFound;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await FindAsync(context, actor, keyId, cancellationToken) is not { } found)
        {
            return Error.NotFound;
        }

        var now = time.GetUtcNow();
        var visible = KeyService.VisibleTo(context, actor).Where(key => key.KeyId == keyId);
        var (row, resources) = await ApiKeyProjection.ReadNamedAsync(context, visible, cancellationToken);
        if (row is null)
        {
            return Error.NotFound; // the membership ended between the two queries
        }

        var key = row.ToRow(now);
        var days = await UsageService.ReadDaysAsync(context.KeyDays.AsNoTracking(), [keyId], Days, now, cancellationToken);
        var history = await ReadHistoryAsync(context, found.OrganizationId, keyId, cancellationToken);
        return new KeyDetails(
            key,
            found.Role.Can(MemberAction.ManageAllKeys)
                || KeyService.IsOwn(actor, found.Role, row.Key.OwnerType, row.Key.OwnerId, row.Key.CreatedBy),
            [
                .. resources.Select(x => new KeyResourceName(x.Kind, x.ExternalId, x.Name))
                    .OrderBy(x => ComparableText.SortKey(x.Name), StringComparer.Ordinal)
                    .ThenBy(x => x.Kind, StringComparer.Ordinal).ThenBy(x => x.Id, StringComparer.Ordinal),
            ],
            days[keyId],
            await ReadPermissionsAsync(context, key, now, cancellationToken),
            await ReadClientsAsync(context, keyId, cancellationToken),
            [.. history.Take(MaxHistory)],
            history.Count > MaxHistory);
    }

    static Task<Membership?> FindAsync(DashboardContext context, Actor actor, string keyId, CancellationToken cancellationToken) => (
        from key in context.Keys
        where key.KeyId == keyId
        join project in context.Projects on key.ProjectId equals project.Id
        join member in context.MembershipsOf(actor) on project.OrganizationId equals member.OrganizationId
        select new Membership(member.OrganizationId, member.Role)).SingleOrDefaultAsync(cancellationToken);

    async Task<IReadOnlyList<KeyPermissionUsage>> ReadPermissionsAsync(
        DashboardContext context, KeySummary key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var from = now.AddDays(-Days);
        var asked = await context.KeyPermissionUses.AsNoTracking().Where(row => row.KeyId == key.KeyId && row.LastAskedAt >= from)
            .ToDictionaryAsync(row => row.Permission, row => (DateTimeOffset?)row.LastAskedAt, cancellationToken);
        var granted = key.Permissions.ToHashSet(StringComparer.Ordinal);
        // A key may still have permissions that have left the catalog.
        return
        [
            .. catalog.InOrder(null).Append(PermissionCatalog.Verify).Union(key.Permissions, StringComparer.Ordinal)
                .Select(name => new KeyPermissionUsage(name, granted.Contains(name), asked.GetValueOrDefault(name)))
                .Where(row => row.Permission != PermissionCatalog.Verify || row.Granted || row.LastAskedAt is not null),
        ];
    }

    static async Task<IReadOnlyList<KeyClientUsage>> ReadClientsAsync(
        DashboardContext context, string keyId, CancellationToken cancellationToken) =>
        await context.KeyClients.AsNoTracking().Where(row => row.KeyId == keyId)
            .OrderByDescending(row => row.LastSeenAt).ThenBy(row => row.Network).ThenBy(row => row.Client).Take(UsageWriter.MaxClients)
            .Select(row => new KeyClientUsage(row.Network, row.Client, row.FirstSeenAt, row.LastSeenAt)).ToListAsync(cancellationToken);

    /// <summary>Reads one entry more than is shown.</summary>
    static async Task<List<KeyHistoryEntry>> ReadHistoryAsync(
        DashboardContext context, long organizationId, string keyId, CancellationToken cancellationToken)
    {
        var rows = await context.AuditEntries.AsNoTracking()
            .Where(row => row.ChainId == organizationId && row.TargetType == FeedSubject.Key && row.TargetId == keyId && row.Succeeded)
            .OrderByDescending(row => row.At).ThenByDescending(row => row.Sequence).Take(MaxHistory + 1)
            .Select(row => new { row.At, row.Action, row.ActorName, row.Details }).ToListAsync(cancellationToken);
        return rows.ConvertAll(row => new KeyHistoryEntry(row.At, row.Action, row.ActorName, DetailsOf(row.Details)));
    }

    static Dictionary<string, string?> DetailsOf(string json)
    {
        using var details = JsonDocument.Parse(json);
        return details.RootElement.EnumerateObject().ToDictionary(
            member => member.Name,
            member => member.Value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => member.Value.GetString(),
                _ => member.Value.GetRawText(),
            },
            StringComparer.Ordinal);
    }

    sealed record Membership(long OrganizationId, OrganizationRole Role);
}
