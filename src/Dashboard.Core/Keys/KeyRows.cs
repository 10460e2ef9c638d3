using Dashboard.Core.Data;

namespace Dashboard.Core.Keys;

/// <summary>A key as the database gives it, with the names of what it refers to: one query for any number of keys.</summary>
sealed class StoredKey
{
    public required ApiKey Key { get; init; }

    public required string Organization { get; init; }

    public required string Project { get; init; }

    public required List<string> Scope { get; init; }

    public required string? OwnerName { get; init; }

    public required string? CreatorName { get; init; }

    /// <summary>Reads <paramref name="keys"/> with all that a row shows.</summary>
    public static IQueryable<StoredKey> Read(DashboardContext context, IQueryable<ApiKey> keys) =>
        from key in keys
        join project in context.Projects on key.ProjectId equals project.Id
        join organization in context.Organizations on project.OrganizationId equals organization.Id
        select new StoredKey
        {
            Key = key,
            Organization = organization.Slug,
            Project = project.Slug,
            Scope = key.Scope.OrderBy(x => x.ResourceId).Select(x => x.Resource!.Kind + ":" + x.Resource.ExternalId).ToList(),
            OwnerName = context.Users.Where(x => x.Id == key.OwnerId).Select(x => x.Name).FirstOrDefault(),
            CreatorName = context.Users.Where(x => x.Id == key.CreatedBy).Select(x => x.Name).FirstOrDefault(),
        };

    /// <summary>What people see of it at <paramref name="now"/>.</summary>
    public KeyRow ToRow(DateTimeOffset now) => new(
        Key.KeyId,
        Key.Name,
        Key.Prefix,
        $"{Organization}/{Project}",
        Key.Environment,
        Key.AllResources ? null : Scope,
        Key.Permissions.Split(' '),
        new(Key.OwnerType, Key.OwnerId, OwnerName ?? Key.OwnerId),
        Key.State.At(Key.ExpiresAt, now),
        Key.CreatedAt,
        new(PartyType.User, Key.CreatedBy, CreatorName ?? Key.CreatedBy),
        Key.LastUsedAt,
        Key.LastUsedFrom,
        Key.ExpiresAt,
        Key.RevokedAt);
}
