using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Limits;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.ServiceAccounts;

/// <summary>Reads, creates, changes and deletes service accounts. Admins and owners of an organization see all of them, other
/// members those that they own.</summary>
public sealed partial class ServiceAccountService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, KeyService keys, PermissionCatalog catalog,
    KnownKeyTemplates shapes, TenantLimitOptions limits,
    TimeProvider time)
{
    const int IdLength = 16;

    /// <summary>Creates a service account with its OAuth client and its first key. The client secret and the raw key exist only in the
    /// result.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <returns>The account with its secrets; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/> for a
    /// project or organization that the actor cannot see, <see cref="ErrorCode.Forbidden"/>, <see cref="ErrorCode.KeyLimitReached"/> if the
    /// project of the first key has reached its limit, <see cref="ErrorCode.AlreadyCreated"/> for a repeated request, or <see
    /// cref="ErrorCode.Conflict"/> if the organization has as many accounts as it may, or if the idempotency key was used for a different
    /// request.</returns>
    public async Task<Result<IssuedServiceAccount>> CreateAsync(
        Actor actor, NewServiceAccount input, CancellationToken cancellationToken) =>
        ServiceAccountRules.Check(input, catalog, shapes) is { } fault ? fault : await changes.RunAsync<IssuedServiceAccount>(
            actor,
            async (change, token) =>
            {
                var found = await FindProjectsAsync(change.Context, actor, input, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                var (first, reached) = found.Value;
                if (first.Role.Check(MemberAction.ManageServiceAccounts) is { } refusal)
                {
                    return refusal;
                }

                await change.LockOrganizationAsync(first.OrganizationId, token);
                if (await KeyCount.AddAsync(change, first.ProjectId, token) is not { } count)
                {
                    return Error.NotFound;
                }

                if (await IdempotencyRecord.FindRepeatAsync(change, RequestOf(first, input), first.ProjectId, token) is { } repetition)
                {
                    return await ToErrorAsync(change.Context, repetition, token);
                }

                if (limits.ServiceAccountsPerOrganization > 0 && await change.Context.ServiceAccounts.CountAsync(
                    account => account.OrganizationId == first.OrganizationId
                        && account.DeletedAt == null, token) >= limits.ServiceAccountsPerOrganization)
                {
                    return Error.LimitReached(
                        "service_account",
                        $"The organization has reached its limit of {limits.ServiceAccountsPerOrganization} service accounts. Delete one, or raise Limits:ServiceAccountsPerOrganization.");
                }

                return await keys.CheckLimitAsync(change, first.ProjectId, count, token) is { } full ? full
                    : await IssueAsync(change, first, reached, input, token);
            },
            cancellationToken);

    /// <summary>Reads a service account.</summary>
    /// <param name="actor">An admin or owner of the organization, or one of the account's owners.</param>
    /// <returns>The account; or <see cref="ErrorCode.NotFound"/> or <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<ServiceAccountSummary>> GetAsync(Actor actor, string id, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await FindToReadAsync(context, actor, id, cancellationToken) is { } missing ? missing
            : await ReadAsync(context, id, cancellationToken);
    }

    /// <summary>Lists the service accounts of an organization, newest first.</summary>
    /// <param name="actor">An admin or owner of the organization, or one of the account's owners.</param>
    /// <param name="query">The filter and page. A cursor is valid only for the filter that it came from.</param>
    /// <returns>The page; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/> or
    /// <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<Page<ServiceAccountSummary>>> ListAsync(
        Actor actor, ServiceAccountQuery query, CancellationToken cancellationToken)
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

        var visible = await VisibleAsync(context, actor, organization.Value, cancellationToken);
        if (visible.Error is { } refusal)
        {
            return refusal;
        }

        var search = SearchOf(query);
        string?[] filter = ["service-accounts", $"{organization.Value.Id}", search, query.State?.ToWireName()];
        var cursor = Cursor.Read(query.Cursor, filter);
        if (cursor.Error is { } foreign)
        {
            return foreign;
        }

        var accounts = Matching(visible.Value, search, query.State);
        if (cursor.Value is { } last)
        {
            accounts = accounts.Where(x => x.CreatedAt < last.At || (x.CreatedAt == last.At && string.Compare(x.Id, last.Id) < 0));
        }

        var rows = await ReadAsync(
            context, accounts.OrderByDescending(x => x.CreatedAt).ThenByDescending(x => x.Id).Take(query.Limit + 1), cancellationToken);
        return Cursor.Cut(rows, query.Limit, row => row, row => new(row.CreatedAt, row.Id), filter);
    }

    /// <summary>Counts the service accounts of a list across all pages.</summary>
    /// <param name="actor">An admin or owner of the organization, or one of the account's owners.</param>
    /// <param name="query">The filter. Its cursor and page size are ignored.</param>
    /// <returns>The count; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/> or
    /// <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<int>> CountAsync(Actor actor, ServiceAccountQuery query, CancellationToken cancellationToken)
    {
        if (Page.Check(Page.DefaultLimit, query.Search) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var organization = await context.ResolveOrganizationAsync(actor, query.Organization, cancellationToken);
        if (organization.Error is { } missing)
        {
            return missing;
        }

        var visible = await VisibleAsync(context, actor, organization.Value, cancellationToken);
        return visible.Error is { } refusal ? refusal : await Matching(visible.Value, SearchOf(query), query.State)
            .CountAsync(cancellationToken);
    }

    /// <summary>Returns the newest unrevoked keys of a service account across projects. <see cref="ServiceAccountSummary.Keys"/> has their
    /// total.</summary>
    /// <param name="actor">An admin or owner of the organization, or one of the account's owners.</param>
    /// <param name="limit">The maximum number of keys, 1 to 200.</param>
    /// <returns>The keys, newest first; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/> or
    /// <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<IReadOnlyList<KeySummary>>> KeysAsync(Actor actor, string id, int limit, CancellationToken cancellationToken)
    {
        if (Page.Check(limit) is { } unusable)
        {
            return unusable;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        if (await FindToReadAsync(context, actor, id, cancellationToken) is { } missing)
        {
            return missing;
        }

        var newest = context.Keys.AsNoTracking()
            .Where(key => key.OwnerType == PartyType.ServiceAccount && key.OwnerId == id && key.State != KeyState.Revoked)
            .OrderByDescending(key => key.CreatedAt).ThenBy(key => key.KeyId).Take(limit);
        var now = time.GetUtcNow();
        return (await ApiKeyProjection.ReadAsync(context, newest, cancellationToken))
            .OrderByDescending(row => row.Key.CreatedAt).ThenBy(row => row.Key.KeyId, StringComparer.Ordinal)
                .Select(row => row.ToRow(now)).ToList();
    }

    static string? SearchOf(ServiceAccountQuery query) => string.IsNullOrWhiteSpace(query.Search) ? null : query.Search.Trim();

    /// <summary>Returns the accounts that an actor may see: for an admin or owner all of the organization, for another member those that
    /// they own.</summary>
    static async Task<Result<IQueryable<ServiceAccount>>> VisibleAsync(
        DashboardContext context, Actor actor, OrganizationAccess organization, CancellationToken cancellationToken)
    {
        var accounts = context.ServiceAccounts.AsNoTracking().Where(x => x.OrganizationId == organization.Id && x.DeletedAt == null);
        if (organization.Role.Check(MemberAction.ManageServiceAccounts) is not { } refusal)
        {
            return Result<IQueryable<ServiceAccount>>.Of(accounts);
        }

        var own = context.AccountsOwnedBy(organization.Id, actor.Id).AsNoTracking();
        return await own.AnyAsync(cancellationToken) ? Result<IQueryable<ServiceAccount>>.Of(own) : refusal;
    }

    static IQueryable<ServiceAccount> Matching(IQueryable<ServiceAccount> accounts, string? search, ServiceAccountState? state)
    {
        if (state is { } only)
        {
            accounts = accounts.Where(x => x.State == only);
        }

        if (search is not null)
        {
            // A client id is the identifier with a different prefix.
            var id = search.StartsWith(ServiceAccount.ClientIdPrefix, StringComparison.Ordinal)
                ? ServiceAccount.IdPrefix + search[ServiceAccount.ClientIdPrefix.Length..]
                : search;
            var text = ComparableText.Fold(search);
            accounts = accounts.Where(x => x.SearchText.Contains(text) || x.Id.Substring(0, id.Length) == id);
        }

        return accounts;
    }

    async Task<Result<IssuedServiceAccount>> IssueAsync(
        UnitOfWork change, ProjectAccess first, List<long>? reached, NewServiceAccount input, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> owners = input.OwnerIds ?? [change.Actor.Id];
        if (input.OwnerIds is not null
            && await CheckPossibleAsync(change.Context, first.OrganizationId, owners, cancellationToken) is { } unfit)
        {
            return unfit;
        }

        var secret = ClientSecret.Mint();
        var account = new ServiceAccount
        {
            Id = ServiceAccount.IdPrefix + Base62.Random(IdLength),
            OrganizationId = first.OrganizationId,
            Name = input.Name.Trim(),
            Description = input.Description?.Trim() ?? "",
            Permissions = string.Join(' ', catalog.InOrder(input.Permissions)),
            AllProjects = reached is null,
            Environment = input.Environment,
            State = ServiceAccountState.Active,
            CreatedAt = change.Now,
            CreatedBy = change.Actor.Id,
        };
        change.Context.Add(account);
        change.Context.AddRange(owners.Select((userId, position) => OwnerOf(account, userId, position)));
        change.Context.AddRange(
            (reached ?? []).Select(project => new ServiceAccountProject { ServiceAccountId = account.Id, ProjectId = project }));
        change.Context.Add(CredentialOf(account, secret, change.Now));
        Record(change, account, "service_account.created", new()
        {
            ["permissions"] = account.Permissions,
            ["projects"] = input.Projects is { Listed: null } ? "all" : string.Join(' ', input.Projects?.Listed ?? [first.Path.ToString()]),
            ["environment"] = account.Environment.ToWireName(),
            ["owners"] = string.Join(' ', owners),
        });
        var request = new NewKey(first.Path.ToString(), account.Name, input.Environment,
            Permissions: account.Permissions.Split(' '), ServiceAccountId: account.Id)
        {
            // Nobody asks for its expiry, so its key lives as long as a live key may.
            ExpiresAt = input.Environment == KeyEnvironment.Live ? first.Policies.LatestExpiry(change.Now) : null,
        };
        if (KeyPolicies.Check(request, first, change.Now) is { } against)
        {
            return against.Errors?.ContainsKey("allowed_ips") == true
                ? Error.Invalid("environment",
                    "A live key of this organization needs an allow-list. Create the account for test, then create its live key with one.")
                : against;
        }

        if (await keys.CheckPresenceAsync(change, request, cancellationToken) is { } stale)
        {
            return stale;
        }

        var key = await keys.IssueAsync(change, first, request, account.Name, [], cancellationToken);
        if (input.IdempotencyKey is not null)
        {
            change.Context.Add(IdempotencyRecord.Of(change.Actor, RequestOf(first, input), first.ProjectId, key.Key.KeyId, change.Now));
        }

        await change.Context.SaveChangesAsync(cancellationToken); // the account is read with the number of its keys
        var row = await ReadAsync(change.Context, account.Id, cancellationToken);
        return new IssuedServiceAccount(row.Value, secret, key);
    }

    /// <summary>Returns what a request is recognized by when it is repeated. Its owners take the place of a key's allow-list.</summary>
    static NewKey RequestOf(ProjectAccess first, NewServiceAccount input) => new(
        first.Path.ToString(), input.Name, input.Environment, input.Projects is null ? null : input.Projects.Listed ?? ["all"],
        input.Permissions, ServiceAccountId: "new", IdempotencyKey: input.IdempotencyKey, AllowedIps: input.OwnerIds,
        Note: input.Description);

    /// <summary>Rewrites the response to a repeated request for a service account.</summary>
    static async Task<Error> ToErrorAsync(DashboardContext context, Error repetition, CancellationToken cancellationToken)
    {
        if (repetition.Code != ErrorCode.AlreadyCreated)
        {
            return repetition;
        }

        var id = await context.Keys.Where(key => key.KeyId == repetition.CreatedId).Select(key => key.OwnerId)
            .SingleAsync(cancellationToken);
        return repetition with
        {
            Detail = $"This request already created the service account {id}. Its secrets were returned only then. If you lost them, delete it and create another.",
            CreatedOwnerId = id,
        };
    }

    /// <summary>Finds the project of the first key and the projects that the account has access to: null for all.</summary>
    static async Task<Result<(ProjectAccess First, List<long>? Reached)>> FindProjectsAsync(
        DashboardContext context, Actor actor, NewServiceAccount input, CancellationToken cancellationToken)
    {
        if (input.Projects is not { Listed: null })
        {
            var found = await FindListedAsync(context, actor, input.Projects?.Listed, cancellationToken);
            if (found.Error is { } missing)
            {
                return missing;
            }

            // Compared by id, because the organization may be given by a past slug.
            return input.Organization is not null
                && (await context.FindOrganizationAsync(actor, input.Organization, cancellationToken))?.Id != found.Value[0].OrganizationId
                ? Error.Invalid("organization", "Omit this field, or specify the organization of the projects.")
                : (found.Value[0], [.. found.Value.Select(project => project.ProjectId)]);
        }

        var organization = await context.ResolveOrganizationAsync(actor, input.Organization, cancellationToken);
        if (organization.Error is { } unknown)
        {
            return unknown;
        }

        var slug = await context.Projects.Where(project => project.OrganizationId == organization.Value.Id && project.DeletedAt == null)
            .OrderBy(project => project.Slug).Select(project => project.Slug).FirstOrDefaultAsync(cancellationToken);
        return slug is null || await context.FindProjectAsync(actor, new(organization.Value.Slug, slug), cancellationToken) is not { } first
            ? Error.Invalid("projects", "The organization has no projects yet. Create one first.")
            : (first, null);
    }

    /// <summary>Finds the projects that a request names, without duplicates and all of one organization, or the actor's only project if it
    /// names none.</summary>
    static async Task<Result<List<ProjectAccess>>> FindListedAsync(
        DashboardContext context, Actor actor, IReadOnlyList<string>? names, CancellationToken cancellationToken)
    {
        var found = new List<ProjectAccess>();
        foreach (var name in names ?? [null!])
        {
            var project = await context.ResolveProjectAsync(actor, name, cancellationToken);
            if (project.Error is { } missing)
            {
                return missing.Errors?.TryGetValue("project", out var message) == true ? Error.Invalid("projects", message) : missing;
            }

            found.Add(project.Value);
        }

        return found.TrueForAll(project => project.OrganizationId == found[0].OrganizationId)
            ? found.DistinctBy(project => project.ProjectId).ToList()
            : Error.Invalid("projects", "Specify projects of a single organization.");
    }

    /// <summary>Returns why an actor may not see an account, or null if they may: as an admin or owner of the organization, or as a member
    /// who owns it.</summary>
    static async Task<Error?> FindToReadAsync(DashboardContext context, Actor actor, string id, CancellationToken cancellationToken) =>
        await FindAsync(context, actor, id, cancellationToken) is not { Error: { } refusal } ? null
        : refusal.Code == ErrorCode.Forbidden
            && await context.ServiceAccountOwners.AnyAsync(x => x.ServiceAccountId == id && x.UserId == actor.Id, cancellationToken) ? null
        : refusal;

    /// <summary>Finds the account's organization and the actor's role in it.</summary>
    static async Task<Result<OrganizationAccess>> FindAsync(
        DashboardContext context, Actor actor, string id, CancellationToken cancellationToken)
    {
        var found = !ServiceAccount.IsId(id) ? null : await (
            from account in context.ServiceAccounts
            where account.Id == id && account.DeletedAt == null
            join member in context.MembershipsOf(actor) on account.OrganizationId equals member.OrganizationId
            join organization in context.Organizations on account.OrganizationId equals organization.Id
            select new OrganizationAccess(organization.Id, organization.Slug, organization.Name, member.Role))
                .SingleOrDefaultAsync(cancellationToken);
        return found is null ? Error.NotFound : found.Role.Check(MemberAction.ManageServiceAccounts) is { } refusal ? refusal : found;
    }

    static async Task<Result<ServiceAccountSummary>> ReadAsync(DashboardContext context, string id, CancellationToken cancellationToken) =>
        await ReadAsync(context, context.ServiceAccounts.AsNoTracking().Where(x => x.Id == id), cancellationToken) is [var row]
            ? row : Error.NotFound;

    static async Task<List<ServiceAccountSummary>> ReadAsync(
        DashboardContext context, IQueryable<ServiceAccount> accounts, CancellationToken cancellationToken)
    {
        var rows = await (
            from account in accounts
            join organization in context.Organizations on account.OrganizationId equals organization.Id
            select new
            {
                Account = account,
                Organization = organization.Slug,
                Creator = context.Users.Where(x => x.Id == account.CreatedBy).Select(x => x.Name).FirstOrDefault(),
            }).ToListAsync(cancellationToken);
        if (rows.Count == 0)
        {
            return [];
        }

        var ids = rows.ConvertAll(row => row.Account.Id);
        var projects = rows.TrueForAll(row => row.Account.AllProjects) ? [] : await (
            from reached in context.ServiceAccountProjects
            where ids.Contains(reached.ServiceAccountId)
            join project in context.Projects on reached.ProjectId equals project.Id
            where project.DeletedAt == null
            orderby project.Slug
            select new { reached.ServiceAccountId, project.Slug }).ToListAsync(cancellationToken);
        var owners = await OwnersAsync(context, ids, cancellationToken);
        var credentials = await CredentialsAsync(context, ids, cancellationToken);
        return rows.ConvertAll(row =>
        {
            var (account, creator) = (row.Account, new Party(PartyType.User, row.Account.CreatedBy, row.Creator ?? row.Account.CreatedBy));
            var (keys, secrets, lastUsedAt) = credentials.GetValueOrDefault(account.Id, (0, [], null));
            return new ServiceAccountSummary(
                account.Id,
                row.Organization,
                account.Name,
                account.Description,
                account.ClientId,
                account.Permissions.Split(' '),
                account.AllProjects ? null
                    : [.. projects.Where(x => x.ServiceAccountId == account.Id).Select(x => $"{row.Organization}/{x.Slug}")],
                account.Environment,
                account.State,
                account.CreatedAt,
                creator,
                [.. owners[account.Id]],
                keys,
                secrets,
                lastUsedAt);
        });
    }

    static void Record(
        UnitOfWork change, ServiceAccount account, string action, Dictionary<string, string?>? details = null) => change.Record(
        account.OrganizationId,
        new(AuditCategory.ServiceAccounts, action, new(FeedSubject.ServiceAccount, account.Id, account.Name),
            Details: JsonSerializer.Serialize(details ?? [])));
}
