using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Members;

/// <content>Removing members and leaving, with what they own.</content>
public sealed partial class MemberService
{
    /// <summary>The maximum number of decisions by item.</summary>
    public const int MaxDecisions = 200;

    /// <summary>Removes a member, or lets the actor leave. Each key and service account of that person gets another owner, or is revoked. A
    /// service account that another member owns too stays with that member.</summary>
    /// <param name="actor">An admin or owner of the organization, whose role is not below the member's; or the member.</param>
    /// <param name="organization">The organization's slug; null if the caller has only one.</param>
    /// <param name="userId">The member.</param>
    /// <param name="handover">What becomes of what the member owns.</param>
    /// <returns>What was done; or <see cref="ErrorCode.InvalidRequest"/> for a person who cannot own keys,
    /// <see cref="ErrorCode.NotFound"/>, <see cref="ErrorCode.Forbidden"/>, <see cref="ErrorCode.FreshSignInRequired"/>, or
    /// <see cref="ErrorCode.Conflict"/> for the last owner, for an item without a decision, and for a decision on a service account that
    /// stays with its other owners.</returns>
    public async Task<Result<Settlement>> RemoveAsync(
        Actor actor, string? organization, string userId, Handover handover, CancellationToken cancellationToken) =>
        Check(handover) is { } fault ? fault : await changes.RunAsync<Settlement>(
            actor,
            async (change, token) =>
            {
                var leaves = userId == actor.Id;
                var target = await FindLockedAsync(change, organization, userId, leaves ? null : MemberAction.ManageMembers, token);
                if (target.Error is { } missing)
                {
                    return missing;
                }

                var found = target.Value;
                if (await CheckOwnerStaysAsync(change.Context, found.Member, token) is { } last)
                {
                    return last;
                }

                var settled = await SettleAsync(change, found, handover, token);
                if (settled.Error is { } undecided)
                {
                    return undecided;
                }

                await WithdrawAboveAsync(change, found, null, token);
                await EndAccessAsync(change, found, leaves ? "member_left" : "member_removed", token);
                change.Context.Remove(found.Member);
                change.Record(found.Organization.Id, new(
                    AuditCategory.Members, leaves ? "member.left" : "member.removed", found.Target, Details: JsonSerializer.Serialize(new
                    {
                        role = found.Member.Role.ToWireName(),
                        keys_revoked = settled.Value.KeysRevoked.Count,
                        keys_handed_over = settled.Value.KeysHandedOver.Count,
                        service_accounts_deleted = settled.Value.ServiceAccountsDeleted.Count,
                        service_accounts_handed_over = settled.Value.ServiceAccountsHandedOver.Count,
                        service_accounts_kept = settled.Value.ServiceAccountsKept.Count,
                    })));
                return settled;
            },
            cancellationToken);

    static Error? Check(Handover handover) =>
        handover.Items.Count > MaxDecisions
            ? Error.Invalid("items", $"Decide on {MaxDecisions} items or fewer, and use otherwise for the rest.")
        : handover.Items.Select(item => item.Id).Distinct(StringComparer.Ordinal).Count() != handover.Items.Count
            ? Error.Invalid("items", "Decide on each item only once.")
        : null;

    /// <summary>Carries out the decisions. Requires the lock of the organization.</summary>
    static async Task<Result<Settlement>> SettleAsync(
        UnitOfWork change, Found found, Handover handover, CancellationToken cancellationToken)
    {
        var (context, organization, leaver) = (change.Context, found.Organization.Id, found.Person.Id);
        var own = KeysOf(context, organization, leaver, withApps: false);
        var accounts = await OwnedAlone(context, organization, leaver).Include(x => x.Owners).OrderBy(x => x.Id)
            .ToListAsync(cancellationToken);
        var kept = await OwnedWithOthers(context, organization, leaver).Include(x => x.Owners).OrderBy(x => x.Id)
            .ToListAsync(cancellationToken);
        await LockProjectsAsync(change, own, accounts, cancellationToken);
        var keys = await own.OrderBy(key => key.KeyId).ToListAsync(cancellationToken);
        string[] ids = [.. keys.Select(key => key.KeyId), .. accounts.Select(account => account.Id)];
        var decided = handover.Items.ToDictionary(item => item.Id, item => item.To, StringComparer.Ordinal);
        if (CheckDecisions(found, ids, kept, decided, handover.Rest) is { } undecided)
        {
            return undecided;
        }

        string? HeirOf(string id) => decided.TryGetValue(id, out var to) ? to : handover.Rest!.To;
        var heirs = ids.Select(HeirOf).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (heirs.Count > 0 && await CountHeirsAsync(context, organization, leaver, heirs, cancellationToken) != heirs.Count)
        {
            return Error.Invalid("to", "Hand keys and service accounts over to a member who can create keys.");
        }

        var (handed, revoked) = (keys.FindAll(key => HeirOf(key.KeyId) is not null), keys.FindAll(key => HeirOf(key.KeyId) is null));
        foreach (var key in handed)
        {
            key.OwnerId = HeirOf(key.KeyId)!;
            KeyAudit.Record(change, organization, "key.handed_over", key, new() { ["from"] = leaver, ["to"] = key.OwnerId });
        }

        await KeyAudit.RevokeAsync(change, organization, revoked, "owner_removed", leaver, cancellationToken);
        foreach (var account in accounts)
        {
            if (HeirOf(account.Id) is { } heir)
            {
                ServiceAccountService.HandOver(change, account, leaver, heir);
            }
            else
            {
                await ServiceAccountService.DeleteAsync(change, account, "owner_removed", cancellationToken);
            }
        }

        kept.ForEach(account => ServiceAccountService.HandOver(change, account, leaver, heir: null));
        return new Settlement(
            revoked.ConvertAll(key => key.KeyId), handed.ConvertAll(key => key.KeyId),
            [.. accounts.Where(x => x.DeletedAt is not null).Select(x => x.Id)],
            [.. accounts.Where(x => x.DeletedAt is null).Select(x => x.Id)], kept.ConvertAll(account => account.Id));
    }

    /// <summary>Checks that there is a decision on each item, and on nothing else.</summary>
    static Error? CheckDecisions(
        Found found, string[] ids, List<ServiceAccount> kept, Dictionary<string, string?> decided, RestDecision? rest)
    {
        if (kept.Find(account => decided.ContainsKey(account.Id)) is { } shared)
        {
            return new Error(
                ErrorCode.Conflict, $"{shared.Name} stays with its other owners. Leave it out, and decide on the others again.");
        }

        if (decided.Keys.FirstOrDefault(id => !ids.Contains(id, StringComparer.Ordinal)) is { } foreign)
        {
            return Error.Invalid("items", $"{KeyRules.Truncate(foreign)} is not a key or service account that this member owns.");
        }

        return rest is null && ids.Count(id => !decided.ContainsKey(id)) is > 0 and var open
            ? new Error(
                ErrorCode.Conflict,
                $"{found.Person.Name} owns {(open == 1 ? "a key or service account" : $"{open} keys and service accounts")} without a decision. Hand over or revoke each.")
            : null;
    }

    /// <summary>The unrevoked keys that a member owns.</summary>
    /// <param name="withApps">Whether to add the keys of the apps that the member published.</param>
    static IQueryable<ApiKey> KeysOf(DashboardContext context, long organization, string userId, bool withApps)
    {
        var here = context.Projects.Where(project => project.OrganizationId == organization).Select(project => project.Id);
        var keys = context.Keys.Where(key => key.OwnerType == PartyType.User && key.OwnerId == userId);
        if (withApps)
        {
            var apps = context.PublishedApps.Where(app =>
                app.PublishedBy == userId && app.UnpublishedAt == null && here.Contains(app.ProjectId)).Select(app => app.Id);
            keys = context.Keys.Where(key => (key.OwnerType == PartyType.User && key.OwnerId == userId)
                || (key.OwnerType == PartyType.PublishedApp && apps.Contains(key.OwnerId)));
        }

        return keys.Where(key => key.State != KeyState.Revoked && here.Contains(key.ProjectId));
    }

    /// <summary>Locks the projects of keys, with those of the keys of service accounts, in the order of their identifiers.</summary>
    static async Task LockProjectsAsync(
        UnitOfWork change, IQueryable<ApiKey> keys, IReadOnlyList<ServiceAccount>? accounts, CancellationToken cancellationToken)
    {
        var projects = await keys.Select(key => key.ProjectId).Distinct().ToListAsync(cancellationToken);
        if (accounts is { Count: > 0 })
        {
            var ids = accounts.Select(account => account.Id).ToList();
            projects.AddRange(await change.Context.Keys
                .Where(key => key.OwnerType == PartyType.ServiceAccount && ids.Contains(key.OwnerId) && key.State != KeyState.Revoked)
                .Select(key => key.ProjectId).Distinct().ToListAsync(cancellationToken));
        }

        foreach (var project in projects.Distinct().Order())
        {
            await change.LockProjectAsync(project, cancellationToken);
        }
    }

    static Task<int> CountHeirsAsync(
        DashboardContext context, long organization, string leaver, List<string> ids, CancellationToken cancellationToken) =>
        context.PossibleOwners(organization)
            .CountAsync(member => ids.Contains(member.UserId) && member.UserId != leaver, cancellationToken);
}
