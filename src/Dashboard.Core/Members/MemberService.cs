using System.Text.Json;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Members;

/// <summary>Lists members, changes their roles, disables and removes them. Nobody grants or changes a role above their own, and an
/// organization always has an owner who is not disabled.</summary>
public sealed partial class MemberService(IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes)
{
    static readonly Error LastOwner = new(
        ErrorCode.Conflict, "An organization needs an owner. Make another member an owner first.");

    static readonly Error AboveOwnRole = Error.Forbidden(
        "You can’t change a member whose role is above yours. Ask an owner of your organization.");

    /// <summary>A member of the organization of a change, and the organization.</summary>
    sealed record Found(OrganizationAccess Organization, Member Member, DashboardUser Person)
    {
        public AuditTarget Target => new(FeedSubject.User, Person.Id, Person.Name);
    }

    /// <summary>Changes a member's role.</summary>
    /// <param name="actor">An admin or owner of the organization, whose role is neither below the member's nor below the new one.</param>
    /// <param name="organization">The organization's slug; null if the caller has only one.</param>
    /// <param name="userId">The member.</param>
    /// <param name="role">The new role.</param>
    /// <returns>The member; or <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>,
    /// <see cref="ErrorCode.FreshSignInRequired"/>, or <see cref="ErrorCode.Conflict"/> for the last owner.</returns>
    public Task<Result<MemberSummary>> ChangeRoleAsync(
        Actor actor, string? organization, string userId, OrganizationRole role, CancellationToken cancellationToken) =>
        ChangeAsync(
            actor,
            organization,
            userId,
            MemberAction.ManageMembers,
            async (change, found, token) =>
            {
                var before = found.Member.Role;
                if (role > found.Organization.Role)
                {
                    return Error.Forbidden("You can’t give a role above your own. Ask an owner of your organization.");
                }

                if (before == role)
                {
                    return null;
                }

                if (role < OrganizationRole.Owner && await CheckOwnerStaysAsync(change.Context, found.Member, token) is { } last)
                {
                    return last;
                }

                found.Member.Role = role;
                await WithdrawAboveAsync(change, found, role.Can(MemberAction.ManageMembers) ? role : null, token);
                change.Record(found.Organization.Id, new(
                    AuditCategory.Members, "member.role_changed", found.Target,
                    Details: JsonSerializer.Serialize(new { from = before.ToWireName(), to = role.ToWireName() })));
                return null;
            },
            cancellationToken);

    /// <summary>Disables or enables a member. For a disabled one the organization does not exist: their sessions and tokens open nothing of
    /// it. Their keys keep working.</summary>
    /// <param name="actor">An owner of the organization.</param>
    /// <param name="organization">The organization's slug; null if the caller has only one.</param>
    /// <param name="userId">Another member.</param>
    /// <param name="disabled">Whether to disable the member.</param>
    /// <returns>The member; or <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>,
    /// <see cref="ErrorCode.FreshSignInRequired"/>, or <see cref="ErrorCode.Conflict"/> for the actor.</returns>
    public Task<Result<MemberSummary>> SetDisabledAsync(
        Actor actor, string? organization, string userId, bool disabled, CancellationToken cancellationToken) =>
        ChangeAsync(
            actor,
            organization,
            userId,
            MemberAction.DisableMembers,
            async (change, found, token) =>
            {
                if (disabled == found.Member.DisabledAt is not null)
                {
                    return null;
                }

                if (disabled && userId == actor.Id)
                {
                    return new Error(ErrorCode.Conflict, "You can’t disable yourself. Leave the organization instead.");
                }

                if (disabled && await CheckOwnerStaysAsync(change.Context, found.Member, token) is { } last)
                {
                    return last;
                }

                found.Member.DisabledAt = disabled ? change.Now : null;
                change.Record(
                    found.Organization.Id, new(AuditCategory.Members, disabled ? "member.disabled" : "member.enabled", found.Target));
                if (disabled)
                {
                    await WithdrawAboveAsync(change, found, null, token);
                    await EndAccessAsync(change, found, "member_disabled", token);
                }

                return null;
            },
            cancellationToken);

    /// <summary>Revokes everything that a member can act with: the keys that they own, those of the apps that they published, their
    /// connected apps and their browser sessions. Service accounts stay: they are the organization's.</summary>
    /// <param name="actor">An admin or owner of the organization, whose role is not below the member's.</param>
    /// <param name="organization">The organization's slug; null if the caller has only one.</param>
    /// <param name="userId">The member.</param>
    /// <returns>What was revoked; or <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/> or
    /// <see cref="ErrorCode.FreshSignInRequired"/>.</returns>
    public Task<Result<RevokedAccess>> RevokeEverythingAsync(
        Actor actor, string? organization, string userId, CancellationToken cancellationToken) =>
        changes.RunAsync<RevokedAccess>(
            actor,
            async (change, token) =>
            {
                var target = await FindLockedAsync(change, organization, userId, MemberAction.ManageMembers, token);
                if (target.Error is { } missing)
                {
                    return missing;
                }

                var found = target.Value;
                var keys = KeysOf(change.Context, found.Organization.Id, userId, withApps: true);
                await LockProjectsAsync(change, keys, null, token);
                var revoked = await keys.OrderBy(key => key.KeyId).ToListAsync(token);
                await KeyAudit.RevokeAsync(change, found.Organization.Id, revoked, "access_revoked", userId, token);
                var authorizations = await EndAuthorizationsAsync(change, found, "access_revoked", token);
                var sessions = await SessionService.EndAllAsync(change, userId, change.Actor.SessionId, token);
                change.Record(found.Organization.Id, new(
                    AuditCategory.Members, "member.access_revoked", found.Target,
                    Details: JsonSerializer.Serialize(new { keys = revoked.Count, authorizations, sessions })));
                return new RevokedAccess(revoked.ConvertAll(key => key.KeyId), authorizations, sessions);
            },
            cancellationToken);

    Task<Result<MemberSummary>> ChangeAsync(
        Actor actor, string? organization, string userId, MemberAction action,
        Func<UnitOfWork, Found, CancellationToken, Task<Error?>> apply,
        CancellationToken cancellationToken) => changes.RunAsync<MemberSummary>(
            actor,
            async (change, token) =>
            {
                var target = await FindLockedAsync(change, organization, userId, action, token);
                if (target.Error is { } missing)
                {
                    return missing;
                }

                if (await apply(change, target.Value, token) is { } refused)
                {
                    return refused;
                }

                await change.Context.SaveChangesAsync(token); // the member is read as it is now
                return await ReadAsync(change.Context, actor, target.Value.Organization, userId, token);
            },
            cancellationToken);

    /// <summary>Finds a member that the actor may change, tracked, and locks the organization, so that what is counted in it stays as
    /// counted.</summary>
    static async Task<Result<Found>> FindLockedAsync(
        UnitOfWork change, string? organization, string userId, MemberAction? action, CancellationToken cancellationToken)
    {
        var resolved = await change.Context.ResolveOrganizationAsync(change.Actor, organization, cancellationToken);
        if (resolved.Error is { } missing)
        {
            return missing;
        }

        var access = resolved.Value;
        if (action is { } needed && access.Role.Check(needed) is { } refusal)
        {
            return refusal;
        }

        await change.LockOrganizationAsync(access.Id, cancellationToken);
        var member = !Names.IsResourceId(userId) ? null : await change.Context.Members.IgnoreQueryFilters()
            .SingleOrDefaultAsync(x => x.OrganizationId == access.Id && x.UserId == userId, cancellationToken);
        if (member is null)
        {
            return Error.NotFound;
        }

        if (member.Role > access.Role)
        {
            return AboveOwnRole;
        }

        if (await change.CheckPresenceAsync(cancellationToken) is { } stale)
        {
            return stale;
        }

        return new Found(access, member, await change.Context.Users.AsNoTracking().SingleAsync(x => x.Id == userId, cancellationToken));
    }

    /// <summary>Checks that the organization has an owner without a member. A disabled owner is none.</summary>
    static async Task<Error?> CheckOwnerStaysAsync(DashboardContext context, Member member, CancellationToken cancellationToken) =>
        member is { Role: OrganizationRole.Owner, DisabledAt: null } && !await context.Members.AnyAsync(
            x => x.OrganizationId == member.OrganizationId && x.Role == OrganizationRole.Owner
                && x.UserId != member.UserId, cancellationToken)
            ? LastOwner
            : null;

    /// <summary>Withdraws the invitations that a member may no longer vouch for, so that nobody comes back through a link made
    /// before.</summary>
    /// <param name="highest">The highest role that the member may still grant; null for none.</param>
    static async Task WithdrawAboveAsync(UnitOfWork change, Found found, OrganizationRole? highest, CancellationToken cancellationToken)
    {
        OrganizationRole[] kept = [.. Enum.GetValues<OrganizationRole>().Where(role => role <= highest)];
        var open = await change.Context.Invitations
            .Where(x => x.OrganizationId == found.Organization.Id && x.InvitedBy == found.Person.Id && !kept.Contains(x.Role))
            .OrderBy(x => x.Id).ToListAsync(cancellationToken);
        foreach (var invitation in open)
        {
            change.Context.Remove(invitation);
            InvitationService.Record(change, invitation, "invitation.withdrawn", "inviter_changed");
        }
    }

    /// <summary>Ends what a member acts through in the organization, and their sessions if they belong to no other.</summary>
    static async Task EndAccessAsync(UnitOfWork change, Found found, string because, CancellationToken cancellationToken)
    {
        await EndAuthorizationsAsync(change, found, because, cancellationToken);
        if (!await change.Context.Members.AnyAsync(
            x => x.UserId == found.Person.Id && x.OrganizationId != found.Organization.Id, cancellationToken))
        {
            await SessionService.EndAllAsync(change, found.Person.Id, change.Actor.SessionId, cancellationToken);
        }
    }

    static async Task<int> EndAuthorizationsAsync(UnitOfWork change, Found found, string because, CancellationToken cancellationToken)
    {
        var ids = await change.Context.Authorizations
            .Where(x => x.OrganizationId == found.Organization.Id && x.UserId == found.Person.Id
                && x.EndedAt == null && x.ExpiresAt > change.Now)
            .OrderBy(x => x.Id).Select(x => x.Id).ToListAsync(cancellationToken);
        foreach (var id in ids)
        {
            await AuthorizationRevocation.EndAsync(change, id, because, cancellationToken);
        }

        return ids.Count;
    }
}
