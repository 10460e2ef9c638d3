using System.Globalization;
using System.Text.Json;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Limits;
using Dashboard.Core.Mail;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Members;

/// <summary>Invites people to an organization. A link works once, for <see cref="Invitation.Lifetime"/>, for the address that it was made
/// for. It proves that the address is the person's, because it was mailed there.</summary>
public sealed partial class InvitationService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, MailOutbox outbox,
    PasswordCheck passwords, RateLimits limits, TenantLimitOptions tenant,
    TimeProvider time)
{
    /// <summary>The path that a link leads to.</summary>
    public const string Path = "/account/invitation";

    /// <summary>The query parameter of the token.</summary>
    public const string TokenParameter = "token";

    const int IdLength = 16;

    /// <summary>Invites a person. The link exists only in the result and in the mail.</summary>
    /// <param name="actor">An admin or owner of the organization, whose role is not below the new one.</param>
    /// <returns>The invitation with its link; or <see cref="ErrorCode.InvalidRequest"/> for an address that cannot be one or is a member's,
    /// <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>, <see cref="ErrorCode.FreshSignInRequired"/>,
    /// <see cref="ErrorCode.Conflict"/> for an address that has been invited and for an organization with as many members as it may have,
    /// or <see cref="ErrorCode.RateLimited"/>.</returns>
    public async Task<Result<IssuedInvitation>> InviteAsync(Actor actor, NewInvitation input, CancellationToken cancellationToken)
    {
        var email = input.Email?.Trim();
        if (EmailAddress.Check(email) is { } wrong)
        {
            return Error.Invalid("email", wrong);
        }

        return await changes.RunAsync<IssuedInvitation>(
            actor,
            async (change, token) =>
            {
                var found = await FindOrganizationAsync(change, input.Organization, input.Role, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                var organization = found.Value;
                await change.LockOrganizationAsync(organization.Id, token);
                var normalized = EmailAddress.Normalize(email!);
                if (await CheckNewAsync(change, organization.Id, email!, normalized, token) is { } refused)
                {
                    return refused;
                }

                var link = LinkToken.Mint();
                var invitation = new Invitation
                {
                    Id = Invitation.IdPrefix + Base62.Random(IdLength),
                    OrganizationId = organization.Id,
                    Email = email!,
                    NormalizedEmail = normalized,
                    Role = input.Role,
                    InvitedBy = actor.Id,
                    TokenHash = link.Hash,
                    CreatedAt = change.Now,
                    ExpiresAt = change.Now + Invitation.Lifetime,
                };
                change.Context.Add(invitation);
                Record(change, invitation, "invitation.created");
                return Send(change, organization, invitation, link, input.Origin);
            },
            cancellationToken);
    }

    /// <summary>Makes a new link for an invitation and mails it. The old link no longer works.</summary>
    /// <param name="actor">An admin or owner of the organization, whose role is not below that of the invitation.</param>
    /// <param name="id">The invitation.</param>
    /// <param name="origin">The scheme and host that the link begins with.</param>
    /// <returns>The invitation with its link; or <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>,
    /// <see cref="ErrorCode.FreshSignInRequired"/> or <see cref="ErrorCode.RateLimited"/>.</returns>
    public Task<Result<IssuedInvitation>> ResendAsync(Actor actor, string id, string origin, CancellationToken cancellationToken) =>
        changes.RunAsync<IssuedInvitation>(
            actor,
            async (change, token) =>
            {
                var found = await FindLockedAsync(change, id, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                if (TakeMail(actor) is { } wait)
                {
                    return wait;
                }

                var ((organization, invitation), link) = (found.Value, LinkToken.Mint());
                (invitation.TokenHash, invitation.ExpiresAt, invitation.InvitedBy) =
                    (link.Hash, change.Now + Invitation.Lifetime, actor.Id);
                Record(change, invitation, "invitation.resent");
                return Send(change, organization, invitation, link, origin);
            },
            cancellationToken);

    /// <summary>Withdraws an invitation. Its link no longer works.</summary>
    /// <param name="actor">An admin or owner of the organization, whose role is not below that of the invitation.</param>
    /// <param name="id">The invitation.</param>
    /// <returns><see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/> or
    /// <see cref="ErrorCode.FreshSignInRequired"/>.</returns>
    public Task<Result<Unit>> WithdrawAsync(Actor actor, string id, CancellationToken cancellationToken) => changes.RunAsync<Unit>(
        actor,
        async (change, token) =>
        {
            var found = await FindLockedAsync(change, id, token);
            if (found.Error is { } missing)
            {
                return missing;
            }

            change.Context.Remove(found.Value.Invitation);
            Record(change, found.Value.Invitation, "invitation.withdrawn");
            return default(Unit);
        },
        cancellationToken);

    /// <summary>Lists the invitations of an organization, newest first, with expired ones.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="query">The page.</param>
    /// <returns>The page; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/> or
    /// <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<Page<InvitationSummary>>> ListAsync(Actor actor, InvitationQuery query, CancellationToken cancellationToken)
    {
        if (Page.Check(query.Limit) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var organization = await context.ResolveOrganizationAsync(actor, query.Organization, cancellationToken);
        if ((organization.Error ?? organization.Value.Role.Check(MemberAction.ManageMembers)) is { } refused)
        {
            return refused;
        }

        string?[] filter = ["invitations", $"{organization.Value.Id}"];
        var cursor = Cursor.Read(query.Cursor, filter);
        if (cursor.Error is { } foreign)
        {
            return foreign;
        }

        var invitations = context.Invitations.AsNoTracking().Where(x => x.OrganizationId == organization.Value.Id);
        if (cursor.Value is { } last)
        {
            invitations = invitations.Where(x => x.CreatedAt < last.At || (x.CreatedAt == last.At && string.Compare(x.Id, last.Id) < 0));
        }

        var now = time.GetUtcNow();
        var rows = await (
            from invitation in invitations
            orderby invitation.CreatedAt descending, invitation.Id descending
            select new
            {
                Row = invitation,
                Inviter = context.Users.Where(x => x.Id == invitation.InvitedBy)
                .Select(x => x.Name).FirstOrDefault()
            })
            .Take(query.Limit + 1).ToListAsync(cancellationToken);
        return Cursor.Cut(
            rows, query.Limit, row => Describe(row.Row, organization.Value.Slug, row.Inviter ?? row.Row.InvitedBy, now), row =>
                new(row.Row.CreatedAt, row.Row.Id), filter);
    }

    /// <summary>Records a change of an invitation. Its address is in the details, not in the target, which every reader of the feed
    /// sees.</summary>
    internal static void Record(UnitOfWork change, Invitation invitation, string action, string? because = null) => change.Record(
        invitation.OrganizationId, new(
        AuditCategory.Members, action, new(FeedSubject.Invitation, invitation.Id, invitation.Email),
        Details: JsonSerializer.Serialize(because is null
            ? new Dictionary<string, string> { ["role"] = invitation.Role.ToWireName() }
            : new Dictionary<string, string> { ["role"] = invitation.Role.ToWireName(), ["because"] = because })));

    IssuedInvitation Send(UnitOfWork change, OrganizationAccess organization, Invitation invitation, LinkToken token, string origin)
    {
        var link = $"{origin}{Path}?{TokenParameter}={token.Text}";
        var until = invitation.ExpiresAt.UtcDateTime.ToString("d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);
        outbox.Add(change, new(
            invitation.Email,
            $"Join {organization.Name} on Latchkey",
            $"""
            {change.Actor.Name} invited you to join {organization.Name} on Latchkey. Your role is {invitation.Role.ToWireName()}.

            Accept the invitation:
            {link}

            The link works once, for this address, until {until}. If you did not expect it, ignore this mail.
            """), Invitation.Lifetime);
        return new(Describe(invitation, organization.Slug, change.Actor.Name, change.Now), link);
    }

    static InvitationSummary Describe(Invitation row, string organization, string inviter, DateTimeOffset now) => new(
        row.Id, organization, row.Email, row.Role, new(PartyType.User, row.InvitedBy, inviter),
        row.CreatedAt, row.ExpiresAt, row.ExpiresAt <= now);

    /// <summary>Finds an organization in which the actor may grant a role.</summary>
    static async Task<Result<OrganizationAccess>> FindOrganizationAsync(
        UnitOfWork change, string? slug, OrganizationRole role, CancellationToken cancellationToken)
    {
        var found = await change.Context.ResolveOrganizationAsync(change.Actor, slug, cancellationToken);
        return found.Error is { } missing ? missing
            : await CheckAsync(change, found.Value, role, cancellationToken) is { } refused ? refused : found;
    }

    static async Task<Error?> CheckAsync(
        UnitOfWork change, OrganizationAccess organization, OrganizationRole role, CancellationToken cancellationToken) =>
        organization.Role.Check(MemberAction.ManageMembers)
        ?? (role > organization.Role ? Error.Forbidden("You can’t give a role above your own. Ask an owner of your organization.") : null)
        ?? await change.CheckPresenceAsync(cancellationToken);

    /// <summary>Finds an invitation that the actor may change, tracked, and locks its organization.</summary>
    static async Task<Result<(OrganizationAccess Organization, Invitation Invitation)>> FindLockedAsync(
        UnitOfWork change, string id, CancellationToken cancellationToken)
    {
        var context = change.Context;
        var organization = !Invitation.IsId(id) ? null : await (
            from row in context.Invitations
            where row.Id == id
            join member in context.MembershipsOf(change.Actor) on row.OrganizationId equals member.OrganizationId
            join owner in context.Organizations on row.OrganizationId equals owner.Id
            select new OrganizationAccess(owner.Id, owner.Slug, owner.Name, member.Role)).SingleOrDefaultAsync(cancellationToken);
        if (organization is null)
        {
            return Error.NotFound;
        }

        await change.LockOrganizationAsync(organization.Id, cancellationToken);
        return await context.Invitations.SingleOrDefaultAsync(x => x.Id == id, cancellationToken) is not { } invitation ? Error.NotFound
            : await CheckAsync(change, organization, invitation.Role, cancellationToken) is { } refused ? refused
            : (organization, invitation);
    }

    async Task<Error?> CheckNewAsync(
        UnitOfWork change, long organization, string email, string normalized, CancellationToken cancellationToken)
    {
        var context = change.Context;
        var forgotten = change.Now - Invitation.ExpiredKept;
        await context.Invitations.Where(x => x.OrganizationId == organization && x.ExpiresAt < forgotten)
            .ExecuteDeleteAsync(cancellationToken);
        if (await context.Members.IgnoreQueryFilters().AnyAsync(
            x => x.OrganizationId == organization
                && context.Users.Any(person => person.Id == x.UserId && person.NormalizedEmail == normalized), cancellationToken))
        {
            return Error.Invalid("email", $"{email} is already a member.");
        }

        if (await context.Invitations.AnyAsync(x => x.OrganizationId == organization && x.NormalizedEmail == normalized, cancellationToken))
        {
            return new Error(ErrorCode.Conflict, $"{email} has already been invited. Send the invitation again, or withdraw it first.");
        }

        return await CheckRoomAsync(context, organization, tenant, cancellationToken) ?? TakeMail(change.Actor);
    }

    /// <summary>Checks that the organization may have one more member or invitation. Requires its lock.</summary>
    static async Task<Error?> CheckRoomAsync(
        DashboardContext context, long organization, TenantLimitOptions tenant, CancellationToken cancellationToken) =>
        tenant.MembersPerOrganization > 0
        && await context.Members.IgnoreQueryFilters().CountAsync(x => x.OrganizationId == organization, cancellationToken)
            + await context.Invitations.CountAsync(x =>
                x.OrganizationId == organization, cancellationToken) >= tenant.MembersPerOrganization
            ? Error.LimitReached(
                "member",
                $"The organization has reached its limit of {tenant.MembersPerOrganization} members and invitations. Remove one, or raise Limits:MembersPerOrganization.")
            : null;

    /// <summary>Counts a mail of a member.</summary>
    Error? TakeMail(Actor actor) => limits.TakeInvitation(actor.Id) is { } wait
        ? new Error(ErrorCode.RateLimited,
            "You have sent too many invitations in the last minute. Try again in a minute.", RetryAfter: wait)
        : null;
}
