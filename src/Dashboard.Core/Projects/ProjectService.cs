using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Projects;

/// <summary>A project as lists show it.</summary>
/// <param name="Organization">The organization's slug.</param>
/// <param name="Slug">The project's slug.</param>
/// <param name="Name">What people call it.</param>
/// <param name="CreatedAt">When it was created, UTC.</param>
public sealed record ProjectSummary(string Organization, string Slug, string Name, DateTimeOffset CreatedAt);

/// <summary>What is asked for when a project is created.</summary>
/// <param name="Organization">The organization's slug; null for the caller's only one.</param>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Slug">What addresses call it; null for one made of the name.</param>
public sealed record NewProject(string? Organization, string Name, string? Slug = null);

/// <summary>What people do with projects.</summary>
public sealed partial class ProjectService(IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, TimeProvider time)
{
    const int MostSlugTries = 50;

    /// <summary>The organizations that the actor belongs to, by slug.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<OrganizationAccess>> OrganizationsAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.OrganizationsOf(actor).ToListAsync(cancellationToken);
    }

    /// <summary>One organization that the actor belongs to.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="slug">The organization's slug, or one that it had.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The organization as it is called today, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<OrganizationAccess>> FindOrganizationAsync(Actor actor, string slug, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.FindOrganizationAsync(actor, slug, cancellationToken) is { } found ? found : Error.NotFound;
    }

    /// <summary>The projects that the actor may see, by organization and slug.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<ProjectAccess>> AccessibleAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.ProjectsOf(actor).ToListAsync(cancellationToken);
    }

    /// <summary>One project that the actor may see.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="path">Its present or a past address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The project, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<ProjectAccess>> FindAsync(Actor actor, ProjectPath path, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await context.FindProjectAsync(actor, path, cancellationToken) is { } access ? access : Error.NotFound;
    }

    /// <summary>Reads one project that the actor may see.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="path">Its present or a past address.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
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

    /// <summary>Lists the projects that the actor may see, newest first.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="organization">Only those of this organization (its slug); null for all.</param>
    /// <param name="cursor">Where the page before it ended; null for the first.</param>
    /// <param name="limit">The most rows, 1 to 200.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The page; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/> for an organization that the actor may not see.</returns>
    public async Task<Result<Page<ProjectSummary>>> ListAsync(Actor actor, string? organization, string? cursor, int limit, CancellationToken cancellationToken)
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
    /// <param name="input">What is asked for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The project; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>,
    /// <see cref="ErrorCode.Conflict"/> for a slug that is or was another's.</returns>
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

    /// <summary>Adds a project to an organization, inside a change that has the right to.</summary>
    internal static async Task<Result<ProjectSummary>> AddAsync(
        UnitOfWork change, long organizationId, string organization, string name, string? wanted, CancellationToken cancellationToken)
    {
        await change.LockOrganizationAsync(organizationId, cancellationToken);
        var slug = wanted ?? Names.ToSlug(name, "project");
        for (var number = 2; await change.Context.ProjectSlugs.AnyAsync(x => x.OrganizationId == organizationId && x.Slug == slug, cancellationToken); number++)
        {
            if (wanted is not null || number > MostSlugTries)
            {
                return SlugTaken(slug);
            }

            slug = Names.Numbered(Names.ToSlug(name, "project"), number);
        }

        var project = new Project { OrganizationId = organizationId, Slug = slug, Name = name, CreatedAt = change.Now };
        change.Context.Add(project);
        await change.Context.SaveChangesAsync(cancellationToken);
        change.Context.Add(new ProjectSlug { OrganizationId = organizationId, Slug = slug, ProjectId = project.Id });
        change.Record(organizationId, new(AuditCategory.Settings, "project.created", new(FeedSubject.Project, new ProjectPath(organization, slug).ToString(), name)));
        return new ProjectSummary(organization, slug, name, change.Now);
    }
}
