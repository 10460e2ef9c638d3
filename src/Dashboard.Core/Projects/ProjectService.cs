using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Projects;

/// <summary>A project in a list.</summary>
/// <param name="Organization">The organization's slug.</param>
/// <param name="Slug">The project's slug.</param>
/// <param name="CreatedAt">When the project was created, UTC.</param>
public sealed record ProjectSummary(string Organization, string Slug, string Name, DateTimeOffset CreatedAt);

/// <summary>The input for creating a project.</summary>
/// <param name="Organization">The organization's slug; null if the caller has only one.</param>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Slug">The slug; null to derive it from the name.</param>
public sealed record NewProject(string? Organization, string Name, string? Slug = null);

/// <summary>Reads, creates, changes and deletes projects.</summary>
public sealed partial class ProjectService(IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, TimeProvider time)
{
    const int MaxSlugTries = 50;

    /// <summary>Returns the organizations that the actor is a member of, by slug.</summary>
    public async Task<IReadOnlyList<OrganizationAccess>> OrganizationsAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.OrganizationsOf(actor).ToListAsync(cancellationToken);
    }

    /// <summary>Finds an organization that the actor is a member of.</summary>
    /// <param name="slug">The current or a past slug.</param>
    /// <returns>The organization with its current slug, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<OrganizationAccess>> FindOrganizationAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.FindOrganizationAsync(actor, slug, cancellationToken) is { } found ? found : Error.NotFound;
    }

    /// <summary>Returns the projects that the actor can see, by organization and slug.</summary>
    public async Task<IReadOnlyList<ProjectAccess>> AccessibleAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.ProjectsOf(actor).ToListAsync(cancellationToken);
    }

    /// <summary>Finds a project that the actor can see, with the actor's role.</summary>
    /// <param name="path">The current or a past path.</param>
    /// <returns>The project, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<ProjectAccess>> FindAsync(Actor actor, ProjectPath path, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.FindProjectAsync(actor, path, cancellationToken) is { } access ? access : Error.NotFound;
    }

    /// <summary>Reads a project that the actor can see.</summary>
    /// <param name="path">The current or a past path.</param>
    /// <returns>The project, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<ProjectSummary>> GetAsync(Actor actor, ProjectPath path, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await context.FindProjectAsync(actor, path, cancellationToken) is not { } access)
        {
            return Error.NotFound;
        }

        var createdAt = await context.Projects.Where(x => x.Id == access.ProjectId).Select(x => x.CreatedAt).SingleAsync(cancellationToken);
        return new ProjectSummary(access.OrganizationSlug, access.ProjectSlug, access.ProjectName, createdAt);
    }

    /// <summary>Lists the projects that the actor can see, newest first.</summary>
    /// <param name="organization">The slug of an organization to list; null for all.</param>
    /// <param name="cursor">The cursor of the previous page; null for the first page.</param>
    /// <param name="limit">The page size, 1 to 200.</param>
    /// <returns>The page; or <see cref="ErrorCode.InvalidRequest"/>, or <see cref="ErrorCode.NotFound"/> for an organization that the actor
    /// cannot see.</returns>
    public async Task<Result<Page<ProjectSummary>>> ListAsync(
        Actor actor, string? organization, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var after = Cursor.Read(cursor, "projects", organization);
        if ((Page.Check(limit) ?? after.Error) is { } fault)
        {
            return fault;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var projects = context.Projects.AsNoTracking().Where(x => x.DeletedAt == null);
        if (organization is not null)
        {
            if (await context.FindOrganizationAsync(actor, organization, cancellationToken) is not { } found)
            {
                return Error.NotFound;
            }

            projects = projects.Where(x => x.OrganizationId == found.Id);
        }

        if (after.Value is { } last)
        {
            var lastId = last.AsNumber;
            projects = projects.Where(x => x.CreatedAt < last.At || (x.CreatedAt == last.At && x.Id < lastId));
        }

        var rows = await (
            from project in projects
            join member in context.MembershipsOf(actor) on project.OrganizationId equals member.OrganizationId
            join owner in context.Organizations on project.OrganizationId equals owner.Id
            orderby project.CreatedAt descending, project.Id descending
            select new { project.Id, Row = new ProjectSummary(owner.Slug, project.Slug, project.Name, project.CreatedAt) })
            .Take(limit + 1).ToListAsync(cancellationToken);
        return Cursor.Cut(rows, limit, x => x.Row, x => new(x.Row.CreatedAt, x.Id), "projects", organization);
    }

    /// <summary>Creates a project.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <returns>The project; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/>,
    /// <see cref="ErrorCode.Forbidden"/>, or <see cref="ErrorCode.Conflict"/> if another project has or had the slug.</returns>
    public async Task<Result<ProjectSummary>> CreateAsync(Actor actor, NewProject input, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Names.Check(input.Name) is { } name)
        {
            errors["name"] = name;
        }

        if (input.Slug is not null && Names.CheckSlug(input.Slug) is { } slug)
        {
            errors["slug"] = slug;
        }

        return errors.Count > 0 ? Error.Invalid(errors) : await changes.RunAsync<ProjectSummary>(
            actor,
            async (change, token) =>
            {
                var found = await change.Context.ResolveOrganizationAsync(actor, input.Organization, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                return found.Value.Role.Check(MemberAction.ManageProjects) is { } refusal
                    ? refusal
                    : await AddAsync(change, found.Value.Id, found.Value.Slug, input.Name.Trim(), input.Slug, token);
            },
            cancellationToken);
    }

    /// <summary>Adds a project to an organization within an authorized unit of work.</summary>
    internal static async Task<Result<ProjectSummary>> AddAsync(
        UnitOfWork change, long organizationId, string organization, string name, string? wanted, CancellationToken cancellationToken)
    {
        await change.LockOrganizationAsync(organizationId, cancellationToken);
        var slug = wanted ?? Names.ToSlug(name, "project");
        for (var number = 2; await change.Context.ProjectSlugs.AnyAsync(
            x => x.OrganizationId == organizationId && x.Slug == slug, cancellationToken); number++)
        {
            if (wanted is not null || number > MaxSlugTries)
            {
                return SlugTaken(slug);
            }

            slug = Names.Numbered(Names.ToSlug(name, "project"), number);
        }

        var project = new Project { OrganizationId = organizationId, Slug = slug, Name = name, CreatedAt = change.Now };
        change.Context.Add(project);
        await change.Context.SaveChangesAsync(cancellationToken);
        change.Context.Add(new ProjectSlug { OrganizationId = organizationId, Slug = slug, ProjectId = project.Id });
        change.Record(organizationId, new(
            AuditCategory.Settings, "project.created", new(FeedSubject.Project, new ProjectPath(organization, slug).ToString(), name)));
        return new ProjectSummary(organization, slug, name, change.Now);
    }
}
