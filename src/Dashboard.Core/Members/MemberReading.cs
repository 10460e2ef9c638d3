using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Members;

/// <content>Reading.</content>
public sealed partial class MemberService
{
    /// <summary>The maximum number of items and of heirs that <see cref="FindBelongingsAsync"/> returns.</summary>
    public const int MaxShown = 100;

    /// <summary>Lists the members of an organization, those who joined first before the others.</summary>
    /// <param name="actor">A member of the organization. Those who manage members also see details.</param>
    /// <param name="query">The filter and page.</param>
    /// <returns>The page; or <see cref="ErrorCode.InvalidRequest"/> or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<Page<MemberSummary>>> ListAsync(Actor actor, MemberQuery query, CancellationToken cancellationToken)
    {
        if (Page.Check(query.Limit, query.Search) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var organization = await context.ResolveOrganizationAsync(actor, query.Organization, cancellationToken);
        if (organization.Error is { } missing)
        {
            return missing;
        }

        var search = SearchOf(query);
        string?[] filter = ["members", $"{organization.Value.Id}", search, query.Role?.ToWireName()];
        var cursor = Cursor.Read(query.Cursor, filter);
        if (cursor.Error is { } foreign)
        {
            return foreign;
        }

        var members = await MatchingAsync(context, organization.Value.Id, search, query.Role, cancellationToken);
        if (cursor.Value is { } last)
        {
            members = members.Where(x => x.JoinedAt > last.At || (x.JoinedAt == last.At && string.Compare(x.UserId, last.Id) > 0));
        }

        var rows = await ReadAsync(
            context, actor, organization.Value, members.OrderBy(x => x.JoinedAt).ThenBy(x => x.UserId)
                .Take(query.Limit + 1), cancellationToken);
        return Cursor.Cut(rows, query.Limit, row => row, row => new(row.JoinedAt, row.UserId), filter);
    }

    /// <summary>Counts the members of a list across all pages.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="query">The filter. Its cursor and page size are ignored.</param>
    /// <returns>The count; or <see cref="ErrorCode.InvalidRequest"/> or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<int>> CountAsync(Actor actor, MemberQuery query, CancellationToken cancellationToken)
    {
        if (Page.Check(Page.DefaultLimit, query.Search) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var organization = await context.ResolveOrganizationAsync(actor, query.Organization, cancellationToken);
        return organization.Error is { } missing
            ? missing
            : await (await MatchingAsync(context, organization.Value.Id, SearchOf(query), query.Role, cancellationToken))
                .CountAsync(cancellationToken);
    }

    /// <summary>Reads a member.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="organization">The organization's slug; null if the caller has only one.</param>
    /// <param name="userId">The member.</param>
    /// <returns>The member; or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<MemberSummary>> GetAsync(Actor actor, string? organization, string userId, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await context.ResolveOrganizationAsync(actor, organization, cancellationToken);
        return found.Error is { } missing ? missing
            : Names.IsResourceId(userId) ? await ReadAsync(context, actor, found.Value, userId, cancellationToken)
            : Error.NotFound;
    }

    /// <summary>Finds the members who may own keys and service accounts, those who joined first before the others.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="organization">The organization's slug; null if the caller has only one.</param>
    /// <param name="search">Part of the name or address; null or empty for all.</param>
    /// <returns>The members; or <see cref="ErrorCode.InvalidRequest"/> or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<IReadOnlyList<PossibleOwner>>> FindPossibleOwnersAsync(
        Actor actor, string? organization, string? search, CancellationToken cancellationToken)
    {
        var query = new MemberQuery(organization, search);
        if (Page.Check(query.Limit, query.Search) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await context.ResolveOrganizationAsync(actor, organization, cancellationToken);
        if (found.Error is { } missing)
        {
            return missing;
        }

        var matching = await MatchingAsync(context, found.Value.Id, SearchOf(query), role: null, cancellationToken);
        return await (
            from member in context.PossibleOwners(found.Value.Id)
            where matching.Any(x => x.UserId == member.UserId)
            join person in context.Users on member.UserId equals person.Id
            orderby member.JoinedAt, member.UserId
            select new PossibleOwner(person.Id, person.Name, person.Email!)).ToListAsync(cancellationToken);
    }

    /// <summary>Checks that the organization has an owner without a member, so that nobody is asked for a lower role that is refused in any
    /// case.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="organization">The organization's slug; null if the caller has only one.</param>
    /// <param name="userId">The member.</param>
    /// <returns>Nothing; or <see cref="ErrorCode.NotFound"/>, or <see cref="ErrorCode.Conflict"/> for the last owner.</returns>
    public async Task<Result<Unit>> CheckOwnerStaysAsync(
        Actor actor, string? organization, string userId, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await context.ResolveOrganizationAsync(actor, organization, cancellationToken);
        return found.Error is { } missing ? missing
            : await FindMemberAsync(context, found.Value.Id, userId, cancellationToken) is not { } member ? Error.NotFound
            : await CheckOwnerStaysAsync(context, member, cancellationToken) is { } last ? last
            : default(Unit);
    }

    /// <summary>Finds what a member owns, and who may get it: what to decide before the member leaves. What is refused in any case is
    /// refused here, before anybody decides.</summary>
    /// <param name="actor">An admin or owner of the organization, whose role is not below the member's; or the member.</param>
    /// <param name="organization">The organization's slug; null if the caller has only one.</param>
    /// <param name="userId">The member.</param>
    /// <returns>The items; or <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>, or <see cref="ErrorCode.Conflict"/> for
    /// the last owner.</returns>
    public async Task<Result<Belongings>> FindBelongingsAsync(
        Actor actor, string? organization, string userId, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await context.ResolveOrganizationAsync(actor, organization, cancellationToken);
        if (found.Error is { } missing)
        {
            return missing;
        }

        if (userId != actor.Id && found.Value.Role.Check(MemberAction.ManageMembers) is { } refusal)
        {
            return refusal;
        }

        var id = found.Value.Id;
        if (await FindMemberAsync(context, id, userId, cancellationToken) is not { } leaver)
        {
            return Error.NotFound;
        }

        if (leaver.Role > found.Value.Role)
        {
            return AboveOwnRole;
        }

        if (await CheckOwnerStaysAsync(context, leaver, cancellationToken) is { } last)
        {
            return last;
        }

        var own = KeysOf(context, id, userId, withApps: false).AsNoTracking();
        var keys = await own.OrderByDescending(key => key.LastUsedOrder).ThenBy(key => key.KeyId).Take(MaxShown)
            .Select(key => new OwnedItem(key.KeyId, false, key.Name, key.LastUsedAt, key.ExpiresAt)).ToListAsync(cancellationToken);
        var owned = OwnedAlone(context, id, userId);
        var accounts = await owned.OrderBy(x => x.CreatedAt).ThenBy(x => x.Id).Take(MaxShown)
            .Select(x => new OwnedItem(x.Id, true, x.Name, null, null)).ToListAsync(cancellationToken);
        var kept = OwnedWithOthers(context, id, userId);
        var heirs = await (
            from member in context.PossibleOwners(id)
            where member.UserId != userId
            join person in context.Users on member.UserId equals person.Id
            orderby member.JoinedAt, member.UserId
            select new Party(PartyType.User, person.Id, person.Name)).Take(MaxShown).ToListAsync(cancellationToken);
        return new Belongings(
            [.. keys.Concat(accounts).Take(MaxShown)],
            await own.CountAsync(cancellationToken) + await owned.CountAsync(cancellationToken),
            heirs)
        {
            Kept = await kept.OrderBy(x => x.CreatedAt).ThenBy(x => x.Id).Take(MaxShown).Select(x => x.Name).ToListAsync(cancellationToken),
            KeptTotal = await kept.CountAsync(cancellationToken),
        };
    }

    static string? SearchOf(MemberQuery query) => string.IsNullOrWhiteSpace(query.Search) ? null : query.Search.Trim();

    static async Task<Member?> FindMemberAsync(
        DashboardContext context, long organization, string userId, CancellationToken cancellationToken) =>
        !Names.IsResourceId(userId) ? null : await context.Members.IgnoreQueryFilters().AsNoTracking()
            .SingleOrDefaultAsync(x => x.OrganizationId == organization && x.UserId == userId, cancellationToken);

    /// <summary>The service accounts that nobody owns but a member, of those who may.</summary>
    static IQueryable<ServiceAccount> OwnedAlone(DashboardContext context, long organization, string userId)
    {
        var able = context.PossibleOwners(organization).Where(member => member.UserId != userId);
        return context.AccountsOwnedBy(organization, userId)
            .Where(x => !x.Owners.Any(owner => able.Any(member => member.UserId == owner.UserId)));
    }

    /// <summary>The other service accounts that a member owns. They stay with their other owners.</summary>
    static IQueryable<ServiceAccount> OwnedWithOthers(DashboardContext context, long organization, string userId)
    {
        var able = context.PossibleOwners(organization).Where(member => member.UserId != userId);
        return context.AccountsOwnedBy(organization, userId)
            .Where(x => x.Owners.Any(owner => able.Any(member => member.UserId == owner.UserId)));
    }

    /// <summary>Finds the members that match a filter. Names are compared here, alike for every database: an organization has a bounded
    /// number of members.</summary>
    static async Task<IQueryable<Member>> MatchingAsync(
        DashboardContext context, long organization, string? search, OrganizationRole? role, CancellationToken cancellationToken)
    {
        var members = context.Members.IgnoreQueryFilters().AsNoTracking().Where(x => x.OrganizationId == organization);
        if (role is { } only)
        {
            members = members.Where(x => x.Role == only);
        }

        if (search is null)
        {
            return members;
        }

        var text = ComparableText.Fold(search);
        var names = await (
            from member in members
            join person in context.Users on member.UserId equals person.Id
            select new { person.Id, person.Name, person.Email }).ToListAsync(cancellationToken);
        var ids = names
            .Where(x => ComparableText.Fold(x.Name).Contains(text, StringComparison.Ordinal)
                || ComparableText.Fold(x.Email!).Contains(text, StringComparison.Ordinal))
            .Select(x => x.Id).ToList();
        return members.Where(x => ids.Contains(x.UserId));
    }

    static async Task<Result<MemberSummary>> ReadAsync(
        DashboardContext context, Actor actor, OrganizationAccess organization, string userId, CancellationToken cancellationToken) =>
        await ReadAsync(
            context, actor, organization,
            context.Members.IgnoreQueryFilters().AsNoTracking()
                .Where(x => x.OrganizationId == organization.Id && x.UserId == userId), cancellationToken) is [var row]
            ? row
            : Error.NotFound;

    static async Task<List<MemberSummary>> ReadAsync(
        DashboardContext context, Actor actor, OrganizationAccess organization, IQueryable<Member> members,
        CancellationToken cancellationToken)
    {
        var (id, manages) = (organization.Id, organization.Role.Can(MemberAction.ManageMembers));
        var rows = await (
            from member in members
            join person in context.Users on member.UserId equals person.Id
            orderby member.JoinedAt, member.UserId
            select new
            {
                person.Id,
                person.Name,
                person.Email,
                member.Role,
                member.DisabledAt,
                member.JoinedAt,
                HasAuthenticator = context.Authenticators.Any(x => x.UserId == person.Id),
                HasPasskey = context.Passkeys.Any(x => x.UserId == person.Id),
                LastSeenAt = context.Sessions.Where(x => x.UserId == person.Id).OrderByDescending(x => x.LastSeenAt)
                    .Select(x => (DateTimeOffset?)x.LastSeenAt).FirstOrDefault(),
                Keys = context.Keys.Count(
                    key => key.OwnerType == PartyType.User && key.OwnerId == person.Id && key.State != KeyState.Revoked
                    && context.Projects.Any(project => project.Id == key.ProjectId && project.OrganizationId == id)),
                Accounts = context.ServiceAccountOwners.Count(x => x.OrganizationId == id && x.UserId == person.Id
                    && context.ServiceAccounts.Any(account => account.Id == x.ServiceAccountId && account.DeletedAt == null)),
            }).ToListAsync(cancellationToken);
        return rows.ConvertAll(
            row => new MemberSummary(row.Id, row.Name, row.Email!, row.Role, row.DisabledAt is not null, row.JoinedAt, row.Id == actor.Id)
            {
                Details = !manages && row.Id != actor.Id ? null : new(
                    row.LastSeenAt,
                    row.HasPasskey ? SecondFactor.Passkey
                        : row.HasAuthenticator ? SecondFactor.Authenticator
                        : SecondFactor.None,
                    row.Keys, row.Accounts),
            });
    }
}
