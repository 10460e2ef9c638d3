using System.Runtime.CompilerServices;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Audit;

/// <summary>Reads, exports and verifies the audit log of an organization, for its admins and owners.</summary>
public sealed class AuditLogService(IDbContextFactory<DashboardContext> contexts, AuditVerifier verifier, TimeProvider time) : IDisposable
{
    const int ExportPage = 1000;

    /// <summary>The maximum number of members, and of service accounts, in <see cref="ActorsAsync"/>.</summary>
    const int MaxActors = 100;

    static readonly TimeSpan VerificationWait = TimeSpan.FromSeconds(10);

    /// <summary>A verification reads the whole log, so there is one at a time.</summary>
    readonly SemaphoreSlim verification = new(1);

    /// <summary>Lists entries, newest first.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <returns>A page; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/> or
    /// <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<Page<AuditRecord>>> ListAsync(Actor actor, AuditQuery query, CancellationToken cancellationToken)
    {
        if (AuditEntryQuery.Check(query) is { } invalid)
        {
            return invalid;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var organization = await FindAsync(context, actor, query.Organization, cancellationToken);
        if (organization.Error is { } refused)
        {
            return refused;
        }

        var entries = AuditEntryQuery.Of(query, organization.Value.Id);
        var after = Cursor.Read(query.Cursor, entries.Filter);
        return after.Error is { } foreign ? foreign
            : Cursor.Cut(
                await entries.ReadAsync(context, after.Value, query.Limit + 1, cancellationToken), query.Limit, AuditRecord.Of,
                AuditEntryQuery.CursorAfter, entries.Filter);
    }

    /// <summary>Reads one entry.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="organization">The slug; null if the caller has only one organization.</param>
    /// <param name="id">An <see cref="AuditRecord.Id"/>.</param>
    /// <returns>The entry; or <see cref="ErrorCode.NotFound"/> or <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<AuditRecord>> GetAsync(Actor actor, string? organization, string id, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(context, actor, organization, cancellationToken);
        if (found.Error is { } refused)
        {
            return refused;
        }

        return await AuditEntryQuery.Of(new(), found.Value.Id).FindAsync(context, id, cancellationToken) is { } entry
            ? AuditRecord.Of(entry) : Error.NotFound;
    }

    /// <summary>Lists who can be chosen as an actor: the first members and service accounts by name. Anybody else can be filtered by
    /// identifier.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="organization">The slug; null if the caller has only one organization.</param>
    public async Task<Result<IReadOnlyList<AuditActor>>> ActorsAsync(Actor actor, string? organization, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(context, actor, organization, cancellationToken);
        if (found.Error is { } refused)
        {
            return refused;
        }

        var id = found.Value.Id;
        var people = await (
            from member in context.Members
            where member.OrganizationId == id
            join user in context.Users on member.UserId equals user.Id
            orderby user.Name, user.Id
            select new { user.Id, user.Name }).Take(MaxActors).ToListAsync(cancellationToken);
        var accounts = await context.ServiceAccounts.Where(account => account.OrganizationId == id && account.DeletedAt == null)
            .OrderBy(account => account.Name).ThenBy(account => account.Id)
                .Select(account => new { account.Id, account.Name }).Take(MaxActors).ToListAsync(cancellationToken);
        return Result.Of<IReadOnlyList<AuditActor>>(
        [
            .. people.Select(person => new AuditActor(PartyType.User.ToWireName(), person.Id, person.Name)),
            .. accounts.Select(account => new AuditActor(PartyType.ServiceAccount.ToWireName(), account.Id, account.Name)),
        ]);
    }

    /// <summary>Reads all entries that match.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="query">What to read. Cursor and limit do not count.</param>
    /// <returns>The entries, newest first, read while the caller enumerates them; or the errors of <see cref="ListAsync"/>. The caller's
    /// role is read again with every thousand entries, and an <see cref="UnauthorizedAccessException"/> ends the enumeration when it is
    /// lost.</returns>
    public async Task<Result<IAsyncEnumerable<AuditRecord>>> ExportAsync(Actor actor, AuditQuery query, CancellationToken cancellationToken)
    {
        if (AuditEntryQuery.Check(query with { Limit = Page.DefaultLimit }) is { } invalid)
        {
            return invalid;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var organization = await FindAsync(context, actor, query.Organization, cancellationToken);
        return organization.Error is { } refused
            ? refused
            : Result.Of(
                ReadAllAsync(actor, organization.Value.Slug, AuditEntryQuery.Of(query, organization.Value.Id), CancellationToken.None));
    }

    /// <summary>Reads the end of the organization's chain.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="organization">The slug; null if the caller has only one organization.</param>
    public async Task<Result<OrganizationHead>> HeadAsync(Actor actor, string? organization, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(context, actor, organization, cancellationToken);
        if (found.Error is { } refused)
        {
            return refused;
        }

        var end = await context.AuditChains.AsNoTracking().SingleOrDefaultAsync(chain => chain.Id == found.Value.Id, cancellationToken);
        return new OrganizationHead(found.Value.Slug, end is null or { Sequence: 0 } ? null
            : new(end.Id, end.Sequence, end.Hash), time.GetUtcNow());
    }

    /// <summary>Verifies the organization's chain. One verification runs at a time.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <param name="organization">The slug; null if the caller has only one organization.</param>
    /// <param name="head">A head of the chain that was kept elsewhere, or null.</param>
    /// <returns>What was found; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/>,
    /// <see cref="ErrorCode.Forbidden"/>, or <see cref="ErrorCode.RateLimited"/> while another verification runs.</returns>
    public async Task<Result<AuditVerification>> VerifyAsync(
        Actor actor, string? organization, string? head, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(context, actor, organization, cancellationToken);
        if (found.Error is { } refused)
        {
            return refused;
        }

        var recorded = string.IsNullOrWhiteSpace(head) ? null : AuditHead.TryParse(head.Trim());
        if (recorded is null && !string.IsNullOrWhiteSpace(head))
        {
            return Error.Invalid("head", "Use a recorded head as it was shown: three parts with colons between them.");
        }

        if (recorded is not null && recorded.Chain != found.Value.Id)
        {
            return Error.Invalid("head", "This head belongs to another organization's log.");
        }

        if (!await verification.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            return new Error(
                ErrorCode.RateLimited, "Another verification is running. Try again in a few seconds.", RetryAfter: VerificationWait);
        }

        try
        {
            return await verifier.VerifyAsync(found.Value.Id, recorded is null ? [] : [recorded], cancellationToken);
        }
        finally
        {
            verification.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => verification.Dispose();

    static async Task<Result<OrganizationAccess>> FindAsync(
        DashboardContext context, Actor actor, string? slug, CancellationToken cancellationToken)
    {
        var found = await context.ResolveOrganizationAsync(actor, slug, cancellationToken);
        return found.Error is null && found.Value.Role.Check(MemberAction.ReadAuditLog) is { } refusal ? refusal : found;
    }

    async IAsyncEnumerable<AuditRecord> ReadAllAsync(
        Actor actor, string organization, AuditEntryQuery entries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Cursor? after = null;
        for (var count = ExportPage; count == ExportPage;)
        {
            await using var context = await contexts.CreateDbContextAsync(cancellationToken);
            if ((await FindAsync(context, actor, organization, cancellationToken)).Error is { } lost)
            {
                throw new UnauthorizedAccessException(lost.Detail);
            }

            var page = await entries.ReadAsync(context, after, ExportPage, cancellationToken);
            foreach (var entry in page)
            {
                yield return AuditRecord.Of(entry);
            }

            count = page.Count;
            after = count == 0 ? null : AuditEntryQuery.CursorAfter(page[^1]);
        }
    }
}
