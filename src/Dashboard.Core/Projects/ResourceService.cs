using System.Collections.ObjectModel;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Limits;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Projects;

/// <summary>A resource in a list.</summary>
/// <param name="Project"><c>organization/project</c>.</param>
/// <param name="Id">The identifier in the API.</param>
/// <param name="CreatedAt">When the resource was registered, UTC.</param>
public sealed record ResourceSummary(string Project, string Kind, string Id, string Name, DateTimeOffset CreatedAt);

/// <summary>The input for registering a resource.</summary>
/// <param name="Project"><c>organization/project</c>; null if the caller has only one.</param>
/// <param name="Kind">One of the configured kinds.</param>
/// <param name="Id">1 to 64 characters from <c>A-Za-z0-9._~-</c>.</param>
/// <param name="Name">1 to 100 characters; null to use the id.</param>
public sealed record NewResource(string? Project, string Kind, string Id, string? Name = null);

/// <summary>The filter, order and page of a list of resources.</summary>
/// <param name="Project"><c>organization/project</c>; null if the caller has only one.</param>
/// <param name="Kind">The kind to list; null for all.</param>
/// <param name="Search">Part of the name or the beginning of the id; null or empty for all.</param>
/// <param name="Cursor">The cursor of the previous page; null for the first page.</param>
/// <param name="Limit">The page size, 1 to 200.</param>
/// <param name="Descending">Whether the order is descending.</param>
public sealed record ResourceQuery(
    string? Project = null,
    string? Kind = null,
    string? Search = null,
    string? Cursor = null,
    int Limit = Page.DefaultLimit,
    ResourceSort Sort = ResourceSort.CreatedAt,
    bool Descending = true);

/// <summary>Lists, registers, changes and deletes the resources of a project.</summary>
public sealed partial class ResourceService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, PermissionCatalog catalog, TenantLimitOptions limits,
    TimeProvider time)
{
    /// <summary>Lists the resources of a project, by default the newest first.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="query">The filter, order and page. A cursor is valid only for the filter and order that it came from.</param>
    /// <returns>The page; or <see cref="ErrorCode.InvalidRequest"/> or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<Page<ResourceSummary>>> ListAsync(Actor actor, ResourceQuery query, CancellationToken cancellationToken)
    {
        if (Check(query) is { } unusable)
        {
            return unusable;
        }

        if (query.Kind is not null && CheckKind(query.Kind) is { } unknown)
        {
            return Error.Invalid("kind", unknown);
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await context.ResolveProjectAsync(actor, query.Project, cancellationToken);
        if (project.Error is { } missing)
        {
            return missing;
        }

        var search = string.IsNullOrWhiteSpace(query.Search) ? null : query.Search.Trim();
        string?[] filter = ["resources", $"{project.Value.ProjectId}", query.Kind, search, query.Sort.ToWireName(), $"{query.Descending}"];
        var after = Cursor.Read(query.Cursor, filter);
        if (after.Error is { } foreign)
        {
            return foreign;
        }

        var resources = Filter(context.Resources.AsNoTracking().Where(x => x.ProjectId == project.Value.ProjectId), query.Kind, search);
        var rows = await ResourcePages.InOrder(resources, query, after.Value).Take(query.Limit + 1).ToListAsync(cancellationToken);
        return Cursor.Cut(rows, query.Limit, x => ToRow(x, project.Value), x => ResourcePages.EndAt(x, query.Sort), filter);
    }

    /// <summary>Reads a resource.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="project"><c>organization/project</c>; null if the caller has only one.</param>
    /// <param name="resource"><c>kind:id</c>.</param>
    /// <returns>The resource, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<ResourceSummary>> GetAsync(Actor actor, string? project, string resource, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(context, actor, project, resource, MemberAction.View, cancellationToken);
        return found.Error is { } missing ? missing : ToRow(found.Value.Row, found.Value.Access);
    }

    /// <summary>Counts the unrevoked keys that are limited to each of the given resources.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="project"><c>organization/project</c>; null if the caller has only one.</param>
    /// <param name="resources">The resources as <c>kind:id</c>, at most one page of them.</param>
    /// <returns>The counts by <c>kind:id</c>, without zeros; or <see cref="ErrorCode.InvalidRequest"/> for too many resources, or
    /// <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<ReadOnlyDictionary<string, int>>> CountKeysAsync(
        Actor actor, string? project, IReadOnlyCollection<string> resources, CancellationToken cancellationToken)
    {
        if (resources.Count > Page.MaxLimit)
        {
            return Error.Invalid("resources", $"Specify {Page.MaxLimit} resources or fewer.");
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await context.ResolveProjectAsync(actor, project, cancellationToken);
        if (found.Error is { } missing)
        {
            return missing;
        }

        var ids = resources.Select(text => text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..]).ToList();
        var counts = await (
            from resource in context.Resources
            where resource.ProjectId == found.Value.ProjectId && ids.Contains(resource.ExternalId)
            join scope in context.KeyResources on resource.Id equals scope.ResourceId
            join key in context.Keys on scope.KeyId equals key.KeyId
            where key.State != KeyState.Revoked
            group resource by new { resource.Kind, resource.ExternalId } into one
            select new { one.Key.Kind, one.Key.ExternalId, Count = one.Count() }).ToListAsync(cancellationToken);
        return counts.Select(x => (Name: $"{x.Kind}:{x.ExternalId}", x.Count)).Where(x => resources.Contains(x.Name))
            .ToDictionary(x => x.Name, x => x.Count, StringComparer.Ordinal).AsReadOnly();
    }

    /// <summary>Counts the resources of each kind, in the order of the catalog and without kinds that have none.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="project"><c>organization/project</c>; null if the caller has only one.</param>
    /// <returns>The counts, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<IReadOnlyList<(string Kind, int Count)>>> CountKindsAsync(
        Actor actor, string? project, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await context.ResolveProjectAsync(actor, project, cancellationToken);
        if (found.Error is { } missing)
        {
            return missing;
        }

        var counts = await (
            from resource in context.Resources
            where resource.ProjectId == found.Value.ProjectId
            group resource by resource.Kind into kind
            select new { kind.Key, Count = kind.Count() }).ToDictionaryAsync(kind => kind.Key, kind => kind.Count, cancellationToken);
        return catalog.ResourceKinds.Where(counts.ContainsKey).Select(kind => (kind, counts[kind])).ToList();
    }

    /// <summary>Counts the resources of a list across all pages.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="query">The filter. Its cursor and page size are ignored.</param>
    /// <returns>The count; or <see cref="ErrorCode.InvalidRequest"/> or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<int>> CountAsync(Actor actor, ResourceQuery query, CancellationToken cancellationToken)
    {
        if (Check(query with { Limit = Page.DefaultLimit }) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var project = await context.ResolveProjectAsync(actor, query.Project, cancellationToken);
        if (project.Error is { } missing)
        {
            return missing;
        }

        var search = string.IsNullOrWhiteSpace(query.Search) ? null : query.Search.Trim();
        return await Filter(context.Resources.AsNoTracking().Where(x => x.ProjectId == project.Value.ProjectId), query.Kind, search)
            .CountAsync(cancellationToken);
    }

    /// <summary>Registers a resource, so that keys can be limited to it.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <returns>The resource; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/>,
    /// <see cref="ErrorCode.Forbidden"/>, or <see cref="ErrorCode.Conflict"/> if it already exists or the project has as many as it
    /// may.</returns>
    public async Task<Result<ResourceSummary>> CreateAsync(Actor actor, NewResource input, CancellationToken cancellationToken)
    {
        if (Check(input) is { } fault)
        {
            return fault;
        }

        return await changes.RunAsync<ResourceSummary>(
            actor,
            async (change, token) =>
            {
                var found = await change.Context.ResolveProjectAsync(actor, input.Project, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                var project = found.Value;
                if (project.Role.Check(MemberAction.ManageResources) is { } refusal)
                {
                    return refusal;
                }

                if (!await change.LockProjectAsync(project.ProjectId, token))
                {
                    return Error.NotFound;
                }

                if (await change.Context.Resources.AnyAsync(
                    x => x.ProjectId == project.ProjectId && x.Kind == input.Kind && x.ExternalId == input.Id, token))
                {
                    return new Error(ErrorCode.Conflict, $"{input.Kind}:{input.Id} is already registered in this project.");
                }

                if (limits.ResourcesPerProject > 0
                    && await change.Context.Resources.CountAsync(
                        x => x.ProjectId == project.ProjectId, token) >= limits.ResourcesPerProject)
                {
                    return Error.LimitReached(
                        "resource",
                        $"The project has reached its limit of {limits.ResourcesPerProject} resources. Delete one, or raise Limits:ResourcesPerProject.");
                }

                var resource = new Resource
                {
                    ProjectId = project.ProjectId,
                    Kind = input.Kind,
                    ExternalId = input.Id,
                    Name = (input.Name ?? input.Id).Trim(),
                    CreatedAt = change.Now,
                };
                change.Context.Add(resource);
                change.Record(project.OrganizationId, new(
                    AuditCategory.Settings, "resource.created", new(
                        FeedSubject.Resource, $"{project.Path}/{input.Kind}:{input.Id}", resource.Name)));
                return ToRow(resource, project);
            },
            cancellationToken);
    }

    static IQueryable<Resource> Filter(IQueryable<Resource> resources, string? kind, string? search)
    {
        if (kind is not null)
        {
            resources = resources.Where(x => x.Kind == kind);
        }

        if (search is not null)
        {
            var text = ComparableText.Fold(search);
            resources = resources.Where(x => x.SearchText.Contains(text) || x.ExternalId.Substring(0, search.Length) == search);
        }

        return resources;
    }

    string? CheckKind(string kind) =>
        catalog.ResourceKinds.Contains(kind, StringComparer.Ordinal) ? null : $"Use {string.Join(", ", catalog.ResourceKinds)}.";

    /// <summary>The kind may no longer be in the settings, but it must be a valid name.</summary>
    Error? Check(ResourceQuery query) => Page.Check(query.Limit, query.Search)
        ?? (query.Kind is null
            || PermissionCatalog.IsName(query.Kind) ? null : Error.Invalid("kind", $"Use {string.Join(", ", catalog.ResourceKinds)}."));

    Error? Check(NewResource input)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (CheckKind(input.Kind) is { } kind)
        {
            errors["kind"] = kind;
        }

        if (!Names.IsResourceId(input.Id))
        {
            errors["id"] = $"Use 1 to {Names.MaxResourceIdLength} letters, digits and . _ ~ - such as order-intake.";
        }

        if (input.Name is not null && Names.Check(input.Name) is { } name)
        {
            errors["name"] = name;
        }

        return errors.Count == 0 ? null : Error.Invalid(errors);
    }

    static ResourceSummary ToRow(Resource resource, ProjectAccess project) =>
        new(project.Path.ToString(), resource.Kind, resource.ExternalId, resource.Name, resource.CreatedAt);
}
