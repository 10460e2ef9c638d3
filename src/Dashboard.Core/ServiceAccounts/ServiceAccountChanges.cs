using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.ServiceAccounts;

/// <content>Changing and deleting.</content>
public sealed partial class ServiceAccountService
{
    /// <summary>Renames, enables or disables a service account, or changes its permissions, projects or owners. Its keys can never do more
    /// than the account, with immediate effect.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <returns>The changed account; or <see cref="ErrorCode.InvalidRequest"/> by field, <see cref="ErrorCode.NotFound"/> or
    /// <see cref="ErrorCode.Forbidden"/>.</returns>
    public async Task<Result<ServiceAccountSummary>> ChangeAsync(
        Actor actor, string id, ServiceAccountPatch patch, CancellationToken cancellationToken) =>
        ServiceAccountRules.Check(patch, catalog, shapes) is { } fault ? fault : await changes.RunAsync<ServiceAccountSummary>(
            actor,
            async (change, token) =>
            {
                var found = await FindLockedAsync(change, id, token);
                if (found.Error is { } missing)
                {
                    return missing;
                }

                var account = found.Value;
                var details = new Dictionary<string, string?>(StringComparer.Ordinal);
                Apply(account, patch, details);
                if (patch.Projects is { } projects && await ReachAsync(change, account, projects, details, token) is { } unknown)
                {
                    return unknown;
                }

                if (patch.OwnerIds is { } owners && await ChangeOwnersAsync(change, account, owners, token) is { } unfit)
                {
                    return unfit;
                }

                if (details.Count > 0)
                {
                    Record(change, account, "service_account.changed", details);
                }

                await change.Context.SaveChangesAsync(token); // the account is read as it is now
                return await ReadAsync(change.Context, id, token);
            },
            cancellationToken);

    /// <summary>Ends all access tokens of a service account. Its secrets and keys stay valid.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <returns>The account; or <see cref="ErrorCode.NotFound"/> or <see cref="ErrorCode.Forbidden"/>.</returns>
    public Task<Result<ServiceAccountSummary>> EndTokensAsync(Actor actor, string id, CancellationToken cancellationToken) =>
        changes.RunAsync<ServiceAccountSummary>(
        actor,
        async (change, token) =>
        {
            var found = await FindLockedAsync(change, id, token);
            if (found.Error is { } missing)
            {
                return missing;
            }

            found.Value.TokenGeneration++;
            Record(change, found.Value, "service_account.tokens_ended");
            await change.Context.SaveChangesAsync(token);
            return await ReadAsync(change.Context, id, token);
        },
        cancellationToken);

    /// <summary>Deletes a service account, and revokes its keys and its OAuth client.</summary>
    /// <param name="actor">An admin or owner of the organization.</param>
    /// <returns>The account as it was before; or <see cref="ErrorCode.NotFound"/> or <see cref="ErrorCode.Forbidden"/>.</returns>
    public Task<Result<ServiceAccountSummary>> DeleteAsync(
        Actor actor, string id, CancellationToken cancellationToken) => changes.RunAsync<ServiceAccountSummary>(
        actor,
        async (change, token) =>
        {
            var found = await FindLockedAsync(change, id, token);
            if (found.Error is { } missing)
            {
                return missing;
            }

            var before = await ReadAsync(change.Context, id, token);
            await DeleteAsync(change, found.Value, null, token);
            return before;
        },
        cancellationToken);

    /// <summary>Deletes a tracked account. Requires the lock of its organization.</summary>
    /// <param name="because">The reason if the account was not deleted by itself, or null.</param>
    internal static async Task DeleteAsync(UnitOfWork change, ServiceAccount account, string? because, CancellationToken cancellationToken)
    {
        var (id, context) = (account.Id, change.Context);
        var own = context.Keys.Where(
            key => key.OwnerType == PartyType.ServiceAccount && key.OwnerId == id && key.State != KeyState.Revoked);
        foreach (var project in await own.Select(key => key.ProjectId).Distinct().Order().ToListAsync(cancellationToken))
        {
            // its keys cannot change; none can be added, because the organization is locked
            await change.LockProjectAsync(project, cancellationToken);
        }

        var revoked = await own.OrderBy(key => key.KeyId).ToListAsync(cancellationToken);
        await context.ServiceAccountCredentials.Where(x => x.ServiceAccountId == id && x.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.RevokedAt, change.Now), cancellationToken);
        account.DeletedAt = change.Now;
        account.TokenGeneration++;
        var details = new Dictionary<string, string?>(StringComparer.Ordinal) { ["keys_revoked"] = $"{revoked.Count}" };
        if (because is not null)
        {
            details["because"] = because;
        }

        Record(change, account, "service_account.deleted", details);
        await KeyAudit.RevokeAsync(change, account.OrganizationId, revoked, "service_account_deleted", id, cancellationToken);
    }

    /// <summary>Finds the account, tracked, for an actor who may change it, and locks its organization so that no key is created for it
    /// until the transaction ends.</summary>
    static async Task<Result<ServiceAccount>> FindLockedAsync(UnitOfWork change, string id, CancellationToken cancellationToken)
    {
        var found = await FindAsync(change.Context, change.Actor, id, cancellationToken);
        if (found.Error is { } missing)
        {
            return missing;
        }

        await change.LockOrganizationAsync(found.Value.Id, cancellationToken);
        return await change.Context.ServiceAccounts.Include(x => x.Projects)
            .SingleOrDefaultAsync(x => x.Id == id && x.DeletedAt == null, cancellationToken) is { } account
            ? account
            : Error.NotFound;
    }

    void Apply(ServiceAccount account, ServiceAccountPatch patch, Dictionary<string, string?> details)
    {
        if (patch.Name?.Trim() is { } name && name != account.Name)
        {
            (account.Name, details["name"]) = (name, name);
        }

        if (patch.Description?.Trim() is { } description && description != account.Description)
        {
            (account.Description, details["description"]) = (description, description);
        }

        if (patch.Permissions is not null && string.Join(' ', catalog.InOrder(patch.Permissions)) is var permissions
            && permissions != account.Permissions)
        {
            (account.Permissions, details["permissions"]) = (permissions, permissions);
        }

        if (patch.State is { } state && state != account.State)
        {
            (account.State, details["state"]) = (state, state.ToWireName());
            account.TokenGeneration += state == ServiceAccountState.Inactive ? 1 : 0;
        }
    }

    static async Task<Error?> ReachAsync(
        UnitOfWork change, ServiceAccount account, ProjectChoice choice, Dictionary<string, string?> details,
        CancellationToken cancellationToken)
    {
        var wanted = new HashSet<long>();
        if (choice.Listed is not null)
        {
            var found = await FindListedAsync(change.Context, change.Actor, choice.Listed, cancellationToken);
            if (found.Error is { } missing)
            {
                return missing;
            }

            if (found.Value[0].OrganizationId != account.OrganizationId)
            {
                return Error.Invalid("projects", "Specify projects of the service account's own organization.");
            }

            wanted = [.. found.Value.Select(project => project.ProjectId)];
        }

        if (account.AllProjects == choice.Listed is null && wanted.SetEquals(account.Projects.Select(x => x.ProjectId)))
        {
            return null;
        }

        account.AllProjects = choice.Listed is null;
        change.Context.RemoveRange(account.Projects.Where(x => !wanted.Contains(x.ProjectId)));
        change.Context.AddRange(wanted.Except(account.Projects.Select(x => x.ProjectId))
            .Select(project => new ServiceAccountProject { ServiceAccountId = account.Id, ProjectId = project }));
        details["projects"] = choice.Listed is null ? "all" : string.Join(' ', choice.Listed);
        return null;
    }
}
