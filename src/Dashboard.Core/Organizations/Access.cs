using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Organizations;

/// <summary>The path of a project in URLs.</summary>
/// <param name="Organization">The organization's slug.</param>
/// <param name="Project">The project's slug.</param>
public readonly record struct ProjectPath(string Organization, string Project)
{
    /// <summary>Parses <c>org/project</c>. Returns false for text that cannot be the path of a project.</summary>
    public static bool TryParse(string? text, out ProjectPath path)
    {
        path = default;
        if (text?.Split('/') is not [var organization, var project] || !Names.HasSlugShape(organization) || !Names.HasSlugShape(project))
        {
            return false;
        }

        path = new(organization, project);
        return true;
    }

    /// <summary>Returns <c>org/project</c>.</summary>
    public override string ToString() => $"{Organization}/{Project}";
}

/// <summary>A project that the actor can see, and the actor's role in its organization.</summary>
/// <param name="OrganizationSlug">The current slug.</param>
/// <param name="ProjectSlug">The current slug.</param>
public sealed record ProjectAccess(
    long OrganizationId, string OrganizationSlug, string OrganizationName, long ProjectId,
    string ProjectSlug, string ProjectName, OrganizationRole Role)
{
    /// <summary>The current path of the project.</summary>
    public ProjectPath Path => new(OrganizationSlug, ProjectSlug);

    /// <summary>What the organization demands.</summary>
    public OrganizationPolicies Policies { get; init; } = OrganizationPolicies.None;
}

/// <summary>An organization that the actor is a member of.</summary>
/// <param name="Slug">The current slug.</param>
/// <param name="Role">The actor's role.</param>
public sealed record OrganizationAccess(long Id, string Slug, string Name, OrganizationRole Role)
{
    /// <summary>What the organization demands.</summary>
    public OrganizationPolicies Policies { get; init; } = OrganizationPolicies.None;
}

/// <summary>Makes membership part of each query: what the actor has no access to does not exist.</summary>
static class Access
{
    /// <summary>The memberships that apply to <paramref name="actor"/>: all of the person's or, through an access token, the one in the
    /// token's organization.</summary>
    public static IQueryable<Member> MembershipsOf(this DashboardContext context, Actor actor)
    {
        var own = context.Members.Where(member => member.UserId == actor.Id);
        return actor.Token is { OrganizationId: var only } ? own.Where(member => member.OrganizationId == only) : own;
    }

    /// <summary>The projects that <paramref name="actor"/> can see.</summary>
    public static IQueryable<ProjectAccess> ProjectsOf(this DashboardContext context, Actor actor) =>
        from member in context.MembershipsOf(actor)
        join organization in context.Organizations on member.OrganizationId equals organization.Id
        join project in context.Projects on organization.Id equals project.OrganizationId
        where project.DeletedAt == null
        orderby organization.Slug, project.Slug
        select new ProjectAccess(organization.Id, organization.Slug, organization.Name, project.Id, project.Slug, project.Name, member.Role)
        {
            Policies = new OrganizationPolicies(
                organization.RequireTwoFactor, organization.MaxLiveKeyDays, !organization.LiveKeysByAdmins,
                organization.LiveKeysNeedAllowList,
                organization.LiveWriteKeysNeedApproval),
        };

    /// <summary>The organizations that <paramref name="actor"/> is a member of.</summary>
    public static IQueryable<OrganizationAccess> OrganizationsOf(this DashboardContext context, Actor actor) =>
        from member in context.MembershipsOf(actor)
        join organization in context.Organizations on member.OrganizationId equals organization.Id
        orderby organization.Slug
        select new OrganizationAccess(organization.Id, organization.Slug, organization.Name, member.Role)
        {
            Policies = new OrganizationPolicies(
                organization.RequireTwoFactor, organization.MaxLiveKeyDays, !organization.LiveKeysByAdmins,
                organization.LiveKeysNeedAllowList,
                organization.LiveWriteKeysNeedApproval),
        };

    /// <summary>Compiled, because each change begins with it. An organization that is null stands for all of the person's.</summary>
    static readonly PerModel<Func<DashboardContext, string, long?, string, string, CancellationToken, Task<ProjectAccess?>>> findProject =
        new(_ =>
        EF.CompileAsyncQuery(
            (DashboardContext context, string userId, long? only, string organizationPath, string projectPath, CancellationToken _) => (
            from organizationSlug in context.OrganizationSlugs
            where organizationSlug.Slug == organizationPath
            join member in context.Members on organizationSlug.OrganizationId equals member.OrganizationId
            where member.UserId == userId && (only == null || member.OrganizationId == only)
            join organization in context.Organizations on member.OrganizationId equals organization.Id
            join projectSlug in context.ProjectSlugs on organization.Id equals projectSlug.OrganizationId
            where projectSlug.Slug == projectPath
            join project in context.Projects on projectSlug.ProjectId equals project.Id
            where project.DeletedAt == null
            select new ProjectAccess(
                organization.Id, organization.Slug, organization.Name, project.Id, project.Slug, project.Name, member.Role)
            {
                Policies = new OrganizationPolicies(
                    organization.RequireTwoFactor, organization.MaxLiveKeyDays, !organization.LiveKeysByAdmins,
                    organization.LiveKeysNeedAllowList,
                    organization.LiveWriteKeysNeedApproval),
            })
            .SingleOrDefault()));

    static readonly PerModel<Func<DashboardContext, string, long?, IAsyncEnumerable<ProjectAccess>>> firstProjects = new(_ =>
        EF.CompileAsyncQuery((DashboardContext context, string userId, long? only) => (
            from member in context.Members
            where member.UserId == userId && (only == null || member.OrganizationId == only)
            join organization in context.Organizations on member.OrganizationId equals organization.Id
            join project in context.Projects on organization.Id equals project.OrganizationId
            where project.DeletedAt == null
            orderby organization.Slug, project.Slug
            select new ProjectAccess(
                organization.Id, organization.Slug, organization.Name, project.Id, project.Slug, project.Name, member.Role)
            {
                Policies = new OrganizationPolicies(
                    organization.RequireTwoFactor, organization.MaxLiveKeyDays, !organization.LiveKeysByAdmins,
                    organization.LiveKeysNeedAllowList,
                    organization.LiveWriteKeysNeedApproval),
            }).Take(2)));

    /// <summary>Finds the project with a current or past path, if <paramref name="actor"/> can see it.</summary>
    public static async Task<ProjectAccess?> FindProjectAsync(
        this DashboardContext context, Actor actor, ProjectPath path, CancellationToken cancellationToken) =>
        !Names.HasSlugShape(path.Organization) || !Names.HasSlugShape(path.Project) ? null
            : await findProject.Get(context)(
                context, actor.Id, actor.Token?.OrganizationId, path.Organization, path.Project, cancellationToken);

    /// <summary>Finds the organization with a current or past slug, if <paramref name="actor"/> is a member.</summary>
    public static async Task<OrganizationAccess?> FindOrganizationAsync(
        this DashboardContext context, Actor actor, string slug, CancellationToken cancellationToken) =>
        !Names.HasSlugShape(slug) ? null : await (
         from organizationSlug in context.OrganizationSlugs
         where organizationSlug.Slug == slug
         join member in context.MembershipsOf(actor) on organizationSlug.OrganizationId equals member.OrganizationId
         join organization in context.Organizations on member.OrganizationId equals organization.Id
         select new OrganizationAccess(organization.Id, organization.Slug, organization.Name, member.Role)
         {
             Policies = new OrganizationPolicies(
                 organization.RequireTwoFactor, organization.MaxLiveKeyDays, !organization.LiveKeysByAdmins,
                 organization.LiveKeysNeedAllowList,
                 organization.LiveWriteKeysNeedApproval),
         })
        .SingleOrDefaultAsync(cancellationToken);

    /// <summary>The organization that a request names, or the actor's only one where it names none.</summary>
    public static async Task<Result<OrganizationAccess>> ResolveOrganizationAsync(
        this DashboardContext context, Actor actor, string? slug, CancellationToken cancellationToken)
    {
        if (slug is not null)
        {
            return await context.FindOrganizationAsync(actor, slug, cancellationToken) is { } found ? found : Error.NotFound;
        }

        return await context.OrganizationsOf(actor).Take(2).ToListAsync(cancellationToken) switch
        {
            [var only] => only,
            [] => Error.Invalid("organization", "You belong to no organization."),
            _ => Error.Invalid("organization", "You belong to several organizations. Name one by its slug."),
        };
    }

    /// <summary>The project that a request names, or the actor's only one where it names none.</summary>
    public static async Task<Result<ProjectAccess>> ResolveProjectAsync(
        this DashboardContext context, Actor actor, string? project, CancellationToken cancellationToken)
    {
        if (project is null)
        {
            var first = await firstProjects.Get(context)(context, actor.Id, actor.Token?.OrganizationId).ToListAsync(cancellationToken);
            return first switch
            {
                [var only] => only,
                [] => Error.Invalid("project", "You have no access to any project. Ask an admin of your organization."),
                _ => Error.Invalid("project", "You have access to several projects. Specify one as organization/project."),
            };
        }

        if (!ProjectPath.TryParse(project, out var path))
        {
            return Error.Invalid("project", "Use the format organization/project, such as acme/orders.");
        }

        return await context.FindProjectAsync(actor, path, cancellationToken) is { } access ? access : Error.NotFound;
    }
}
