using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Projects;

/// <summary>Changes to a project. Null members stay unchanged.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Slug">The new slug. Past slugs still resolve.</param>
public sealed record ProjectPatch(string? Name = null, string? Slug = null);

/// <content>Renaming and deleting.</content>
public sealed partial class ProjectService
{
    /// <summary>Changes the name or slug of a project.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="path">The current or a past path.</param>
    /// <returns>The changed project; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/>,
    /// <see cref="ErrorCode.Forbidden"/>, or <see cref="ErrorCode.Conflict"/> if another project has or had the slug.</returns>
    public async Task<Result<ProjectSummary>> ChangeAsync(
        Actor actor, ProjectPath path, ProjectPatch patch, CancellationToken cancellationToken) =>
        Names.Check(patch.Name, patch.Slug) is { } fault ? fault : await changes.RunAsync<ProjectSummary>(
            actor,
            async (change, token) =>
            {
                if (await change.Context.FindProjectAsync(actor, path, token) is not { } found)
                {
                    return Error.NotFound;
                }

                if (found.Role.Check(MemberAction.ManageProjects) is { } refusal)
                {
                    return refusal;
                }

                await change.LockOrganizationAsync(found.OrganizationId, token); // the slugs of all its projects are checked
                if (!await change.LockProjectAsync(found.ProjectId, token))
                {
                    return Error.NotFound;
                }

                var project = await change.Context.Projects.SingleAsync(x => x.Id == found.ProjectId, token);
                Rename(change, project, found.OrganizationSlug, patch.Name?.Trim());
                return await MoveAsync(change, project, found.OrganizationSlug, patch.Slug, token) is { } taken
                    ? taken
                    : new ProjectSummary(found.OrganizationSlug, project.Slug, project.Name, project.CreatedAt);
            },
            cancellationToken);

    /// <summary>Returns the effect of deleting a project.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="path">The current or a past path.</param>
    /// <returns>The effect; or <see cref="ErrorCode.NotFound"/> or <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<DeletionPreview>> PreviewDeletionAsync(Actor actor, ProjectPath path, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await context.FindProjectAsync(actor, path, cancellationToken) is not { } found)
        {
            return Error.NotFound;
        }

        if (found.Role.Check(MemberAction.ManageProjects) is { } refusal)
        {
            return refusal;
        }

        var since = time.GetUtcNow() - DeletionPreview.Recent;
        var keys = Revocable(context, found.ProjectId);
        return new DeletionPreview(
            await keys.CountAsync(cancellationToken),
            await keys.CountAsync(key => key.LastUsedOrder > since, cancellationToken),
            AppsUnpublished: await keys.CountAsync(key => key.OwnerType == PartyType.PublishedApp, cancellationToken));
    }

    /// <summary>Deletes a project and revokes all of its keys. Its slugs are never reused.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="path">The current or a past path.</param>
    /// <returns>The project as it was before and the revoked keys; or <see cref="ErrorCode.NotFound"/> or
    /// <see cref="ErrorCode.Forbidden"/>.</returns>
    public Task<Result<Deletion<ProjectSummary>>> DeleteAsync(
        Actor actor, ProjectPath path, CancellationToken cancellationToken) => changes.RunAsync<Deletion<ProjectSummary>>(
        actor,
        async (change, token) =>
        {
            if (await change.Context.FindProjectAsync(actor, path, token) is not { } found)
            {
                return Error.NotFound;
            }

            if (found.Role.Check(MemberAction.ManageProjects) is { } refusal)
            {
                return refusal;
            }

            if (!await change.LockProjectAsync(found.ProjectId, token))
            {
                return Error.NotFound;
            }

            var project = await change.Context.Projects.SingleAsync(x => x.Id == found.ProjectId, token);
            var address = new ProjectPath(found.OrganizationSlug, project.Slug).ToString();
            project.DeletedAt = change.Now;
            var revocable = Revocable(change.Context, project.Id);
            var keys = await revocable.AsNoTracking().OrderBy(key => key.KeyId).ToListAsync(token);
            change.Record(project.OrganizationId, new(
                AuditCategory.Settings, "project.deleted", new(FeedSubject.Project, address, project.Name),
                Details: JsonSerializer.Serialize(new { keys_revoked = keys.Count })));
            await KeyAudit.RevokeAllAsync(change, project.OrganizationId, revocable, keys, "project_deleted", address, token);
            return new Deletion<ProjectSummary>(
                new(found.OrganizationSlug, project.Slug, project.Name, project.CreatedAt), [.. keys.Select(key => key.KeyId)], []);
        },
        cancellationToken);

    static void Rename(UnitOfWork change, Project project, string organization, string? name)
    {
        if (name is null || name == project.Name)
        {
            return;
        }

        var details = JsonSerializer.Serialize(new { from = project.Name, to = name });
        project.Name = name;
        change.Record(project.OrganizationId, new(
            AuditCategory.Settings, "project.renamed",
            new(FeedSubject.Project, new ProjectPath(organization, project.Slug).ToString(), name), Details: details));
    }

    /// <summary>Changes the slug of a project, if it is free or was its own before. The event names the old path because caches know the
    /// project by it.</summary>
    static async Task<Error?> MoveAsync(
        UnitOfWork change, Project project, string organization, string? slug, CancellationToken cancellationToken)
    {
        if (slug is null || slug == project.Slug)
        {
            return null;
        }

        var known = await change.Context.ProjectSlugs.AsNoTracking()
            .SingleOrDefaultAsync(x => x.OrganizationId == project.OrganizationId && x.Slug == slug, cancellationToken);
        if (known is not null && known.ProjectId != project.Id)
        {
            return SlugTaken(slug);
        }

        if (known is null)
        {
            change.Context.Add(new ProjectSlug { OrganizationId = project.OrganizationId, Slug = slug, ProjectId = project.Id });
        }

        var (from, to) = (new ProjectPath(organization, project.Slug), new ProjectPath(organization, slug));
        project.Slug = slug;
        change.Record(project.OrganizationId, new(
            AuditCategory.Settings, "project.moved", new(FeedSubject.Project, from.ToString(), project.Name),
            Details: JsonSerializer.Serialize(new { from = from.ToString(), to = to.ToString() })));
        return null;
    }

    static IQueryable<ApiKey> Revocable(DashboardContext context, long projectId) =>
        context.Keys.Where(key => key.ProjectId == projectId && KeyListPartition.Unrevoked.Contains(key.Shelf));

    static Error SlugTaken(string slug) => new(ErrorCode.Conflict, $"The address {slug} is or was another project's. Choose another slug.");
}
