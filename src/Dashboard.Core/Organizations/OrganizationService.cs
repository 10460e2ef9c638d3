using System.Text.Json;
using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Organizations;

/// <summary>What is to change on an organization. What is null stays.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Slug">What addresses call it from then on. The slugs before still mean it.</param>
public sealed record OrganizationPatch(string? Name = null, string? Slug = null);

/// <summary>What owners do with an organization itself.</summary>
public sealed class OrganizationService(UnitOfWorkRunner changes)
{
    /// <summary>Renames an organization, or changes what addresses call it.</summary>
    /// <param name="actor">An owner of the organization.</param>
    /// <param name="organization">Its present or a past slug.</param>
    /// <param name="patch">What is to change.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The organization as it is then; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/>,
    /// <see cref="ErrorCode.Forbidden"/>, <see cref="ErrorCode.Conflict"/> for a slug that is or was another's.</returns>
    public async Task<Result<OrganizationAccess>> ChangeAsync(Actor actor, string organization, OrganizationPatch patch, CancellationToken cancellationToken) =>
        Names.Check(patch.Name, patch.Slug) is { } fault ? fault : await changes.RunAsync<OrganizationAccess>(
            actor,
            async (change, token) =>
            {
                if (await change.Context.FindOrganizationAsync(actor, organization, token) is not { } found)
                {
                    return Error.NotFound;
                }

                if (found.Role.Check(MemberAction.ChangeOrganization) is { } refusal)
                {
                    return refusal;
                }

                await change.LockOrganizationAsync(found.Id, token);
                await change.LockInstallationAsync(token); // whose slugs are looked at
                var row = await change.Context.Organizations.SingleAsync(x => x.Id == found.Id, token);
                Rename(change, row, patch.Name?.Trim());
                return await MoveAsync(change, row, patch.Slug, token) is { } taken ? taken : new OrganizationAccess(row.Id, row.Slug, row.Name, found.Role);
            },
            cancellationToken);

    static void Rename(UnitOfWork change, Organization row, string? name)
    {
        if (name is null || name == row.Name)
        {
            return;
        }

        var details = JsonSerializer.Serialize(new { from = row.Name, to = name });
        row.Name = name;
        change.Record(row.Id, new(AuditCategory.Settings, "organization.renamed", new(FeedSubject.Organization, row.Slug, name), Details: details));
    }

    /// <summary>Gives an organization another slug, if it is free or was its own. The event is about the old slug: what is cached knows it by that.</summary>
    static async Task<Error?> MoveAsync(UnitOfWork change, Organization row, string? slug, CancellationToken cancellationToken)
    {
        if (slug is null || slug == row.Slug)
        {
            return null;
        }

        var known = await change.Context.OrganizationSlugs.AsNoTracking().SingleOrDefaultAsync(x => x.Slug == slug, cancellationToken);
        if (known is not null && known.OrganizationId != row.Id)
        {
            return new(ErrorCode.Conflict, $"The address {slug} is or was another organization's. Choose another slug.");
        }

        if (known is null)
        {
            change.Context.Add(new OrganizationSlug { Slug = slug, OrganizationId = row.Id });
        }

        var from = row.Slug;
        row.Slug = slug;
        change.Record(row.Id, new(
            AuditCategory.Settings, "organization.moved", new(FeedSubject.Organization, from, row.Name), Details: JsonSerializer.Serialize(new { from, to = slug })));
        return null;
    }
}
