using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Projects;

/// <summary>What is to change on a resource. What is null stays.</summary>
/// <param name="Name">1 to 100 characters.</param>
public sealed record ResourcePatch(string? Name = null);

/// <content>Renaming and deleting.</content>
public sealed partial class ResourceService
{
    /// <summary>Renames a resource.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="project"><c>organization/project</c>; null for the caller's only one.</param>
    /// <param name="resource"><c>kind:id</c>.</param>
    /// <param name="patch">What is to change.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The resource as it is then; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<ResourceSummary>> ChangeAsync(Actor actor, string? project, string resource, ResourcePatch patch, CancellationToken cancellationToken) =>
        patch.Name is not null && Names.Check(patch.Name) is { } wrong ? Error.Invalid("name", wrong) : await changes.RunAsync<ResourceSummary>(
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
                    change.Record(access.OrganizationId, new(AuditCategory.Settings, "resource.renamed", Target(row, access), Details: details));
                }

                return ToRow(row, access);
            },
            cancellationToken);

    /// <summary>Says what deleting a resource would do.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="project"><c>organization/project</c>; null for the caller's only one.</param>
    /// <param name="resource"><c>kind:id</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What would be done; or <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<DeletionPreview>> PreviewDeletionAsync(Actor actor, string? project, string resource, CancellationToken cancellationToken)
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

    /// <summary>Deletes a resource and revokes the keys that reach nothing else. The same id can be registered again: that is another resource, which no key
    /// of before reaches.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="project"><c>organization/project</c>; null for the caller's only one.</param>
    /// <param name="resource"><c>kind:id</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The resource as it was, with the keys that are revoked now and those that reach less; or <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>.</returns>
    public Task<Result<Deletion<ResourceSummary>>> DeleteAsync(Actor actor, string? project, string resource, CancellationToken cancellationToken) => changes.RunAsync<Deletion<ResourceSummary>>(
        actor,
        async (change, token) =>
        {
            var found = await FindAsync(change, project, resource, token);
            if (found.Error is { } missing)
            {
                return missing;
            }

            var (row, access) = found.Value;
            var keys = await Narrowed(change.Context, row.Id).OrderBy(key => key.KeyId).Select(key => new { Key = key, Resources = key.Scope.Count }).ToListAsync(token);
            var revoked = keys.FindAll(x => x.Resources == 1).ConvertAll(x => x.Key);
            var narrowed = keys.FindAll(x => x.Resources > 1).ConvertAll(x => x.Key);
            await change.Context.KeyResources.Where(x => x.ResourceId == row.Id).ExecuteDeleteAsync(token);
            change.Context.Remove(row);
            var target = Target(row, access);
            change.Record(access.OrganizationId, new(
                AuditCategory.Settings, "resource.deleted", target, Details: JsonSerializer.Serialize(new { keys_revoked = revoked.Count })));
            await KeyAudit.RevokeAsync(change, access.OrganizationId, revoked, "resource_deleted", target.Id, token);
            narrowed.ForEach(key => KeyAudit.Record(
                change, access.OrganizationId, "key.scope_reduced", key, new() { ["because"] = "resource_deleted", ["of"] = target.Id }));
            return new Deletion<ResourceSummary>(ToRow(row, access), [.. revoked.Select(key => key.KeyId)], [.. narrowed.Select(key => key.KeyId)]);
        },
        cancellationToken);

    /// <summary>The resource, tracked, for somebody who may change it, with its project locked: no key is narrowed to it meanwhile.</summary>
    static async Task<Result<(Resource Row, ProjectAccess Access)>> FindAsync(UnitOfWork change, string? project, string resource, CancellationToken cancellationToken)
    {
        var found = await FindAsync(change.Context, change.Actor, project, resource, MemberAction.ManageResources, cancellationToken);
        if (found.Error is { } missing)
        {
            return missing;
        }

        var (row, access) = found.Value;
        return await change.LockProjectAsync(access.ProjectId, cancellationToken)
            && await change.Context.Resources.SingleOrDefaultAsync(x => x.Id == row.Id, cancellationToken) is { } current ? (current, access) : Error.NotFound;
    }

    /// <summary>The resource, for a member who can do <paramref name="action"/>. Its kind need not be in the settings any more.</summary>
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
                x => x.ProjectId == found.Value.ProjectId && x.Kind == wanted.Kind && x.ExternalId == wanted.Id, cancellationToken) is not { } row)
        {
            return Error.NotFound;
        }

        return found.Value.Role.Check(action) is { } refusal ? refusal : (row, found.Value);
    }

    static bool TryParse(string text, out (string Kind, string Id) resource)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        resource = colon < 0 ? default : (text[..colon], text[(colon + 1)..]);
        return colon >= 0 && PermissionCatalog.IsWord(resource.Kind) && Names.IsResourceId(resource.Id);
    }

    static IQueryable<ApiKey> Narrowed(DashboardContext context, long resourceId) =>
        context.Keys.Where(key => key.State != KeyState.Revoked && key.Scope.Any(x => x.ResourceId == resourceId));

    static AuditTarget Target(Resource row, ProjectAccess access) => new(FeedSubject.Resource, $"{access.Path}/{row.Kind}:{row.ExternalId}", row.Name);
}
