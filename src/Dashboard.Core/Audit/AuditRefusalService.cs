using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Audit;

/// <summary>Writes refusals to the audit log: one entry a minute for each reason, actor and network, and what is left at a graceful stop.
/// An entry is in the chain of the actor's organization, never in that of what the actor asked for.</summary>
public sealed partial class AuditRefusalService(
    RefusalLedger refusals, UnitOfWorkRunner changes, TimeProvider time, ILogger<AuditRefusalService> logger)
    : PeriodicService(Interval, time)
{
    /// <summary>How often refusals are written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>The maximum number of entries in one transaction.</summary>
    const int BatchSize = 200;

    const string UserType = FeedSubject.User;

    /// <summary>Writes what has been counted.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    /// <inheritdoc />
    protected override bool RunsAtStop => true;

    /// <inheritdoc />
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        var waiting = new Queue<RefusalCount[]>(refusals.Take().Chunk(BatchSize));
        try
        {
            while (waiting.TryPeek(out var batch))
            {
                await changes.RunAsync<Unit>(Actor.System, (change, token) => RecordAsync(change, batch, token), cancellationToken);
                waiting.Dequeue();
            }
        }
        finally
        {
            foreach (var count in waiting.SelectMany(batch => batch)) // counted on until they can be written
            {
                refusals.Add(count);
            }
        }
    }

    static async Task<Result<Unit>> RecordAsync(UnitOfWork change, RefusalCount[] counts, CancellationToken cancellationToken)
    {
        var chains = await FindChainsAsync(change.Context, counts, cancellationToken);
        foreach (var count in counts.OrderBy(count => count.FirstAt))
        {
            var actor = count.Actor;
            var chain = actor.Token?.OrganizationId ?? chains.GetValueOrDefault((actor.Type, actor.Id), AuditChain.Installation);
            var target = actor.Type == PartyType.User ? new(UserType, actor.Id, actor.Name)
                : new AuditTarget("network", actor.Address ?? "", actor.Address ?? (count.IsRest ? "Other networks" : "Unknown network"));
            var details = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["reason"] = count.Reason.Reason,
                ["count"] = count.Count,
                ["first_at"] = count.FirstAt.UtcDateTime,
                ["last_at"] = count.LastAt.UtcDateTime,
            };
            if (count.IsRest)
            {
                details["other_networks"] = true;
            }

            change.RecordRefusal(
                chain, actor, new(count.Reason.Category, count.Reason.Action, target, Succeeded: false, JsonSerializer.Serialize(details)));
        }

        return default(Unit);
    }

    /// <summary>The organization of each actor that has exactly one. The refusals of a person with several are with the sign-ins, where
    /// each of them sees its members'.</summary>
    static async Task<Dictionary<(PartyType Type, string Id), long>> FindChainsAsync(
        DashboardContext context, RefusalCount[] counts, CancellationToken cancellationToken)
    {
        var users = IdsOf(PartyType.User);
        var accounts = IdsOf(PartyType.ServiceAccount);
        var members = users.Count == 0 ? []
            : await context.Members.Where(member => users.Contains(member.UserId))
                .Select(member => new { member.UserId, member.OrganizationId }).ToListAsync(cancellationToken);
        var owned = accounts.Count == 0 ? []
            : await context.ServiceAccounts.Where(account => accounts.Contains(account.Id))
                .Select(account => new { account.Id, account.OrganizationId }).ToListAsync(cancellationToken);
        return members.GroupBy(member => member.UserId, StringComparer.Ordinal).Where(group => group.Count() == 1)
            .Select(group => ((PartyType.User, group.Key), group.Single().OrganizationId))
            .Concat(owned.Select(account => ((PartyType.ServiceAccount, account.Id), account.OrganizationId)))
            .ToDictionary();

        List<string> IdsOf(PartyType type) =>
            [.. counts.Where(count => count.Actor.Type == type).Select(count => count.Actor.Id).Distinct(StringComparer.Ordinal)];
    }

    /// <inheritdoc />
    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Refusals could not be written to the audit log yet; it is tried again in a minute.")]
    protected override partial void LogFailure(Exception exception);
}
