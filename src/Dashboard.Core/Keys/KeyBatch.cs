using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <content>Changes of several keys at once.</content>
public sealed partial class KeyService
{
    /// <summary>The maximum number of keys in one change.</summary>
    public const int MaxBatch = 100;

    /// <summary>Changes several keys in the same way: all of them or none. Each has its own audit and feed entry.</summary>
    /// <param name="actor">The owner of each key, or an admin or owner of its organization.</param>
    /// <param name="keyIds">1 to <see cref="MaxBatch"/> keys.</param>
    /// <param name="patch">The change. Names and permissions belong to one key, so a change of them is refused.</param>
    /// <returns>The number of keys; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/>, or, with the name of the
    /// key, <see cref="ErrorCode.Forbidden"/>, <see cref="ErrorCode.Conflict"/> for a revoked one, or
    /// <see cref="ErrorCode.KeyLimitReached"/>.</returns>
    public async Task<Result<int>> ChangeManyAsync(
        Actor actor, IReadOnlyList<string> keyIds, KeyPatch patch, CancellationToken cancellationToken)
    {
        if ((CheckBatch(keyIds) ?? (patch.Name is not null
            || patch.Permissions is not null ? Error.Invalid("keys", "Change names and permissions one key at a time.") : null)
            ?? KeyRules.Check(patch, catalog, shapes, time.GetUtcNow())) is { } fault)
        {
            return fault;
        }

        patch = patch with { ExpiresAt = patch.ExpiresAt is { } date ? new(TruncateToMilliseconds(date.At)) : null };
        return await changes.RunAsync<int>(
            actor,
            async (change, token) =>
            {
                var found = await FindOwnAsync(change, keyIds, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                foreach (var own in found.Value)
                {
                    var refused = own.Key.State == KeyState.Revoked
                        ? new Error(ErrorCode.Conflict, $"{own.Key.Name} has been revoked and cannot be changed. No key was changed.")
                        : await ApplyAsync(change, own, patch, token);
                    if (refused is not null)
                    {
                        return refused.Code == ErrorCode.Forbidden
                            ? refused with { Detail = $"{own.Key.Name}: {refused.Detail} No key was changed." } : refused;
                    }
                }

                change.WritesAtOnce = true; // it adds no row

                return found.Value.Count;
            },
            cancellationToken);
    }

    /// <summary>Revokes several keys permanently: all of them or none. Each has its own audit and feed entry. Those that are already
    /// revoked stay as they are.</summary>
    /// <param name="actor">The owner of each key, or an admin or owner of its organization.</param>
    /// <param name="keyIds">1 to <see cref="MaxBatch"/> keys.</param>
    /// <param name="reason">One of <see cref="RevocationReasons"/> or other text of at most <see cref="RevocationReasons.MaxLength"/>
    /// characters; null for none.</param>
    /// <returns>The number of keys that were not yet revoked; or <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.NotFound"/>,
    /// or, with the name of the key, <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<int>> RevokeManyAsync(
        Actor actor, IReadOnlyList<string> keyIds, CancellationToken cancellationToken, string? reason = null) =>
        (CheckBatch(keyIds) ?? KeyRules.CheckReason(reason, shapes)) is { } fault ? fault : await changes.RunAsync<int>(
            actor,
            async (change, token) =>
            {
                var found = await FindOwnAsync(change, keyIds, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                var left = found.Value.FindAll(x => x.Key.State != KeyState.Revoked);
                foreach (var group in left.GroupBy(x => x.Organization, x => x.Key))
                {
                    await KeyAudit.RevokeAsync(change, group.Key, [.. group], null, null, token, RevocationReasons.Of(reason));
                }

                change.WritesAtOnce = true; // it adds no row
                return left.Count;
            },
            cancellationToken);

    /// <summary>Reads keys. One that the actor cannot see, or that does not exist, is missing.</summary>
    /// <param name="actor">A member of the organization.</param>
    /// <param name="keyIds">At most <see cref="MaxBatch"/> keys.</param>
    public async Task<Result<IReadOnlyList<KeySummary>>> GetManyAsync(
        Actor actor, IReadOnlyList<string> keyIds, CancellationToken cancellationToken)
    {
        if (CheckBatch(keyIds) is { } fault)
        {
            return fault;
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var ids = keyIds.Where(KeyRules.IsKeyId).ToList();
        var now = time.GetUtcNow();
        return (await ApiKeyProjection.ReadAsync(
            context, VisibleTo(context, actor).Where(key => ids.Contains(key.KeyId)), cancellationToken))
            .ConvertAll(row => row.ToRow(now));
    }

    static Error? CheckBatch(IReadOnlyList<string> keyIds) =>
        keyIds.Count is 0 or > MaxBatch ? Error.Invalid("keys", $"Choose 1 to {MaxBatch} keys.")
        : keyIds.Distinct(StringComparer.Ordinal).Count() != keyIds.Count ? Error.Invalid("keys", "Choose each key only once.")
        : null;

    /// <summary>Finds keys that the actor may change, tracked and in the order asked for. Their projects are locked in the order of their
    /// identifiers, before the keys are read.</summary>
    static async Task<Result<List<OwnKey>>> FindOwnAsync(
        UnitOfWork change, IReadOnlyList<string> keyIds, CancellationToken cancellationToken)
    {
        var found = keyIds.All(KeyRules.IsKeyId) ? await (
            from key in change.Context.Keys
            where keyIds.Contains(key.KeyId)
            join project in change.Context.Projects on key.ProjectId equals project.Id
            join member in change.Context.MembershipsOf(change.Actor) on project.OrganizationId equals member.OrganizationId
            select new
            {
                key.KeyId,
                key.Name,
                key.ProjectId,
                key.OwnerType,
                key.OwnerId,
                key.CreatedBy,
                member.OrganizationId,
                member.Role
            }).ToListAsync(cancellationToken) : [];
        if (found.Count != keyIds.Count)
        {
            return Error.NotFound;
        }

        foreach (var key in found)
        {
            if (!IsOwn(change.Actor, key.Role, key.OwnerType, key.OwnerId, key.CreatedBy)
                && key.Role.Check(MemberAction.ManageAllKeys) is { } refusal)
            {
                return refusal with { Detail = $"{key.Name}: {refusal.Detail} No key was changed." };
            }
        }

        foreach (var project in found.Select(key => key.ProjectId).Distinct().Order())
        {
            await change.LockProjectAsync(project, cancellationToken);
        }

        var keys = await change.Context.Keys.Where(key => keyIds.Contains(key.KeyId))
            .ToDictionaryAsync(key => key.KeyId, StringComparer.Ordinal, cancellationToken);
        var members = found.ToDictionary(key => key.KeyId, StringComparer.Ordinal);
        return keyIds.Select(id => (Key: keys[id], Member: members[id])).Select(x => new OwnKey(
            x.Key,
            x.Member.OrganizationId,
            x.Member.Role.Can(MemberAction.ManageAllKeys),
            IsOwn(change.Actor, x.Member.Role, x.Key.OwnerType, x.Key.OwnerId, x.Key.CreatedBy))).ToList();
    }
}
