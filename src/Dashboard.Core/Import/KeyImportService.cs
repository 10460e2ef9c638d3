using System.Globalization;
using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Import;

/// <summary>Imports keys that were issued elsewhere, by their hashes. They verify as they are: a lookup needs no format.</summary>
public sealed class KeyImportService(
    UnitOfWorkRunner changes, KeyService keys, PermissionCatalog catalog, KeyOptions options, KnownKeyTemplates shapes, TimeProvider time)
{
    /// <summary>The maximum number of keys in one import.</summary>
    public const int MaxRows = 500;

    const int KeyIdLength = 8;
    const int ShownOfHash = 8;
    const string Stored = "This key is stored already.";
    const string Twice = "This hash is in another row as well.";

    /// <summary>Parses a hash. Returns null for anything but 32 bytes in hex or base64.</summary>
    public static byte[]? ParseHash(string? text) => ImportedHash.Parse(text);

    /// <summary>Imports keys, all of them or none. Each has its own audit and feed entry.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <returns>The identifiers of the keys, and which rows were skipped; or <see cref="ErrorCode.InvalidRequest"/> with every error by row
    /// (<c>keys[0].hash</c>), <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>, <see cref="ErrorCode.KeyLimitReached"/>,
    /// or <see cref="ErrorCode.FreshSignInRequired"/> for live keys that may write.</returns>
    public async Task<Result<KeyImportResult>> ImportAsync(Actor actor, KeyImport input, CancellationToken cancellationToken)
    {
        if (input.Keys.Count is 0 or > MaxRows)
        {
            return Error.Invalid("keys", $"Send 1 to {MaxRows} keys.");
        }

        if (input.Before is < 0 or > KeyImport.MaxBefore || (input.Before > 0 && !input.IsDryRun))
        {
            return Error.Invalid(
                "before", string.Create(CultureInfo.InvariantCulture, $"Use 0 to {KeyImport.MaxBefore}, and only for a dry run."));
        }

        return await changes.RunAsync<KeyImportResult>(
            actor,
            async (change, token) =>
            {
                var found = await change.Context.ResolveProjectAsync(actor, input.Project, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                var project = found.Value;
                if (project.Role.Check(MemberAction.ImportKeys) is { } refusal)
                {
                    return refusal;
                }

                ServiceAccount? account = null;
                if (input.ServiceAccountId is { } id)
                {
                    // the account cannot change or be deleted before its keys exist
                    await change.LockOrganizationAsync(project.OrganizationId, token);
                    var owner = await KeyService.FindAccountAsync(change, project, id, token);
                    if (owner.Error is { } unusable)
                    {
                        return unusable;
                    }

                    account = owner.Value;
                }

                return await ImportAsync(change, project, input, account, token);
            },
            cancellationToken,
            isCounted: !input.IsFromConsole);
    }

    async Task<Result<KeyImportResult>> ImportAsync(
        UnitOfWork change, ProjectAccess project, KeyImport input, ServiceAccount? account, CancellationToken cancellationToken)
    {
        var counted = options.CountImported ? input.Keys.Count : 0;
        if (await KeyCount.AddAsync(change, project.ProjectId, cancellationToken, counted) is not { } count)
        {
            return Error.NotFound;
        }

        var (rows, skipped, errors) = await CheckAsync(change, project, input, account, cancellationToken);
        if (errors.Count > 0)
        {
            return Error.Invalid(errors);
        }

        if (counted > 0 && skipped.Count > 0)
        {
            counted -= skipped.Count;
            count = await KeyCount.AddAsync(change, project.ProjectId, cancellationToken, -skipped.Count) ?? 0; // its row is locked
        }

        if (counted > 0 && await keys.CheckLimitAsync(change, project.ProjectId, count + input.Before, cancellationToken) is not null)
        {
            return new Error(
                ErrorCode.KeyLimitReached,
                $"With these keys the project would have more than {options.MaxActivePerProject} active ones. The setting Keys:MaxActivePerProject raises the limit, and with Keys:CountImported=false imported keys do not count.");
        }

        if (input.IsDryRun)
        {
            return new KeyImportResult([], skipped); // nothing is recorded, so everything is rolled back
        }

        if (rows.Exists(row => KeyService.IsLiveWithWrite(row.Source.Environment, row.Permissions))
            && await change.CheckPresenceAsync(cancellationToken) is { } stale)
        {
            return stale;
        }

        return new KeyImportResult(rows.ConvertAll(row => Add(change, project, input, account, row)), skipped);
    }

    /// <summary>A key that is ready to be stored.</summary>
    sealed record Row(ImportedKey Source, byte[] Hash, IReadOnlyList<string> Permissions, IReadOnlyList<long> Resources);

    async Task<(List<Row> Rows, List<int> Skipped, Dictionary<string, string> Errors)> CheckAsync(
        UnitOfWork change, ProjectAccess project, KeyImport input, ServiceAccount? account, CancellationToken cancellationToken)
    {
        var (errors, now) = (new Dictionary<string, string>(StringComparer.Ordinal), time.GetUtcNow());
        var hashes = input.Keys.Select(key => ImportedHash.Parse(key.Hash)).ToList();
        var stored = await FindStoredAsync(change, hashes, cancellationToken);
        var resources = await FindResourcesAsync(change, project, input, cancellationToken);
        var (rows, skipped, seen) = (new List<Row>(), new List<int>(), new HashSet<string>(StringComparer.Ordinal));
        for (var i = 0; i < input.Keys.Count; i++)
        {
            var (key, hash, name) = (input.Keys[i], hashes[i], $"keys[{i}]");
            if (input.SkipsExisting && hash is not null && stored.GetValueOrDefault(Convert.ToHexString(hash)) == project.ProjectId)
            {
                skipped.Add(i);
                continue;
            }

            KeyImportRules.Check(key, name, hash, account is not null, catalog, shapes, now, errors);
            KeyPolicies.Check(project.Policies, key.Environment, $"{name}.", key.ExpiresAt, null, now, errors);
            if (hash is not null)
            {
                var hex = Convert.ToHexString(hash);
                KeyRules.Add(errors, $"{name}.hash", stored.ContainsKey(hex) ? Stored : seen.Add(hex) ? null : Twice);
            }

            var permissions = PermissionsOf(key, name, account, errors);
            var scope = (key.Resources ?? []).Select(resource => resources.GetValueOrDefault(resource)).ToList();
            if (scope.IndexOf(0) is >= 0 and var unknown)
            {
                errors.TryAdd(
                    $"{name}.resources", $"This project has no resource {KeyRules.Truncate(key.Resources![unknown])}. Register it first.");
            }

            rows.Add(new(key, hash ?? [], permissions, scope));
        }

        return (rows, skipped, errors);
    }

    List<string> PermissionsOf(ImportedKey key, string name, ServiceAccount? account, Dictionary<string, string> errors)
    {
        if (account is null)
        {
            return [.. catalog.InOrder(key.Permissions)];
        }

        var allowed = account.Permissions.Split(' ');
        var permissions = key.Permissions is null ? KeyService.DefaultsOf(account, catalog) : [.. catalog.InOrder(key.Permissions)];
        if (permissions.Find(permission => !allowed.Contains(permission, StringComparer.Ordinal)) is { } missing)
        {
            errors.TryAdd($"{name}.permissions", KeyService.NotOfAccount(missing, allowed));
        }
        else if (permissions.Count == 0)
        {
            errors.TryAdd($"{name}.permissions",
                $"Specify permissions, because this service account has none of the default ones. Use {string.Join(", ", allowed)}.");
        }

        return permissions;
    }

    /// <summary>Finds which hashes are stored, in any organization, and the project of each.</summary>
    static async Task<Dictionary<string, long>> FindStoredAsync(
        UnitOfWork change, List<byte[]?> hashes, CancellationToken cancellationToken)
    {
        var known = hashes.OfType<byte[]>().ToList();
        var stored = known.Count == 0 ? []
            : await change.Context.Keys.Where(key => known.Contains(key.Hash))
                .Select(key => new { key.Hash, key.ProjectId }).ToListAsync(cancellationToken);
        return stored.ToDictionary(key => Convert.ToHexString(key.Hash), key => key.ProjectId, StringComparer.Ordinal);
    }

    /// <summary>Finds the resources that the rows name.</summary>
    async Task<Dictionary<string, long>> FindResourcesAsync(
        UnitOfWork change, ProjectAccess project, KeyImport input, CancellationToken cancellationToken)
    {
        var wanted = input.Keys.SelectMany(key => key.Resources ?? []).Where(name => KeyRules.TryParseResource(name, catalog, out _))
            .Select(name => name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..]).Distinct(StringComparer.Ordinal).ToList();
        var found = wanted.Count == 0 ? [] : await change.Context.Resources.AsNoTracking()
            .Where(x => x.ProjectId == project.ProjectId && wanted.Contains(x.ExternalId))
                .Select(x => new { x.Kind, x.ExternalId, x.Id }).ToListAsync(cancellationToken);
        return found.ToDictionary(x => $"{x.Kind}:{x.ExternalId}", x => x.Id, StringComparer.Ordinal);
    }

    /// <summary>Adds a key and records it.</summary>
    /// <returns>Its identifier.</returns>
    string Add(UnitOfWork change, ProjectAccess project, KeyImport input, ServiceAccount? account, Row row)
    {
        var (source, id) = (row.Source, Base62.Random(KeyIdLength));
        var key = new ApiKey
        {
            KeyId = id,
            Hash = row.Hash,
            Prefix = source.Prefix ?? $"sha256:{Convert.ToHexStringLower(row.Hash)[..ShownOfHash]}",
            ProjectId = project.ProjectId,
            Name = source.Name.Trim(),
            Environment = source.Environment,
            State = KeyState.Active,
            Permissions = string.Join(' ', row.Permissions),
            AllResources = source.Resources is null,
            Scope = [.. row.Resources.Select(resource => new KeyResource { KeyId = id, ResourceId = resource })],
            OwnerType = account is null ? change.Actor.Type : PartyType.ServiceAccount,
            OwnerId = account?.Id ?? change.Actor.Id,
            CreatedBy = change.Actor.Id,
            CreatedAt = change.Now,
            ExpiresAt = Truncated(source.ExpiresAt),
            LastUsedAt = Truncated(source.LastUsedAt),
            Note = KeyRules.NoteOf(source.Note),
            Counted = options.CountImported,
            IsExempt = !options.CountImported,
        };
        if (key.Scope.Count > 0)
        {
            change.Context.Add(key);
        }
        else
        {
            change.Rows.Add(new(key));
        }

        KeyAudit.Record(change, project.OrganizationId, "key.imported", key, new()
        {
            ["project"] = project.Path.ToString(),
            ["environment"] = key.Environment.ToWireName(),
            ["permissions"] = key.Permissions,
            ["scope"] = source.Resources is null ? "all" : string.Join(' ', source.Resources),
            ["expires_at"] = key.ExpiresAt?.ToString("O"),
            ["service_account"] = input.ServiceAccountId,
            ["note"] = key.Note,
            ["through"] = input.IsFromConsole ? "console" : null,
        });
        return id;
    }

    static DateTimeOffset? Truncated(DateTimeOffset? time) => time is { } at ? UtcMilliseconds.TruncateToMilliseconds(at) : null;
}
