using Dashboard.Core.Changes;
using Dashboard.Core.Limits;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Projects;

/// <summary>The input for creating an organization.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Slug">The slug; null to derive it from the name.</param>
/// <param name="Project">The name of its first project, 1 to 100 characters; null for none.</param>
public sealed record NewOrganization(string? Name, string? Slug = null, string? Project = null);

/// <summary>A new organization.</summary>
/// <param name="Organization">The organization, in which the creator is the owner.</param>
/// <param name="Project">The slug of the first project, or null.</param>
public sealed record CreatedOrganization(OrganizationAccess Organization, string? Project);

/// <summary>Creates organizations for people who have an account.</summary>
public sealed class OrganizationCreation(UnitOfWorkRunner changes, TenantLimitOptions limits)
{
    const int MaxSlugTries = 50;

    /// <summary>Creates an organization, with its first project if one is named. The creator owns it.</summary>
    /// <param name="actor">A signed-in person.</param>
    /// <returns>The organization; or <see cref="ErrorCode.InvalidRequest"/> by field, or <see cref="ErrorCode.Conflict"/> if another
    /// organization has or had the slug or the person owns as many organizations as they may.</returns>
    public async Task<Result<CreatedOrganization>> CreateAsync(Actor actor, NewOrganization input, CancellationToken cancellationToken) =>
        Check(input) is { } fault ? fault : await changes.RunAsync<CreatedOrganization>(
            actor,
            async (change, token) =>
            {
                // Of two at once the second waits here, and then counts the first.
                await change.Context.Users.Where(x => x.Id == actor.Id)
                    .ExecuteUpdateAsync(set => set.SetProperty(x => x.Name, x => x.Name), token);
                if (limits.OrganizationsPerPerson > 0 && await change.Context.Members.IgnoreQueryFilters().CountAsync(
                    x => x.UserId == actor.Id && x.Role == OrganizationRole.Owner, token) >= limits.OrganizationsPerPerson)
                {
                    return Error.LimitReached(
                        "organization",
                        $"You own {limits.OrganizationsPerPerson} organizations, which is the limit. Leave one, or raise Limits:OrganizationsPerPerson.");
                }

                await change.LockInstallationAsync(token); // the slugs of all organizations are checked
                var name = input.Name!.Trim();
                if (await FindSlugAsync(change, name, input.Slug, token) is not { } slug)
                {
                    return new Error(ErrorCode.Conflict, $"The address {input.Slug ?? Names.ToSlug(name, "organization")} is or was used by another organization. Choose a different one.");
                }

                var owner = await change.Context.Users.AsNoTracking().SingleAsync(x => x.Id == actor.Id, token);
                var organization = await OrganizationService.AddAsync(change, slug, name, owner, token);
                var access = new OrganizationAccess(organization.Id, slug, name, OrganizationRole.Owner);
                return input.Project is null
                    ? new CreatedOrganization(access, null)
                    : (await ProjectService.AddAsync(change, organization.Id, slug, input.Project.Trim(), null, token))
                        .Map(project => new CreatedOrganization(access, project.Slug));
            },
            cancellationToken);

    static async Task<string?> FindSlugAsync(UnitOfWork change, string name, string? wanted, CancellationToken cancellationToken)
    {
        var first = wanted ?? Names.ToSlug(name, "organization");
        var slug = first;
        for (var number = 2; await change.Context.OrganizationSlugs.AnyAsync(x => x.Slug == slug, cancellationToken); number++)
        {
            if (wanted is not null || number > MaxSlugTries)
            {
                return null;
            }

            slug = Names.Numbered(first, number);
        }

        return slug;
    }

    static Error? Check(NewOrganization input)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        Add("name", Names.Check(input.Name));
        Add("slug", input.Slug is null ? null : Names.CheckSlug(input.Slug));
        Add("project", input.Project is null ? null : Names.Check(input.Project));
        return errors.Count == 0 ? null : Error.Invalid(errors);

        void Add(string field, string? message)
        {
            if (message is not null)
            {
                errors[field] = message;
            }
        }
    }
}
