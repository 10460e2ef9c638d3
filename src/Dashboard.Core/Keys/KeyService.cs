using System.Globalization;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <summary>What people do with keys. Pages and REST endpoints are thin callers of it.</summary>
public sealed partial class KeyService(IDbContextFactory<DashboardContext> contexts, Changes changes, Catalogue catalogue, KeyOptions options, KeyShapes shapes, TimeProvider time)
{
    const string OthersKey = "This key belongs to somebody else. Its owner or an admin can change it.";

    /// <summary>Mints a key. The raw key is in what this returns and nowhere else.</summary>
    /// <param name="actor">A developer, admin or owner of the organization.</param>
    /// <param name="input">What is asked for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key with its secret; or <see cref="FaultCode.InvalidRequest"/> by field, <see cref="FaultCode.NotFound"/> for a project that the actor
    /// may not see, <see cref="FaultCode.Forbidden"/> for a viewer (for a service account's key, for everybody below admin), <see cref="FaultCode.KeyLimitReached"/>, <see cref="FaultCode.AlreadyCreated"/> for a repeat,
    /// <see cref="FaultCode.Conflict"/> for an idempotency key of another request.</returns>
    public async Task<Outcome<IssuedKey>> CreateAsync(Actor actor, NewKey input, CancellationToken cancellationToken)
    {
        if (KeyRules.Check(input, catalogue, shapes, time.GetUtcNow()) is { } fault)
        {
            return fault;
        }

        input = input with { ExpiresAt = Whole(input.ExpiresAt) };
        return await changes.RunAsync<IssuedKey>(
            actor,
            async (change, token) =>
            {
                var found = await change.Context.ResolveProjectAsync(actor, input.Project, token);
                if (found.Fault is { } missing)
                {
                    return missing;
                }

                var project = found.Value;
                if (project.Role < OrganizationRole.Developer)
                {
                    return Fault.Forbidden("Viewers do not create keys. Ask an admin of your organization for another role.");
                }

                if (input.ServiceAccountId is not null)
                {
                    await change.LockOrganizationAsync(project.OrganizationId, token); // the account is neither narrowed nor deleted before its key is there
                }

                if (!await change.LockProjectAsync(project.ProjectId, token))
                {
                    return Fault.NotFound;
                }

                if (await IdempotencyRecord.FindRepeatAsync(change, input, project.ProjectId, token) is { } repeated)
                {
                    return repeated;
                }

                var owned = await FindOwnerAsync(change, project, input, token);
                if (owned.Fault is { } unowned)
                {
                    return unowned;
                }

                if (await IsFullAsync(change, project.ProjectId, token))
                {
                    return LimitReached();
                }

                var resources = await FindResourcesAsync(change.Context, project.ProjectId, input.Resources, token);
                if (resources.Fault is { } unknown)
                {
                    return unknown;
                }

                var issued = await IssueAsync(change, project, owned.Value, resources.Value, token);
                if (issued.Fault is null && input.IdempotencyKey is not null)
                {
                    change.Context.Add(IdempotencyRecord.Of(actor, input, project.ProjectId, issued.Value.Key.KeyId, change.Now));
                    await change.Context.SaveChangesAsync(token);
                }

                return issued;
            },
            cancellationToken);
    }

    /// <summary>How many keys of a project count against its limit.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="project"><c>organization/project</c>; null for the caller's only one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Outcome<Allowance>> AllowanceAsync(Actor actor, string? project, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var found = await context.ResolveProjectAsync(actor, project, cancellationToken);
        return found.Fault is { } missing
            ? missing
            : new Allowance(await CountAsync(context, found.Value.ProjectId, time.GetUtcNow(), cancellationToken), options.MaxActivePerProject);
    }

    /// <summary>Reads one key.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="keyId">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key, or <see cref="FaultCode.NotFound"/>.</returns>
    public async Task<Outcome<KeyRow>> GetAsync(Actor actor, string keyId, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        return await ReadAsync(context, actor, keyId, time.GetUtcNow(), cancellationToken);
    }

    /// <summary>Renames a key, switches it off or on, takes permissions away, or sets its expiry date, where it may be used from and how often.</summary>
    /// <param name="actor">The key's owner, or an admin or owner of the organization.</param>
    /// <param name="keyId">The key.</param>
    /// <param name="patch">What is to change.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key as it is then; or <see cref="FaultCode.InvalidRequest"/>, <see cref="FaultCode.NotFound"/>, <see cref="FaultCode.Forbidden"/>,
    /// <see cref="FaultCode.Conflict"/> for a revoked key, <see cref="FaultCode.KeyLimitReached"/> where an expired key would count again.</returns>
    public async Task<Outcome<KeyRow>> ChangeAsync(Actor actor, string keyId, KeyPatch patch, CancellationToken cancellationToken)
    {
        if (KeyRules.Check(patch, catalogue, shapes, time.GetUtcNow()) is { } fault)
        {
            return fault;
        }

        patch = patch with { ExpiresAt = patch.ExpiresAt is { } date ? new(Whole(date.At)) : null };

        return await changes.RunAsync<KeyRow>(
            actor,
            async (change, token) =>
            {
                var found = await FindOwnAsync(change, keyId, token);
                if (found.Fault is { } missing)
                {
                    return missing;
                }

                var (key, organization) = found.Value;
                if (key.State == KeyState.Revoked)
                {
                    return new Fault(FaultCode.Conflict, "This key is revoked, which is final. Create another.");
                }

                if (await ApplyAsync(change, key, organization, patch, token) is { } refused)
                {
                    return refused;
                }

                await change.Context.SaveChangesAsync(token);
                return await ReadAsync(change.Context, actor, keyId, change.Now, token);
            },
            cancellationToken);
    }

    /// <summary>Revokes a key for ever. A repeat changes nothing.</summary>
    /// <param name="actor">The key's owner, or an admin or owner of the organization.</param>
    /// <param name="keyId">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key as it is then; or <see cref="FaultCode.NotFound"/>, <see cref="FaultCode.Forbidden"/>.</returns>
    public Task<Outcome<KeyRow>> RevokeAsync(Actor actor, string keyId, CancellationToken cancellationToken) =>
        changes.RunAsync<KeyRow>(
            actor,
            async (change, token) =>
            {
                var found = await FindOwnAsync(change, keyId, token);
                if (found.Fault is { } missing)
                {
                    return missing;
                }

                var (key, organization) = found.Value;
                if (key.State != KeyState.Revoked)
                {
                    await KeyRevocation.RevokeAsync(change, organization, [key], null, null, token);
                    await change.Context.SaveChangesAsync(token);
                }

                return await ReadAsync(change.Context, actor, keyId, change.Now, token);
            },
            cancellationToken);

    static Task<int> CountAsync(DashboardContext context, long projectId, DateTimeOffset now, CancellationToken cancellationToken) =>
        context.Keys.CountAsync(
            key => key.ProjectId == projectId && KeyShelf.Counted.Contains(key.Shelf) && key.ExpiryOrder > now, cancellationToken);

    /// <summary>Whether a project has as many keys as it may. Asked with its lock held, and with the time after it: a key that expired while this change waited no
    /// longer counts, and another may have taken its place.</summary>
    internal async Task<bool> IsFullAsync(Change change, long projectId, CancellationToken cancellationToken) =>
        await CountAsync(change.Context, projectId, time.GetUtcNow(), cancellationToken) >= options.MaxActivePerProject;

    internal Fault LimitReached() => new(
        FaultCode.KeyLimitReached, $"This project has {options.MaxActivePerProject} active keys, as many as it may. Revoke one that is not used, then try again.");

    internal async Task<Outcome<List<Resource>>> FindResourcesAsync(
        DashboardContext context, long projectId, IReadOnlyList<string>? names, CancellationToken cancellationToken)
    {
        if (names is null)
        {
            return new List<Resource>();
        }

        var wanted = names.Select(name => KeyRules.TryParseResource(name, catalogue, out var resource) ? resource : default).ToList();
        var ids = wanted.Select(resource => resource.Id).Distinct(StringComparer.Ordinal).ToList();
        var found = (await context.Resources.AsNoTracking().Where(x => x.ProjectId == projectId && ids.Contains(x.ExternalId)).ToListAsync(cancellationToken))
            .ToDictionary(x => (x.Kind, x.ExternalId));
        return wanted.FindIndex(resource => !found.ContainsKey(resource)) is >= 0 and var missing
            ? Fault.Invalid("resources", $"There is no {names[missing]} in this project. Register it under Resources first.")
            : wanted.ConvertAll(resource => found[resource]);
    }

    /// <summary>Mints a key and writes it, inside a change that holds the project's lock and has found nothing against it.</summary>
    internal async Task<Outcome<IssuedKey>> IssueAsync(
        Change change, ProjectAccess project, NewKey input, IReadOnlyList<Resource> resources, CancellationToken cancellationToken)
    {
        var secret = options.Template.Mint(input.Environment);
        while (await change.Context.Keys.AnyAsync(key => key.KeyId == secret.KeyId, cancellationToken))
        {
            secret = options.Template.Mint(input.Environment);
        }

        await NoteTemplateAsync(change, cancellationToken);
        var (ownerType, ownerId) = OwnerOf(change.Actor, input);
        var key = new ApiKey
        {
            KeyId = secret.KeyId,
            Hash = secret.Hash,
            Prefix = secret.Prefix,
            ProjectId = project.ProjectId,
            Name = input.Name.Trim(),
            Environment = input.Environment,
            State = KeyState.Active,
            Permissions = string.Join(' ', catalogue.InOrder(input.Permissions)),
            AllResources = input.Resources is null,
            Scope = [.. resources.Select(resource => new KeyResource { KeyId = secret.KeyId, ResourceId = resource.Id })],
            OwnerType = ownerType,
            OwnerId = ownerId,
            CreatedBy = change.Actor.Id,
            CreatedAt = change.Now,
            ExpiresAt = input.ExpiresAt,
            AllowedIps = Stored(input.AllowedIps),
            RequestsPerMinute = input.RequestsPerMinute,
        };
        change.Context.Add(key);
        KeyRevocation.Record(change, project.OrganizationId, "key.created", key, new()
        {
            ["project"] = project.Path.ToString(),
            ["environment"] = key.Environment.ToWord(),
            ["permissions"] = key.Permissions,
            ["scope"] = input.Resources is null ? "all" : string.Join(' ', input.Resources),
            ["expires_at"] = key.ExpiresAt?.ToString("O"),
            ["service_account"] = input.ServiceAccountId,
            ["app"] = input.AppId,
            ["allowed_ips"] = key.AllowedIps,
            ["requests_per_minute"] = key.RequestsPerMinute?.ToString(CultureInfo.InvariantCulture),
        });
        await change.Context.SaveChangesAsync(cancellationToken);
        var row = await ReadAsync(change.Context, change.Actor, key.KeyId, change.Now, cancellationToken);
        return new IssuedKey(row.Value, secret);
    }

    /// <summary>Stores the template with its first key, and once: two projects' first keys may come at the same time.</summary>
    async Task NoteTemplateAsync(Change change, CancellationToken cancellationToken)
    {
        var same = change.Context.UsedTemplates.Where(template => template.Text == options.Template.Text);
        if (await same.AnyAsync(cancellationToken))
        {
            return;
        }

        await change.LockInstallationAsync(cancellationToken);
        if (!await same.AnyAsync(cancellationToken))
        {
            change.Context.Add(new UsedTemplate { Text = options.Template.Text, FirstUsedAt = change.Now });
        }
    }

    static DateTimeOffset? Whole(DateTimeOffset? time) => time is { } at ? UtcMilliseconds.Whole(at) : null;

    async Task<Fault?> ApplyAsync(Change change, ApiKey key, long organization, KeyPatch patch, CancellationToken cancellationToken)
    {
        if (patch.Name?.Trim() is { } name && name != key.Name)
        {
            var before = key.Name;
            key.Name = name;
            KeyRevocation.Record(change, organization, "key.renamed", key, new() { ["from"] = before });
        }

        var has = key.Permissions.Split(' ');
        if (patch.Permissions is not null && !patch.Permissions.ToHashSet(StringComparer.Ordinal).SetEquals(has))
        {
            if (patch.Permissions.Except(has, StringComparer.Ordinal).Any())
            {
                return Fault.Invalid("permissions", "A key can lose permissions, not gain them. Create another key for more.");
            }

            var before = key.Permissions;
            key.Permissions = string.Join(' ', catalogue.InOrder(patch.Permissions));
            KeyRevocation.Record(change, organization, "key.permissions_reduced", key, new() { ["from"] = before, ["to"] = key.Permissions });
        }

        if (patch.ExpiresAt is { } expiry && expiry.At != key.ExpiresAt)
        {
            if (key.ExpiresAt <= time.GetUtcNow() && key.OwnerType != PartyType.App && await IsFullAsync(change, key.ProjectId, cancellationToken))
            {
                return LimitReached();
            }

            key.ExpiresAt = expiry.At;
            KeyRevocation.Record(change, organization, "key.expiry_changed", key, new() { ["expires_at"] = expiry.At?.ToString("O") });
        }

        ApplyLimits(change, key, organization, patch.Limits);
        if (patch.State is { } state && state != key.State)
        {
            key.State = state;
            KeyRevocation.Record(change, organization, state == KeyState.Active ? "key.switched_on" : "key.switched_off", key);
        }

        return null;
    }

    /// <summary>A key that the actor may change, tracked, with its organization. Its project is locked before it is read: of two changes at once the
    /// later sees what the earlier did.</summary>
    static async Task<Outcome<(ApiKey Key, long Organization)>> FindOwnAsync(Change change, string keyId, CancellationToken cancellationToken)
    {
        var found = !KeyRules.IsKeyId(keyId) ? null : await (
            from key in change.Context.Keys
            where key.KeyId == keyId
            join project in change.Context.Projects on key.ProjectId equals project.Id
            join member in change.Context.MembershipsOf(change.Actor) on project.OrganizationId equals member.OrganizationId
            select new { key.ProjectId, key.OwnerType, key.OwnerId, key.CreatedBy, member.OrganizationId, member.Role }).SingleOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            return Fault.NotFound;
        }

        // A published app is its publisher's, and its key with it.
        var (type, owner) = found.OwnerType == PartyType.App ? (PartyType.User, found.CreatedBy) : (found.OwnerType, found.OwnerId);
        var own = found.Role >= OrganizationRole.Developer && type == change.Actor.Type && owner == change.Actor.Id;
        if (!own && found.Role < OrganizationRole.Admin)
        {
            return Fault.Forbidden(OthersKey);
        }

        await change.LockProjectAsync(found.ProjectId, cancellationToken);
        return (await change.Context.Keys.SingleAsync(key => key.KeyId == keyId, cancellationToken), found.OrganizationId);
    }

    static async Task<Outcome<KeyRow>> ReadAsync(DashboardContext context, Actor actor, string keyId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!KeyRules.IsKeyId(keyId))
        {
            return Fault.NotFound;
        }

        var stored = await StoredKey.FindAsync(context, VisibleTo(context, actor).Where(key => key.KeyId == keyId), cancellationToken);
        return stored is null ? Fault.NotFound : stored.ToRow(now);
    }

    /// <summary>The keys of the organizations that <paramref name="actor"/> belongs to.</summary>
    static IQueryable<ApiKey> VisibleTo(DashboardContext context, Actor actor)
    {
        var memberships = context.MembershipsOf(actor);
        return context.Keys.AsNoTracking().Where(key =>
            context.Projects.Any(project => project.Id == key.ProjectId && memberships.Any(member => member.OrganizationId == project.OrganizationId)));
    }
}
