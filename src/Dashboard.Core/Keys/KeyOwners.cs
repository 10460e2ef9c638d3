using System.Globalization;
using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Keys;

/// <content>Who owns a key, and where keys may be used from and how often.</content>
public sealed partial class KeyService
{
    const string NoAccount = "There is no such service account in this organization.";

    /// <summary>The request as it stands for its owner: for a service account, with permissions that the account has. Asked with the organization
    /// locked.</summary>
    async Task<Result<NewKey>> FindOwnerAsync(UnitOfWork change, ProjectAccess project, NewKey input, CancellationToken cancellationToken)
    {
        if (input.ServiceAccountId is not { } id)
        {
            return input;
        }

        var account = !ServiceAccount.IsId(id) ? null : await change.Context.ServiceAccounts.AsNoTracking().Include(x => x.Projects)
            .SingleOrDefaultAsync(x => x.Id == id && x.OrganizationId == project.OrganizationId && x.DeletedAt == null, cancellationToken);
        if (account?.CreatedBy != change.Actor.Id && project.Role.Check(MemberAction.ManageServiceAccounts) is { } refusal)
        {
            return refusal;
        }

        if (account is null)
        {
            return Error.Invalid("service_account_id", NoAccount);
        }

        if (account.State != ServiceAccountState.Active)
        {
            return Error.Invalid("service_account_id", "This service account is disabled. Enable it first.");
        }

        if (!account.AllProjects && account.Projects.All(x => x.ProjectId != project.ProjectId))
        {
            return Error.Invalid("service_account_id", $"This service account does not reach {project.Path}. Let it, or choose another project.");
        }

        var may = account.Permissions.Split(' ');
        if (input.Permissions?.FirstOrDefault(name => !may.Contains(name, StringComparer.Ordinal)) is { } beyond)
        {
            return Error.Invalid("permissions", $"This service account may not {beyond}, so no key of it can. Use {string.Join(", ", may)}.");
        }

        var permissions = input.Permissions ?? [.. catalog.InOrder(null).Intersect(may, StringComparer.Ordinal)];
        return permissions.Count == 0
            ? Error.Invalid("permissions", $"Choose permissions: none of the usual ones is this service account's. Use {string.Join(", ", may)}.")
            : input with { Permissions = permissions };
    }

    static (PartyType Type, string Id) OwnerOf(Actor actor, NewKey input) =>
        input.AppId is { } app ? (PartyType.PublishedApp, app)
        : input.ServiceAccountId is { } account ? (PartyType.ServiceAccount, account)
        : (actor.Type, actor.Id);

    static void ApplyLimits(UnitOfWork change, ApiKey key, long organization, KeyLimits? limits)
    {
        if (limits is { SetsAllowedIps: true } && Stored(limits.AllowedIps) is var networks && networks != key.AllowedIps)
        {
            var before = key.AllowedIps;
            key.AllowedIps = networks;
            KeyAudit.Record(change, organization, "key.allowed_ips_changed", key, new() { ["from"] = before, ["to"] = networks });
        }

        if (limits is { SetsRequestsPerMinute: true } && limits.RequestsPerMinute != key.RequestsPerMinute)
        {
            var before = key.RequestsPerMinute;
            key.RequestsPerMinute = limits.RequestsPerMinute;
            KeyAudit.Record(change, organization, "key.rate_limit_changed", key, new()
            {
                ["from"] = before?.ToString(CultureInfo.InvariantCulture),
                ["to"] = limits.RequestsPerMinute?.ToString(CultureInfo.InvariantCulture),
            });
        }
    }

    /// <summary>A list that was checked, as it is stored.</summary>
    static string? Stored(IReadOnlyList<string>? networks) =>
        networks is not null && AddressList.TryParse(networks, out var list, out _) ? list.ToString() : null;
}
