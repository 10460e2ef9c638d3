using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Tokens;

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
public sealed record AuthorizationSummary(
    string Id, string ClientId, string ClientName, bool IsVerified, Party Owner, string Organization, IReadOnlyList<string> Scopes, string? Resource, DateTimeOffset ApprovedAt,
    DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);

/// <summary>Which authorizations are listed.</summary>
/// <param name="Organization">Everybody's of an organization, by its slug, for its admins; null for the actor's own.</param>
/// <param name="Cursor">Where the page begins, or null.</param>
/// <param name="Limit">The most rows.</param>
public sealed record AuthorizationQuery(string? Organization = null, string? Cursor = null, int Limit = Page.DefaultLimit);

/// <summary>What members authorized: they see and end their own, admins those of their organization.</summary>
public sealed class AuthorizationService(IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, TimeProvider time)
{
    /// <summary>Lists authorizations that have not ended, newest first.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The page; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<Page<AuthorizationSummary>>> ListAsync(Actor actor, AuthorizationQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(query);
        if (Page.Check(query.Limit) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        var authorizations = context.Authorizations.AsNoTracking().Where(x => x.EndedAt == null && x.ExpiresAt > now);
        string[] filter = ["authorizations", "own", actor.Id, .. actor.Token is { } through ? [$"{through.OrganizationId}"] : Array.Empty<string>()];
        if (query.Organization is { } slug)
        {
            if (await context.FindOrganizationAsync(actor, slug, cancellationToken) is not { } access)
            {
                return Error.NotFound;
            }

            if (access.Role.Check(MemberAction.ManageAuthorizations) is { } refusal)
            {
                return refusal;
            }

            (authorizations, filter) = (authorizations.Where(x => x.OrganizationId == access.Id), ["authorizations", $"{access.Id}"]);
        }
        else
        {
            var memberships = context.MembershipsOf(actor);
            authorizations = authorizations.Where(x => x.UserId == actor.Id && memberships.Any(member => member.OrganizationId == x.OrganizationId));
        }

        var cursor = Cursor.Read(query.Cursor, filter);
        if (cursor.Error is { } foreign)
        {
            return foreign;
        }

        if (cursor.Value is { } last)
        {
            authorizations = authorizations.Where(x => x.ApprovedAt < last.At || (x.ApprovedAt == last.At && string.Compare(x.Id, last.Id) < 0));
        }

        var rows = await (
            from authorization in authorizations.OrderByDescending(x => x.ApprovedAt).ThenByDescending(x => x.Id).Take(query.Limit + 1)
            join organization in context.Organizations on authorization.OrganizationId equals organization.Id
            join person in context.Users on authorization.UserId equals person.Id
            orderby authorization.ApprovedAt descending, authorization.Id descending
            select new { Authorization = authorization, organization.Slug, person.Name }).ToListAsync(cancellationToken);
        var known = await OAuthClients.ReadManyAsync(context, [.. rows.Select(x => x.Authorization.ClientId).Distinct()], cancellationToken);
        return Cursor.Cut(
            rows, query.Limit,
            row => new AuthorizationSummary(
                row.Authorization.Id, row.Authorization.ClientId, known.GetValueOrDefault(row.Authorization.ClientId)?.Name ?? row.Authorization.ClientId,
                known.GetValueOrDefault(row.Authorization.ClientId)?.Kind == ClientKind.BuiltIn, new(PartyType.User, row.Authorization.UserId, row.Name), row.Slug, row.Authorization.Scope.Split(' '),
                row.Authorization.Resource, row.Authorization.ApprovedAt, row.Authorization.ExpiresAt, row.Authorization.LastUsedAt),
            row => new(row.Authorization.ApprovedAt, row.Authorization.Id), filter);
    }

    /// <summary>Ends an authorization: its tokens are refused from then on.</summary>
    /// <param name="actor">Who gave it, or an admin or owner of the organization.</param>
    /// <param name="id">The authorization.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Nothing, on a repeat too; or <see cref="ErrorCode.NotFound"/>.</returns>
    public Task<Result<Unit>> DisconnectAsync(Actor actor, string id, CancellationToken cancellationToken) => changes.RunAsync<Unit>(
        actor,
        async (change, token) =>
        {
            var managers = RoleTable.RolesFor(MemberAction.ManageAuthorizations);
            var authorization = await change.Context.Authorizations.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, token);
            var mine = authorization is not null && await change.Context.MembershipsOf(actor).AnyAsync(
                member => member.OrganizationId == authorization.OrganizationId
                    && (authorization.UserId == actor.Id || managers.Contains(member.Role)), token);
            if (!mine)
            {
                return Error.NotFound;
            }

            await AuthorizationRevocation.EndAsync(change, id, null, token);
            return default(Unit);
        },
        cancellationToken);
}
