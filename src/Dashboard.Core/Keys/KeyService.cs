using System.Globalization;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <summary>Creates, reads, changes and revokes keys. Pages and REST endpoints are thin callers.</summary>
public sealed partial class KeyService(
    IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, PermissionCatalog catalog, KeyOptions options,
    KnownKeyTemplates shapes, TemplateStore templates, TimeProvider time)
{
    /// <summary>Creates a key. The raw key exists only in the result.</summary>
    /// <param name="actor">A developer, admin or owner of the organization.</param>
    /// <returns>The key with its secret; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/> for a project
    /// that the actor cannot see, <see cref="ErrorCode.Forbidden"/> for a viewer (for the key of a service account, for anyone but its
    /// owner, admins and owners), <see cref="ErrorCode.KeyLimitReached"/>, <see cref="ErrorCode.AlreadyCreated"/> for a repeated request,
    /// or <see cref="ErrorCode.Conflict"/> if the idempotency key was used for a different request.</returns>
    public async Task<Result<IssuedKey>> CreateAsync(Actor actor, NewKey input, CancellationToken cancellationToken)
    {
        if (KeyRules.Check(input, catalog, shapes, time.GetUtcNow()) is { } fault)
        {
            return fault;
        }

        input = input with { ExpiresAt = TruncateToMilliseconds(input.ExpiresAt) };
        return await changes.RunAsync<IssuedKey>(
            actor,
            async (change, token) =>
            {
                var found = await change.Context.ResolveProjectAsync(actor, input.Project, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                var project = found.Value;
                if (project.Role.Check(MemberAction.CreateKeys) is { } refusal)
                {
                    return refusal;
                }

                if (KeyPolicies.Check(input, project, time.GetUtcNow()) is { } against)
                {
                    return against;
                }

                if (input.ServiceAccountId is not null)
                {
                    // the account cannot change or be deleted before its key exists
                    await change.LockOrganizationAsync(project.OrganizationId, token);
                }

                if (await KeyCount.AddAsync(change, project.ProjectId, token) is not { } count)
                {
                    return Error.NotFound;
                }

                if (await IdempotencyRecord.FindRepeatAsync(change, input, project.ProjectId, token) is { } repeated)
                {
                    return repeated;
                }

                var owned = await FindOwnerAsync(change, project, input, token);
                if (owned.Error is { } unowned)
                {
                    return unowned;
                }

                if (await CheckLimitAsync(change, project.ProjectId, count, token) is { } full)
                {
                    return full;
                }

                var resources = await FindResourcesAsync(change.Context, project.ProjectId, input.Resources, token);
                if (resources.Error is { } unknown)
                {
                    return unknown;
                }

                var (request, ownerName) = owned.Value;
                if (await CheckPresenceAsync(change, request, token) is { } stale)
                {
                    return stale;
                }

                var issued = await IssueAsync(
                    change, project, request, ownerName, resources.Value, token, isTracked: resources.Value.Count > 0);
                if (input.IdempotencyKey is not null)
                {
                    change.Context.Add(IdempotencyRecord.Of(actor, input, project.ProjectId, issued.Key.KeyId, change.Now));
                }

                // no other change can add its rows: identifiers are random, and requests are repeated under the project's lock
                change.WritesAtOnce = true;
                return issued;
            },
            cancellationToken);
    }

    /// <summary>Reads how much of a project's key limit is used.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="project"><c>organization/project</c>; null if the caller has only one.</param>
    public async Task<Result<Allowance>> AllowanceAsync(Actor actor, string? project, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await context.ResolveProjectAsync(actor, project, cancellationToken);
        return found.Error is { } missing
            ? missing
            : new Allowance(
                await KeyCount.ReadAsync(context, found.Value.ProjectId, time.GetUtcNow(), cancellationToken), options.MaxActivePerProject);
    }

    /// <summary>Reads a key.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <returns>The key, or <see cref="ErrorCode.NotFound"/>.</returns>
    public async Task<Result<KeySummary>> GetAsync(Actor actor, string keyId, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await ReadAsync(context, actor, keyId, time.GetUtcNow(), cancellationToken);
    }

    /// <summary>Renames, disables or enables a key, removes permissions, or sets its expiry date, allow-list, rate limit or note.</summary>
    /// <param name="actor">The key's owner, or an admin or owner of the organization.</param>
    /// <returns>The changed key; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/>,
    /// <see cref="ErrorCode.Forbidden"/>, <see cref="ErrorCode.Conflict"/> for a revoked key, or <see cref="ErrorCode.KeyLimitReached"/> if
    /// an expired key would count again.</returns>
    public async Task<Result<KeySummary>> ChangeAsync(Actor actor, string keyId, KeyPatch patch, CancellationToken cancellationToken)
    {
        if (KeyRules.Check(patch, catalog, shapes, time.GetUtcNow()) is { } fault)
        {
            return fault;
        }

        patch = patch with { ExpiresAt = patch.ExpiresAt is { } date ? new(TruncateToMilliseconds(date.At)) : null };

        return await changes.RunAsync<KeySummary>(
            actor,
            async (change, token) =>
            {
                var found = await FindOwnAsync(change, keyId, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                var own = found.Value;
                if (own.Key.State == KeyState.Revoked)
                {
                    return new Error(ErrorCode.Conflict, "This key has been revoked and cannot be changed. Create a new one.");
                }

                if (await ApplyAsync(change, own, patch, token) is { } refused)
                {
                    return refused;
                }

                change.WritesAtOnce = true; // it adds no row
                return own.Row!.ToRow(change.Now);
            },
            cancellationToken);
    }

    /// <summary>Revokes a key permanently. Does nothing if it is already revoked.</summary>
    /// <param name="actor">The key's owner, or an admin or owner of the organization.</param>
    /// <param name="reason">One of <see cref="RevocationReasons"/> or other text of at most <see cref="RevocationReasons.MaxLength"/>
    /// characters; null for none. The reason of a key that is already revoked stays.</param>
    /// <returns>The key; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/> or
    /// <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<KeySummary>> RevokeAsync(
        Actor actor, string keyId, CancellationToken cancellationToken, string? reason = null) =>
        KeyRules.CheckReason(reason, shapes) is { } fault ? fault : await changes.RunAsync<KeySummary>(
            actor,
            async (change, token) =>
            {
                var found = await FindOwnAsync(change, keyId, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                var own = found.Value;
                if (own.Key.State != KeyState.Revoked)
                {
                    await KeyAudit.RevokeAsync(change, own.Organization, [own.Key], null, null, token, RevocationReasons.Of(reason));
                    change.WritesAtOnce = true; // it adds no row
                }

                return own.Row!.ToRow(change.Now);
            },
            cancellationToken);

    /// <summary>Checks the limit of a project in which one more key has just been counted. It reads the clock after the project was locked:
    /// a key that expired while this change waited no longer counts, and another may have taken its place.</summary>
    /// <param name="count">What <see cref="KeyCount.AddAsync"/> returned.</param>
    internal async Task<Error?> CheckLimitAsync(UnitOfWork change, long projectId, int count, CancellationToken cancellationToken) =>
        count > options.MaxActivePerProject
        && count - await KeyCount.ReleaseExpiredAsync(
            change.Context, projectId, time.GetUtcNow(), cancellationToken) > options.MaxActivePerProject ? LimitReached() : null;

    Error LimitReached() => new(
        ErrorCode.KeyLimitReached,
        $"This project has reached its limit of {options.MaxActivePerProject} active keys. Revoke an unused key, then try again.");

    internal static bool IsLiveWithWrite(KeyEnvironment environment, IEnumerable<string> permissions) =>
        environment == KeyEnvironment.Live && permissions.Contains(PermissionCatalog.Write, StringComparer.Ordinal);

    internal async Task<Result<List<Resource>>> FindResourcesAsync(
        DashboardContext context, long projectId, IReadOnlyList<string>? names, CancellationToken cancellationToken)
    {
        if (names is null)
        {
            return new List<Resource>();
        }

        var wanted = names.Select(name => KeyRules.TryParseResource(name, catalog, out var resource) ? resource : default).ToList();
        var ids = wanted.Select(resource => resource.Id).Distinct(StringComparer.Ordinal).ToList();
        var found = (await context.Resources.AsNoTracking().Where(x => x.ProjectId == projectId && ids.Contains(x.ExternalId))
            .ToListAsync(cancellationToken))
            .ToDictionary(x => (x.Kind, x.ExternalId));
        return wanted.FindIndex(resource => !found.ContainsKey(resource)) is >= 0 and var missing
            ? Error.Invalid("resources", $"This project has no resource {names[missing]}. Register it first.")
            : wanted.ConvertAll(resource => found[resource]);
    }

    /// <summary>Checks that the person has recently proved to be present, if the key is live and may write: a borrowed session must not be
    /// enough for such a key.</summary>
    internal async Task<Error?> CheckPresenceAsync(UnitOfWork change, NewKey input, CancellationToken cancellationToken) =>
        IsLiveWithWrite(input.Environment, catalog.InOrder(input.Permissions))
            ? await change.CheckPresenceAsync(cancellationToken) : null;

    /// <summary>Mints a key and adds it to the context. Requires the lock of the project, in which the key is counted already unless an app
    /// owns it, and a validated request. If its identifier is taken, the change fails and runs again with another.</summary>
    /// <param name="ownerName">The display name of the owner.</param>
    /// <param name="isTracked">False for a key without resources whose row the change does not read.</param>
    internal async Task<IssuedKey> IssueAsync(
        UnitOfWork change, ProjectAccess project, NewKey input, string ownerName, IReadOnlyList<Resource> resources,
        CancellationToken cancellationToken,
        bool isTracked = true)
    {
        await templates.KeepAsync(change, cancellationToken);
        var secret = options.Template.Mint(input.Environment);
        var (ownerType, ownerId) = OwnerOf(change.Actor, input);
        IReadOnlyList<string> permissions = [.. catalog.InOrder(input.Permissions)];
        var awaits = KeyPolicies.NeedsApproval(project, input.Environment, permissions);
        var key = new ApiKey
        {
            KeyId = secret.KeyId,
            Hash = secret.Hash,
            Prefix = secret.Prefix,
            ProjectId = project.ProjectId,
            Name = input.Name.Trim(),
            Environment = input.Environment,
            State = awaits ? KeyState.Inactive : KeyState.Active,
            AwaitsApproval = awaits,
            Permissions = string.Join(' ', permissions),
            AllResources = input.Resources is null,
            Scope = [.. resources.Select(resource => new KeyResource { KeyId = secret.KeyId, ResourceId = resource.Id })],
            OwnerType = ownerType,
            OwnerId = ownerId,
            CreatedBy = change.Actor.Id,
            CreatedAt = change.Now,
            ExpiresAt = input.ExpiresAt,
            AllowedIps = Stored(input.AllowedIps),
            RequestsPerMinute = input.RequestsPerMinute,
            Note = KeyRules.NoteOf(input.Note),
            Counted = ownerType != PartyType.PublishedApp,
        };
        if (isTracked)
        {
            change.Context.Add(key);
        }
        else
        {
            change.Rows.Add(new(key));
        }

        KeyAudit.Record(change, project.OrganizationId, "key.created", key, new()
        {
            ["project"] = project.Path.ToString(),
            ["environment"] = key.Environment.ToWireName(),
            ["permissions"] = key.Permissions,
            ["scope"] = input.Resources is null ? "all" : string.Join(' ', input.Resources),
            ["expires_at"] = key.ExpiresAt?.ToString("O"),
            ["service_account"] = input.ServiceAccountId,
            ["app"] = input.AppId,
            ["allowed_ips"] = key.AllowedIps,
            ["requests_per_minute"] = key.RequestsPerMinute?.ToString(CultureInfo.InvariantCulture),
            ["note"] = key.Note,
            ["approval"] = awaits ? "pending" : null,
        });
        return new(Describe(key, project, ownerName, resources, change), secret);
    }

    /// <summary>What reading a new key would return.</summary>
    static KeySummary Describe(
        ApiKey key, ProjectAccess project, string ownerName, IReadOnlyList<Resource> resources, UnitOfWork change) => new ApiKeyProjection
        {
            Key = key,
            Organization = project.OrganizationSlug,
            Project = project.ProjectSlug,
            Scope = [.. resources.OrderBy(resource => resource.Id).Select(resource => $"{resource.Kind}:{resource.ExternalId}")],
            OwnerName = ownerName,
            Account = null, // it allows what the key does: the request was checked
            CreatorName = change.Actor.Name,
        }.ToRow(change.Now);

    static DateTimeOffset? TruncateToMilliseconds(DateTimeOffset? time) =>
        time is { } at ? UtcMilliseconds.TruncateToMilliseconds(at) : null;

    async Task<Error?> ApplyAsync(UnitOfWork change, OwnKey own, KeyPatch patch, CancellationToken cancellationToken)
    {
        var (key, organization) = (own.Key, own.Organization);
        if ((KeyRestrictions.Check(own, patch) ?? await CheckPoliciesAsync(change, own, patch, cancellationToken)) is { } restricted)
        {
            return restricted;
        }

        if (patch.Name?.Trim() is { } name && name != key.Name)
        {
            var before = key.Name;
            key.Name = name;
            KeyAudit.Record(change, organization, "key.renamed", key, new() { ["from"] = before });
        }

        var has = key.Permissions.Split(' ');
        if (patch.Permissions is not null && !patch.Permissions.ToHashSet(StringComparer.Ordinal).SetEquals(has))
        {
            if (patch.Permissions.Except(has, StringComparer.Ordinal).Any())
            {
                return Error.Invalid("permissions", "Permissions can be removed from a key but not added. Create another key instead.");
            }

            var before = key.Permissions;
            key.Permissions = string.Join(' ', catalog.InOrder(patch.Permissions));
            KeyAudit.Record(change, organization, "key.permissions_reduced", key, new() { ["from"] = before, ["to"] = key.Permissions });
        }

        if (patch.ExpiresAt is { } expiry && expiry.At != key.ExpiresAt)
        {
            // Not counted, although this clock says that it has not expired: a node whose clock is ahead released it.
            if (key is { IsExempt: false, OwnerType: not PartyType.PublishedApp } && (!key.Counted || key.ExpiresAt <= time.GetUtcNow())
                && await CountAgainAsync(change, key, cancellationToken) is { } full)
            {
                return full;
            }

            key.ExpiresAt = expiry.At;
            KeyAudit.Record(change, organization, "key.expiry_changed", key, new() { ["expires_at"] = expiry.At?.ToString("O") });
        }

        ApplyLimits(change, own, patch.Limits);
        if (patch.Note is not null && KeyRules.NoteOf(patch.Note) is var note && note != key.Note)
        {
            var before = key.Note;
            key.Note = note;
            KeyAudit.Record(change, organization, "key.note_changed", key, new() { ["from"] = before, ["to"] = note });
        }

        if (patch.State is { } state && KeyRestrictions.IsDisabledByAdmin(own, state) is var byAdmin
            && (state, byAdmin) != (key.State, key.DisabledByAdmin))
        {
            (key.State, key.DisabledByAdmin) = (state, byAdmin);
            KeyAudit.Record(change, organization, state == KeyState.Active ? "key.switched_on" : "key.switched_off", key);
        }

        return null;
    }

    /// <summary>Reads the policies only where the change is one that they limit.</summary>
    static async Task<Error?> CheckPoliciesAsync(UnitOfWork change, OwnKey own, KeyPatch patch, CancellationToken cancellationToken) =>
        patch is { ExpiresAt: null, Limits: null or { SetsAllowedIps: false } } ? null
        : KeyPolicies.Check(
            own.Key, patch,
            OrganizationPolicies.Of(
                await change.Context.Organizations.AsNoTracking().SingleAsync(x => x.Id == own.Organization, cancellationToken)));

    /// <summary>Counts an expired key again, which needs a place in the limit like a new one.</summary>
    async Task<Error?> CountAgainAsync(UnitOfWork change, ApiKey key, CancellationToken cancellationToken)
    {
        // the key is no longer counted now
        await KeyCount.ReleaseExpiredAsync(change.Context, key.ProjectId, time.GetUtcNow(), cancellationToken);
        if (await KeyCount.AddAsync(change, key.ProjectId, cancellationToken) is not { } count || count > options.MaxActivePerProject)
        {
            return LimitReached();
        }

        key.Counted = true;
        return null;
    }

    /// <summary>Finds a key that the actor may change. It locks the project before it reads the key, so that of two concurrent changes the
    /// second sees the result of the first; that of a key which the actor cannot see is not locked.</summary>
    static async Task<Result<OwnKey>> FindOwnAsync(UnitOfWork change, string keyId, CancellationToken cancellationToken)
    {
        var context = change.Context;
        if (!KeyRules.IsKeyId(keyId) || await LockProjectOfAsync(change, keyId, cancellationToken) == 0)
        {
            return Error.NotFound;
        }

        var (row, role) = await ApiKeyProjection.ReadWithRoleAsync(
            context, context.Keys.Where(key => key.KeyId == keyId), change.Actor, cancellationToken);
        var isOwn = IsOwn(change.Actor, role, row.Key.OwnerType, row.Key.OwnerId, row.Key.CreatedBy);
        var own = new OwnKey(row.Key, row.OrganizationId, role.Can(MemberAction.ManageAllKeys), isOwn) { Row = row };
        return !own.IsOwn && role.Check(MemberAction.ManageAllKeys) is { } refusal ? refusal : own;
    }

    static Task<int> LockProjectOfAsync(UnitOfWork change, string keyId, CancellationToken cancellationToken)
    {
        var context = change.Context;
        var memberships = context.MembershipsOf(change.Actor);
        return context.Projects
            .Where(project => project.Id == context.Keys.Where(key => key.KeyId == keyId).Select(key => key.ProjectId).FirstOrDefault()
                && memberships.Any(member => member.OrganizationId == project.OrganizationId))
            .ExecuteUpdateAsync(set => set.SetProperty(project => project.Revision, project => project.Revision + 1), cancellationToken);
    }

    /// <summary>Returns whether <paramref name="actor"/> may change a key without managing those of others. A published app, and so its
    /// key, belongs to its publisher.</summary>
    internal static bool IsOwn(Actor actor, OrganizationRole role, PartyType ownerType, string ownerId, string createdBy)
    {
        var (type, owner) = ownerType == PartyType.PublishedApp ? (PartyType.User, createdBy) : (ownerType, ownerId);
        return role.Can(MemberAction.CreateKeys) && type == actor.Type && owner == actor.Id;
    }

    static async Task<Result<KeySummary>> ReadAsync(
        DashboardContext context, Actor actor, string keyId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!KeyRules.IsKeyId(keyId))
        {
            return Error.NotFound;
        }

        var stored =
            await ApiKeyProjection.FindAsync(context, VisibleTo(context, actor).Where(key => key.KeyId == keyId), cancellationToken);
        return stored is null ? Error.NotFound : stored.ToRow(now);
    }

    /// <summary>The keys of the organizations that <paramref name="actor"/> is a member of.</summary>
    internal static IQueryable<ApiKey> VisibleTo(DashboardContext context, Actor actor)
    {
        var memberships = context.MembershipsOf(actor);
        return context.Keys.AsNoTracking().Where(key =>
            context.Projects.Any(
                project => project.Id == key.ProjectId && memberships.Any(member => member.OrganizationId == project.OrganizationId)));
    }
}
