using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.OAuth;

/// <summary>An authorization, as people see it.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="ClientId">The client.</param>
/// <param name="ClientName">What the client is called.</param>
/// <param name="IsVerified">Whether somebody vouches for the client: it did not register itself.</param>
/// <param name="Owner">Who authorized it.</param>
/// <param name="Organization">The organization's slug.</param>
/// <param name="Scopes">The scopes.</param>
/// <param name="Resource">What its tokens are good at, or null.</param>
/// <param name="ApprovedAt">When it was approved, UTC.</param>
/// <param name="ExpiresAt">When it ends by itself, UTC.</param>
/// <param name="LastUsedAt">When a token was last issued for it, UTC: to the hour, when the client was last at work.</param>
public sealed record AuthorizationRow(
    string Id, string ClientId, string ClientName, bool IsVerified, Party Owner, string Organization, IReadOnlyList<string> Scopes, string? Resource, DateTimeOffset ApprovedAt,
    DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);

/// <summary>Which authorizations are listed.</summary>
/// <param name="Organization">Everybody's of an organization, by its slug, for its admins; null for the actor's own.</param>
/// <param name="Cursor">Where the page begins, or null.</param>
/// <param name="Limit">The most rows.</param>
public sealed record AuthorizationQuery(string? Organization = null, string? Cursor = null, int Limit = Page.DefaultLimit);

/// <summary>What members authorized: they see and end their own, admins those of their organization.</summary>
public sealed class AuthorizationService(IDbContextFactory<DashboardContext> contexts, Changes changes, TimeProvider time)
{
    /// <summary>Lists authorizations that have not ended, newest first.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The page; or <see cref="FaultCode.InvalidRequest"/>, <see cref="FaultCode.NotFound"/>, <see cref="FaultCode.Forbidden"/>.</returns>
    public async Task<Outcome<Page<AuthorizationRow>>> ListAsync(Actor actor, AuthorizationQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(query);
        if (Page.Check(query.Limit) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        var approvals = context.Approvals.AsNoTracking().Where(x => x.EndedAt == null && x.ExpiresAt > now);
        string[] filter = ["authorizations", "own", actor.Id, .. actor.Token is { } through ? [$"{through.OrganizationId}"] : Array.Empty<string>()];
        if (query.Organization is { } slug)
        {
            if (await context.FindOrganizationAsync(actor, slug, cancellationToken) is not { } access)
            {
                return Fault.NotFound;
            }

            if (access.Role < OrganizationRole.Admin)
            {
                return Fault.Forbidden("Admins and owners see what others authorized. Ask one of your organization.");
            }

            (approvals, filter) = (approvals.Where(x => x.OrganizationId == access.Id), ["authorizations", $"{access.Id}"]);
        }
        else
        {
            var memberships = context.MembershipsOf(actor);
            approvals = approvals.Where(x => x.UserId == actor.Id && memberships.Any(member => member.OrganizationId == x.OrganizationId));
        }

        var cursor = Cursor.Read(query.Cursor, filter);
        if (cursor.Fault is { } foreign)
        {
            return foreign;
        }

        if (cursor.Value is { } last)
        {
            approvals = approvals.Where(x => x.ApprovedAt < last.At || (x.ApprovedAt == last.At && string.Compare(x.Id, last.Id) < 0));
        }

        var rows = await (
            from approval in approvals.OrderByDescending(x => x.ApprovedAt).ThenByDescending(x => x.Id).Take(query.Limit + 1)
            join organization in context.Organizations on approval.OrganizationId equals organization.Id
            join person in context.Users on approval.UserId equals person.Id
            orderby approval.ApprovedAt descending, approval.Id descending
            select new { Approval = approval, organization.Slug, person.Name }).ToListAsync(cancellationToken);
        var known = await OAuthClients.ReadManyAsync(context, [.. rows.Select(x => x.Approval.ClientId).Distinct()], cancellationToken);
        return Cursor.Cut(
            rows, query.Limit,
            row => new AuthorizationRow(
                row.Approval.Id, row.Approval.ClientId, known.GetValueOrDefault(row.Approval.ClientId)?.Name ?? row.Approval.ClientId,
                known.GetValueOrDefault(row.Approval.ClientId)?.Kind == ClientKind.BuiltIn, new(PartyType.User, row.Approval.UserId, row.Name), row.Slug, row.Approval.Scope.Split(' '),
                row.Approval.Resource, row.Approval.ApprovedAt, row.Approval.ExpiresAt, row.Approval.LastUsedAt),
            row => new(row.Approval.ApprovedAt, row.Approval.Id), filter);
    }

    /// <summary>Ends an authorization: its tokens are refused from then on.</summary>
    /// <param name="actor">Who gave it, or an admin or owner of the organization.</param>
    /// <param name="id">The authorization.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Nothing, on a repeat too; or <see cref="FaultCode.NotFound"/>.</returns>
    public Task<Outcome<Done>> DisconnectAsync(Actor actor, string id, CancellationToken cancellationToken) => changes.RunAsync<Done>(
        actor,
        async (change, token) =>
        {
            var approval = await change.Context.Approvals.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, token);
            var mine = approval is not null && await change.Context.MembershipsOf(actor).AnyAsync(
                member => member.OrganizationId == approval.OrganizationId
                    && (approval.UserId == actor.Id || member.Role == OrganizationRole.Admin || member.Role == OrganizationRole.Owner), token);
            if (!mine)
            {
                return Fault.NotFound;
            }

            await Approvals.EndAsync(change, id, null, token);
            return default(Done);
        },
        cancellationToken);
}
