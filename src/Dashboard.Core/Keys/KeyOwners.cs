using System.Globalization;
using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <content>Owners, allow-lists and rate limits.</content>
public sealed partial class KeyService
{
    const string NoAccount = "No such service account exists in this organization.";

    /// <summary>Completes a request for its owner: for a service account, with permissions that the account has. Requires the lock of the
    /// organization.</summary>
    /// <returns>The request and the display name of the owner.</returns>
    async Task<Result<(NewKey Request, string OwnerName)>> FindOwnerAsync(
        UnitOfWork change, ProjectAccess project, NewKey input, CancellationToken cancellationToken)
    {
        if (input.ServiceAccountId is not { } id)
        {
            return (input, change.Actor.Name);
        }

        var found = await FindAccountAsync(change, project, id, cancellationToken);
        if (found.Error is { } unusable)
        {
            return unusable;
        }

        var account = found.Value;
        var allowed = account.Permissions.Split(' ');
        if (input.Permissions?.FirstOrDefault(name => !allowed.Contains(name, StringComparer.Ordinal)) is { } missing)
        {
            return Error.Invalid("permissions", NotOfAccount(missing, allowed));
        }

        var permissions = input.Permissions ?? DefaultsOf(account, catalog);
        return permissions.Count == 0
            ? Error.Invalid("permissions",
                $"Specify permissions, because this service account has none of the default ones. Use {string.Join(", ", allowed)}.")
            : (input with { Permissions = permissions }, account.Name);
    }

    /// <summary>The permissions of a key of a service account that asks for none: those of the catalog that the account has.</summary>
    internal static List<string> DefaultsOf(ServiceAccount account, PermissionCatalog catalog) =>
        [.. catalog.InOrder(null).Intersect(account.Permissions.Split(' '), StringComparer.Ordinal)];

    internal static string NotOfAccount(string permission, IReadOnlyList<string> allowed) =>
        $"This service account does not have the permission {permission}. Use {string.Join(", ", allowed)}.";

    /// <summary>Finds an active service account with access to a project, for which the actor may create keys. Requires the lock of the
    /// organization.</summary>
    internal static async Task<Result<ServiceAccount>> FindAccountAsync(
        UnitOfWork change, ProjectAccess project, string id, CancellationToken cancellationToken)
    {
        var found = !ServiceAccount.IsId(id) ? null : await change.Context.ServiceAccounts.AsNoTracking().Include(x => x.Projects)
            .Where(x => x.Id == id && x.OrganizationId == project.OrganizationId && x.DeletedAt == null)
            .Select(x => new { Account = x, IsOwner = x.Owners.Any(owner => owner.UserId == change.Actor.Id) })
            .SingleOrDefaultAsync(cancellationToken);
        if (found?.IsOwner != true && project.Role.Check(MemberAction.ManageServiceAccounts) is { } refusal)
        {
            return refusal;
        }

        if (found?.Account is not { } account)
        {
            return Error.Invalid("service_account_id", NoAccount);
        }

        if (account.State != ServiceAccountState.Active)
        {
            return Error.Invalid("service_account_id", "This service account is disabled. Enable it first.");
        }

        return account.AllProjects || account.Projects.Any(x => x.ProjectId == project.ProjectId)
            ? account
            : Error.Invalid(
                "service_account_id", $"This service account has no access to {project.Path}. Grant it access, or choose another project.");
    }

    static (PartyType Type, string Id) OwnerOf(Actor actor, NewKey input) =>
        input.AppId is { } app ? (PartyType.PublishedApp, app)
        : input.ServiceAccountId is { } account ? (PartyType.ServiceAccount, account)
        : (actor.Type, actor.Id);

    static void ApplyLimits(UnitOfWork change, OwnKey own, KeyLimits? limits)
    {
        var (key, organization) = (own.Key, own.Organization);
        if (limits is { SetsAllowedIps: true } && Stored(limits.AllowedIps) is var networks
            && KeyRestrictions.AllowedIpsAfter(own, networks) is var within && (networks, within) != (key.AllowedIps, key.AdminAllowedIps))
        {
            var before = key.AllowedIps;
            (key.AllowedIps, key.AdminAllowedIps) = (networks, within);
            KeyAudit.Record(change, organization, "key.allowed_ips_changed", key, new() { ["from"] = before, ["to"] = networks });
        }

        if (limits is { SetsRequestsPerMinute: true, RequestsPerMinute: var limit }
            && KeyRestrictions.RequestsPerMinuteAfter(own, limit) is var most
                && (limit, most) != (key.RequestsPerMinute, key.AdminRequestsPerMinute))
        {
            var before = key.RequestsPerMinute;
            (key.RequestsPerMinute, key.AdminRequestsPerMinute) = (limit, most);
            KeyAudit.Record(change, organization, "key.rate_limit_changed", key, new()
            {
                ["from"] = before?.ToString(CultureInfo.InvariantCulture),
                ["to"] = limit?.ToString(CultureInfo.InvariantCulture),
            });
        }
    }

    /// <summary>The stored form of a validated list.</summary>
    internal static string? Stored(IReadOnlyList<string>? networks) =>
        networks is not null && AddressList.TryParse(networks, out var list, out _) ? list.ToString() : null;
}
