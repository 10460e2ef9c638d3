using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Projects;

/// <summary>Changes to a resource. Null members stay unchanged.</summary>
/// <param name="Name">1 to 100 characters.</param>
public sealed record ResourcePatch(string? Name = null);

/// <content>Renaming and deleting.</content>
public sealed partial class ResourceService
{
    /// <summary>Renames a resource.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="project"><c>organization/project</c>; null if the caller has only one.</param>
    /// <param name="resource"><c>kind:id</c>.</param>
    /// <returns>The changed resource; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/> or
    /// <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<ResourceSummary>> ChangeAsync(
        Actor actor, string? project, string resource, ResourcePatch patch, CancellationToken cancellationToken) =>
        patch.Name is not null && Names.Check(patch.Name) is { } wrong ? Error.Invalid("name", wrong)
            : await changes.RunAsync<ResourceSummary>(
            actor,
            async (change, token) =>
            {
                var found = await FindAsync(change, project, resource, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                var (row, access) = found.Value;
                if (patch.Name?.Trim() is { } name && name != row.Name)
                {
                    var details = JsonSerializer.Serialize(new { from = row.Name, to = name });
                    row.Name = name;
                    change.Record(
                        access.OrganizationId, new(AuditCategory.Settings, "resource.renamed", Target(row, access), Details: details));
                }

                return ToRow(row, access);
            },
            cancellationToken);

    /// <summary>Returns the effect of deleting a resource.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="project"><c>organization/project</c>; null if the caller has only one.</param>
    /// <param name="resource"><c>kind:id</c>.</param>
    /// <returns>The effect; or <see cref="ErrorCode.NotFound"/> or <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<DeletionPreview>> PreviewDeletionAsync(
        Actor actor, string? project, string resource, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(context, actor, project, resource, MemberAction.ManageResources, cancellationToken);
        if (found.Error is { } missing)
        {
            return missing;
        }

        var since = time.GetUtcNow() - DeletionPreview.Recent;
        var only = Narrowed(context, found.Value.Row.Id).Where(key => key.Scope.Count == 1);
        return new DeletionPreview(
            await only.CountAsync(cancellationToken),
            await only.CountAsync(key => key.LastUsedOrder > since, cancellationToken),
            await Narrowed(context, found.Value.Row.Id).CountAsync(key => key.Scope.Count > 1, cancellationToken),
            await only.CountAsync(key => key.OwnerType == PartyType.PublishedApp, cancellationToken));
    }

    /// <summary>Deletes a resource and revokes the keys that have access to nothing else. A resource with the same id can be registered
    /// again, but earlier keys have no access to it.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="project"><c>organization/project</c>; null if the caller has only one.</param>
    /// <param name="resource"><c>kind:id</c>.</param>
    /// <returns>The resource as it was before, the revoked keys and those that lost access to it; or <see cref="ErrorCode.NotFound"/> or
    /// <see cref="ErrorCode.Forbidden"/>.</returns>
    public Task<Result<Deletion<ResourceSummary>>> DeleteAsync(
        Actor actor, string? project, string resource, CancellationToken cancellationToken) => changes.RunAsync<Deletion<ResourceSummary>>(
        actor,
        async (change, token) =>
        {
            var found = await FindAsync(change, project, resource, token);
            if (found.Error is { } missing)
            {
                return missing;
            }

            var (row, access) = found.Value;
            var keys = await Narrowed(change.Context, row.Id).AsNoTracking().OrderBy(key => key.KeyId)
                .Select(key => new { Key = key, Resources = key.Scope.Count }).ToListAsync(token);
            var revoked = keys.FindAll(x => x.Resources == 1).ConvertAll(x => x.Key);
            var narrowed = keys.FindAll(x => x.Resources > 1).ConvertAll(x => x.Key);
            change.Context.Remove(row);
            var target = Target(row, access);
            change.Record(access.OrganizationId, new(
                AuditCategory.Settings, "resource.deleted", target, Details: JsonSerializer.Serialize(
                    new { keys_revoked = revoked.Count })));
            await KeyAudit.RevokeAllAsync(
                change, access.OrganizationId, Narrowed(change.Context, row.Id)
                    .Where(key => key.Scope.Count == 1), revoked, "resource_deleted", target.Id, token);
            // last: it says which keys are narrowed to it
            await change.Context.KeyResources.Where(x => x.ResourceId == row.Id).ExecuteDeleteAsync(token);
            narrowed.ForEach(key => KeyAudit.Record(
                change, access.OrganizationId, "key.scope_reduced", key, new() { ["because"] = "resource_deleted", ["of"] = target.Id }));
            return new Deletion<ResourceSummary>(
                ToRow(row, access), [.. revoked.Select(key => key.KeyId)], [.. narrowed.Select(key => key.KeyId)]);
        },
        cancellationToken);

    /// <summary>Finds the resource, tracked, for an actor who may change it, and locks its project so that no key is limited to the
    /// resource until the transaction ends.</summary>
    static async Task<Result<(Resource Row, ProjectAccess Access)>> FindAsync(
        UnitOfWork change, string? project, string resource, CancellationToken cancellationToken)
    {
        var found = await FindAsync(change.Context, change.Actor, project, resource, MemberAction.ManageResources, cancellationToken);
        if (found.Error is { } missing)
        {
            return missing;
        }

        var (row, access) = found.Value;
        return await change.LockProjectAsync(access.ProjectId, cancellationToken)
            && await change.Context.Resources.SingleOrDefaultAsync(x => x.Id == row.Id, cancellationToken) is { } current
                ? (current, access) : Error.NotFound;
    }

    /// <summary>Finds the resource for a member who can do <paramref name="action"/>. Its kind may no longer be in the settings.</summary>
    static async Task<Result<(Resource Row, ProjectAccess Access)>> FindAsync(
        DashboardContext context, Actor actor, string? project, string resource, MemberAction action, CancellationToken cancellationToken)
    {
        var found = await context.ResolveProjectAsync(actor, project, cancellationToken);
        if (found.Error is { } missing)
        {
            return missing;
        }

        if (!TryParse(resource, out var wanted)
            || await context.Resources.AsNoTracking().SingleOrDefaultAsync(
                x => x.ProjectId == found.Value.ProjectId && x.Kind == wanted.Kind
                    && x.ExternalId == wanted.Id, cancellationToken) is not { } row)
        {
            return Error.NotFound;
        }

        return found.Value.Role.Check(action) is { } refusal ? refusal : (row, found.Value);
    }

    static bool TryParse(string text, out (string Kind, string Id) resource)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        resource = colon < 0 ? default : (text[..colon], text[(colon + 1)..]);
        return colon >= 0 && PermissionCatalog.IsName(resource.Kind) && Names.IsResourceId(resource.Id);
    }

    static IQueryable<ApiKey> Narrowed(DashboardContext context, long resourceId) =>
        context.Keys.Where(key => key.State != KeyState.Revoked && key.Scope.Any(x => x.ResourceId == resourceId));

    static AuditTarget Target(Resource row, ProjectAccess access) =>
        new(FeedSubject.Resource, $"{access.Path}/{row.Kind}:{row.ExternalId}", row.Name);
}
