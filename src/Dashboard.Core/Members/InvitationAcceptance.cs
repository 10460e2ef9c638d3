using System.Net;
using System.Text.Json;
using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Members;

/// <content>Opening and accepting links.</content>
public sealed partial class InvitationService
{
    static readonly Error Gone = new(
        ErrorCode.NotFound,
        "This invitation has been used, withdrawn or replaced, or it has expired. Ask the person who invited you for a new link.");

    /// <summary>Reads the invitation of a link.</summary>
    /// <param name="token">The token of the link.</param>
    /// <returns>The invitation, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<OpenInvitation>> FindAsync(string? token, CancellationToken cancellationToken)
    {
        if (LinkToken.HashOf(token) is not { } hash)
        {
            return Gone;
        }

        var now = time.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await (
            from row in context.Invitations
            where row.TokenHash == hash && row.ExpiresAt > now
            join organization in context.Organizations on row.OrganizationId equals organization.Id
            join inviter in context.Users on row.InvitedBy equals inviter.Id
            select new OpenInvitation(
                organization.Name, inviter.Name, row.Email, row.Role, context.Users.Any(x => x.NormalizedEmail == row.NormalizedEmail)))
                    .SingleOrDefaultAsync(cancellationToken);
        return found is null ? Gone : found;
    }

    /// <summary>Makes a signed-in person a member. Of two who open a link at once, one joins.</summary>
    /// <param name="actor">A signed-in person with the address that the invitation is for.</param>
    /// <param name="token">The token of the link.</param>
    /// <returns>The new member; or <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/> for another person, or
    /// <see cref="ErrorCode.SessionRequired"/>.</returns>
    public async Task<Result<Joined>> AcceptAsync(Actor actor, string? token, CancellationToken cancellationToken) =>
        LinkToken.HashOf(token) is not { } hash ? Gone : await changes.RunAsync<Joined>(
            actor,
            async (change, cancel) =>
            {
                if (await TakeAsync(change, hash, cancel) is not { } invitation)
                {
                    return Gone;
                }

                var person = await change.Context.Users.AsNoTracking().SingleOrDefaultAsync(x => x.Id == actor.Id, cancel);
                return person?.NormalizedEmail != invitation.NormalizedEmail
                    ? Error.Forbidden($"This invitation is for {invitation.Email}. Sign in with that address to accept it.")
                    : await JoinAsync(change, invitation, person!, cancel);
            },
            cancellationToken);

    /// <summary>Creates an account for the address of an invitation, and makes the person a member.</summary>
    /// <param name="client">The client address, or null.</param>
    /// <param name="token">The token of the link.</param>
    /// <param name="name">The person's name.</param>
    /// <param name="password">The password as entered.</param>
    /// <returns>The new member; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/>,
    /// <see cref="ErrorCode.Conflict"/> if the address has an account by now, or <see cref="ErrorCode.RateLimited"/> while too many people
    /// sign in.</returns>
    public async Task<Result<Joined>> AcceptAsNewPersonAsync(
        IPAddress? client, string? token, string? name, string? password, CancellationToken cancellationToken)
    {
        var open = await FindAsync(token, cancellationToken);
        if (open.Error is { } gone)
        {
            return gone;
        }

        var input = new NewPerson(name, open.Value.Email, password);
        if (input.Check() is { } wrong)
        {
            return wrong;
        }

        var hashed = await passwords.HashAsync(password!, PasswordLane.Of(client), cancellationToken); // only for a link that works
        if (hashed.Error is { } busy)
        {
            return busy;
        }

        return await changes.RunAsync<Joined>(
            Actor.Anonymous(Network.ToText(client)),
            async (change, cancel) =>
            {
                if (await TakeAsync(change, LinkToken.HashOf(token)!, cancel) is not { } invitation)
                {
                    return Gone;
                }

                if (await NewPerson.FindIdAsync(change.Context, invitation.Email, cancel) is not null)
                {
                    return new Error(ErrorCode.Conflict, $"{invitation.Email} has an account. Sign in to accept the invitation.");
                }

                var person = input.AddTo(change, hashed.Value, isConfirmed: true);
                await change.Context.SaveChangesAsync(cancel); // two invitations of one person, opened at once, make one account
                return await JoinAsync(change, invitation, person, cancel);
            },
            cancellationToken);
    }

    /// <summary>Takes the invitation of a link out of the table, once: a later request finds none. A fault puts it back.</summary>
    static async Task<Invitation?> TakeAsync(UnitOfWork change, byte[] hash, CancellationToken cancellationToken)
    {
        var working = change.Context.Invitations.Where(x => x.TokenHash == hash && x.ExpiresAt > change.Now);
        if (await working.AsNoTracking().SingleOrDefaultAsync(cancellationToken) is not { } invitation)
        {
            return null;
        }

        await change.LockOrganizationAsync(invitation.OrganizationId, cancellationToken);
        return await working.ExecuteDeleteAsync(cancellationToken) == 1 ? invitation : null;
    }

    static async Task<Result<Joined>> JoinAsync(
        UnitOfWork change, Invitation invitation, DashboardUser person, CancellationToken cancellationToken)
    {
        var slug = await change.Context.Organizations.Where(x => x.Id == invitation.OrganizationId)
            .Select(x => x.Slug).SingleAsync(cancellationToken);
        if (await change.Context.Members.IgnoreQueryFilters()
            .AnyAsync(x => x.OrganizationId == invitation.OrganizationId && x.UserId == person.Id, cancellationToken))
        {
            // the address of a member was changed to that of the invitation
            Record(change, invitation, "invitation.withdrawn", "already_member");
            return new Joined(person.Id, person.Email!, slug);
        }

        change.Context.Add(
            new Member { OrganizationId = invitation.OrganizationId, UserId = person.Id, Role = invitation.Role, JoinedAt = change.Now });
        Record(change, invitation, "invitation.accepted");
        change.Record(invitation.OrganizationId, new(
            AuditCategory.Members, "member.added", new(FeedSubject.User, person.Id, person.Name),
            Details: JsonSerializer.Serialize(new { role = invitation.Role.ToWireName(), invited_by = invitation.InvitedBy })));
        return new Joined(person.Id, person.Email!, slug);
    }
}
