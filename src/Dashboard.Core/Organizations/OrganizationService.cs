using System.Globalization;
using System.Text.Json;
using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Organizations;

/// <summary>Changes to an organization. Null members stay unchanged.</summary>
/// <param name="Name">1 to 100 characters.</param>
/// <param name="Slug">The new slug. Past slugs still resolve.</param>
/// <param name="Policies">Returns the new policies, given the current ones.</param>
public sealed record OrganizationPatch(
    string? Name = null, string? Slug = null, Func<OrganizationPolicies, OrganizationPolicies>? Policies = null);

/// <summary>Changes organizations.</summary>
public sealed class OrganizationService(UnitOfWorkRunner changes)
{
    /// <summary>Changes the name, the slug or the policies of an organization. Policies apply to what is created from then on.</summary>
    /// <param name="actor">An owner of the organization.</param>
    /// <param name="organization">The current or a past slug.</param>
    /// <returns>The changed organization; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/>,
    /// <see cref="ErrorCode.Forbidden"/>, <see cref="ErrorCode.Conflict"/> if another organization has or had the slug, or, where policies
    /// change, <see cref="ErrorCode.FreshSignInRequired"/>.</returns>
    public async Task<Result<OrganizationAccess>> ChangeAsync(
        Actor actor, string organization, OrganizationPatch patch, CancellationToken cancellationToken) =>
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

                if (patch.Policies is not null && await change.CheckPresenceAsync(token) is { } absent)
                {
                    return absent;
                }

                await change.LockOrganizationAsync(found.Id, token);
                if (patch.Slug is not null)
                {
                    await change.LockInstallationAsync(token); // the slugs of all organizations are checked
                }

                var row = await change.Context.Organizations.SingleAsync(x => x.Id == found.Id, token);
                if (patch.Policies is not null && Apply(change, row, patch.Policies) is { } wrong)
                {
                    return wrong;
                }

                Rename(change, row, patch.Name?.Trim());
                return await MoveAsync(change, row, patch.Slug, token) is { } taken ? taken
                    : new OrganizationAccess(row.Id, row.Slug, row.Name, found.Role) { Policies = OrganizationPolicies.Of(row) };
            },
            cancellationToken);

    /// <summary>Adds an organization with its first owner, and saves it because its number names its audit chain.</summary>
    /// <param name="slug">A slug that no organization has or had.</param>
    /// <param name="name">The display name.</param>
    /// <param name="owner">The first owner.</param>
    internal static async Task<Organization> AddAsync(
        UnitOfWork change, string slug, string name, DashboardUser owner, CancellationToken cancellationToken)
    {
        var organization = new Organization { Slug = slug, Name = name, CreatedAt = change.Now };
        change.Context.Add(organization);
        await change.Context.SaveChangesAsync(cancellationToken);
        change.Context.Add(new OrganizationSlug { Slug = slug, OrganizationId = organization.Id });
        change.Context.Add(new AuditChain { Id = organization.Id });
        change.Context.Add(
            new Member { OrganizationId = organization.Id, UserId = owner.Id, Role = OrganizationRole.Owner, JoinedAt = change.Now });
        await change.Context.SaveChangesAsync(cancellationToken);
        change.Record(organization.Id, new(AuditCategory.Settings, "organization.created", new(FeedSubject.Organization, slug, name)));
        change.Record(organization.Id, new(
            AuditCategory.Members, "member.added", new(FeedSubject.User, owner.Id, owner.Name), Details: """{"role":"owner"}"""));
        return organization;
    }

    /// <summary>Changes the policies and returns the error, or null.</summary>
    static Error? Apply(UnitOfWork change, Organization row, Func<OrganizationPolicies, OrganizationPolicies> patch)
    {
        var before = OrganizationPolicies.Of(row);
        var after = patch(before);
        if (after.MaxLiveKeyDays is < 1 or > OrganizationPolicies.MaxDays)
        {
            return Error.Invalid(
                "max_live_key_days", $"Use a whole number from 1 to {OrganizationPolicies.MaxDays}, or null for no limit.");
        }

        Apply(change, row, before, after);
        return null;
    }

    static void Apply(UnitOfWork change, Organization row, OrganizationPolicies before, OrganizationPolicies after)
    {
        if (before == after)
        {
            return;
        }

        (row.RequireTwoFactor, row.MaxLiveKeyDays, row.LiveKeysByAdmins, row.LiveKeysNeedAllowList, row.LiveWriteKeysNeedApproval) =
            (after.RequireTwoFactor, after.MaxLiveKeyDays, !after.DevelopersCreateLiveKeys,
                after.LiveKeysNeedAllowList, after.LiveWriteKeysNeedApproval);
        var changed = Words(before).Zip(Words(after)).Where(pair => pair.First != pair.Second).ToList();
        change.Record(row.Id, new(
            AuditCategory.Settings, "organization.policies_changed", new(FeedSubject.Organization, row.Slug, row.Name),
            Details: JsonSerializer.Serialize(new
            {
                from = string.Join(", ", changed.Select(pair => pair.First)),
                to = string.Join(", ", changed.Select(pair => pair.Second)),
            })));

        static string[] Words(OrganizationPolicies policies) =>
        [
            $"require_two_factor {Word(policies.RequireTwoFactor)}",
            $"max_live_key_days {policies.MaxLiveKeyDays?.ToString(CultureInfo.InvariantCulture) ?? "none"}",
            $"developers_create_live_keys {Word(policies.DevelopersCreateLiveKeys)}",
            $"live_keys_need_allow_list {Word(policies.LiveKeysNeedAllowList)}",
            $"live_write_keys_need_approval {Word(policies.LiveWriteKeysNeedApproval)}",
        ];

        static string Word(bool on) => on ? "on" : "off";
    }

    static void Rename(UnitOfWork change, Organization row, string? name)
    {
        if (name is null || name == row.Name)
        {
            return;
        }

        var details = JsonSerializer.Serialize(new { from = row.Name, to = name });
        row.Name = name;
        change.Record(
            row.Id, new(AuditCategory.Settings, "organization.renamed", new(FeedSubject.Organization, row.Slug, name), Details: details));
    }

    /// <summary>Changes the slug of an organization, if it is free or was its own before. The event names the old slug because caches know
    /// the organization by it.</summary>
    static async Task<Error?> MoveAsync(UnitOfWork change, Organization row, string? slug, CancellationToken cancellationToken)
    {
        if (slug is null || slug == row.Slug)
        {
            return null;
        }

        var known = await change.Context.OrganizationSlugs.AsNoTracking().SingleOrDefaultAsync(x => x.Slug == slug, cancellationToken);
        if (known is not null && known.OrganizationId != row.Id)
        {
            return new(ErrorCode.Conflict, $"The address {slug} is or was used by another organization. Choose a different one.");
        }

        if (known is null)
        {
            change.Context.Add(new OrganizationSlug { Slug = slug, OrganizationId = row.Id });
        }

        var from = row.Slug;
        row.Slug = slug;
        change.Record(row.Id, new(
            AuditCategory.Settings, "organization.moved", new(FeedSubject.Organization, from, row.Name),
            Details: JsonSerializer.Serialize(new { from, to = slug })));
        return null;
    }
}
