using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Tokens;

/// <summary>An authorization as lists and pages show it.</summary>
/// <param name="ClientName">The name of the client.</param>
/// <param name="IsVerified">Whether the client is trusted, that is, it did not register itself.</param>
/// <param name="Owner">The person who gave the authorization.</param>
/// <param name="Organization">The organization's slug.</param>
/// <param name="Resource">The resource that its tokens are valid for, or null.</param>
/// <param name="ApprovedAt">When it was given, UTC.</param>
/// <param name="ExpiresAt">When it expires, UTC.</param>
/// <param name="LastUsedAt">When the last token was issued, UTC. Access tokens last an hour, so the last use is known to the hour.</param>
public sealed record AuthorizationSummary(
    string Id, string ClientId, string ClientName, bool IsVerified, Party Owner, string Organization,
    IReadOnlyList<string> Scopes, string? Resource, DateTimeOffset ApprovedAt,
    DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);

/// <summary>The filter and page of a list of authorizations.</summary>
/// <param name="Organization">The slug of an organization, to list those of all its members; null for the actor's own.</param>
/// <param name="Cursor">The cursor of the previous page; null for the first page.</param>
/// <param name="Limit">The page size.</param>
public sealed record AuthorizationQuery(string? Organization = null, string? Cursor = null, int Limit = Page.DefaultLimit);

/// <summary>Lists and ends authorizations: members their own, admins and owners those of their organization.</summary>
public sealed class AuthorizationService(IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, TimeProvider time)
{
    /// <summary>Lists active authorizations, newest first.</summary>
    /// <returns>The page; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/> or
    /// <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<Page<AuthorizationSummary>>> ListAsync(
        Actor actor, AuthorizationQuery query, CancellationToken cancellationToken)
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
        string[] filter =
            ["authorizations", "own", actor.Id, .. actor.Token is { } through ? [$"{through.OrganizationId}"] : Array.Empty<string>()];
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
            authorizations =
                authorizations.Where(x => x.UserId == actor.Id && memberships.Any(member => member.OrganizationId == x.OrganizationId));
        }

        var cursor = Cursor.Read(query.Cursor, filter);
        if (cursor.Error is { } foreign)
        {
            return foreign;
        }

        if (cursor.Value is { } last)
        {
            authorizations =
                authorizations.Where(x => x.ApprovedAt < last.At || (x.ApprovedAt == last.At && string.Compare(x.Id, last.Id) < 0));
        }

        var rows = await (
            from authorization in authorizations.OrderByDescending(x => x.ApprovedAt).ThenByDescending(x => x.Id).Take(query.Limit + 1)
            join organization in context.Organizations on authorization.OrganizationId equals organization.Id
            join person in context.Users on authorization.UserId equals person.Id
            orderby authorization.ApprovedAt descending, authorization.Id descending
            select new { Authorization = authorization, organization.Slug, person.Name }).ToListAsync(cancellationToken);
        var known = await OAuthClients.ReadManyAsync(
            context, [.. rows.Select(x => x.Authorization.ClientId).Distinct()], cancellationToken);
        return Cursor.Cut(
            rows, query.Limit,
            row => new AuthorizationSummary(
                row.Authorization.Id, known.GetValueOrDefault(row.Authorization.ClientId)?.PublicId
                    ?? row.Authorization.ClientId, known.GetValueOrDefault(row.Authorization.ClientId)?.Name ?? row.Authorization.ClientId,
                known.GetValueOrDefault(row.Authorization.ClientId)?.Kind == ClientKind.BuiltIn,
                new(PartyType.User, row.Authorization.UserId, row.Name), row.Slug, row.Authorization.Scope.Split(' '),
                row.Authorization.Resource, row.Authorization.ApprovedAt, row.Authorization.ExpiresAt, row.Authorization.LastUsedAt),
            row => new(row.Authorization.ApprovedAt, row.Authorization.Id), filter);
    }

    /// <summary>Ends an authorization, which invalidates its tokens immediately.</summary>
    /// <param name="actor">The person who gave it, or an admin or owner of the organization.</param>
    /// <param name="id">The authorization.</param>
    /// <returns>Nothing, also if it has already ended; or <see cref="ErrorCode.NotFound"/>.</returns>
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
