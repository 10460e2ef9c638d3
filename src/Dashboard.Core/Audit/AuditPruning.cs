using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Audit;

/// <summary>What was pruned from a chain.</summary>
/// <param name="Chain">The organization's identifier, or 0 for the chain with the sign-ins.</param>
/// <param name="To">The position of the last entry that was deleted.</param>
/// <param name="Entries">The number of entries that were deleted.</param>
public sealed record AuditPruned(long Chain, long To, long Entries);

/// <summary>Deletes old entries of the audit log. First an entry with the end of the range is written, so that verification begins there; a
/// process that is killed in between leaves a chain that still verifies.</summary>
public sealed class AuditPruning(IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes)
{
    /// <summary>The action of the entry that says what was pruned.</summary>
    public const string Pruned = "audit.pruned";

    const string To = "to";

    /// <summary>The maximum number of entries in one transaction, so that other writers never wait long.</summary>
    const int BatchSize = 2000;

    /// <summary>Deletes the entries of a chain that are older than a time, up to the first one that is not.</summary>
    /// <param name="actor">Who prunes.</param>
    /// <param name="chain">The organization's identifier, or <see cref="AuditChain.Installation"/>.</param>
    /// <param name="before">The time of the first entry to keep.</param>
    /// <returns>What was deleted; null if there was nothing.</returns>
    public async Task<Result<AuditPruned?>> PruneAsync(Actor actor, long chain, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var marked = await changes.RunAsync<long>(actor, (change, token) => MarkAsync(change, chain, before, token), cancellationToken);
        if (marked.Error is { } refused)
        {
            return refused;
        }

        var end = marked.Value == 0 ? await FindEndAsync(chain, cancellationToken) : marked.Value; // what a killed process left
        var total = 0L;
        for (var deleted = BatchSize; end > 0 && deleted > 0;)
        {
            deleted = 0;
            await changes.RunBehindAsync(
                async (context, token) => deleted = await DeleteAsync(context, chain, end, token), cancellationToken);
            total += deleted;
        }

        return total == 0 ? (AuditPruned?)null : new AuditPruned(chain, end, total);
    }

    /// <summary>Returns the end of the range that an entry says was pruned, or null for any other entry.</summary>
    internal static long? FindPruned(AuditEntry entry)
    {
        try
        {
            return entry.Action == Pruned ? JsonNode.Parse(entry.Details)?[To]?.GetValue<long>() : null;
        }
        catch (Exception altered) when (altered is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    static async Task<Result<long>> MarkAsync(UnitOfWork change, long chain, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await change.LockAuditChainAsync(chain, cancellationToken);
        var entries = change.Context.AuditEntries.Where(entry => entry.ChainId == chain);
        var kept = await entries.Where(entry => entry.At >= before).MinAsync(entry => (long?)entry.Sequence, cancellationToken);
        var last = await entries.Where(entry => kept == null || entry.Sequence < kept).OrderByDescending(entry => entry.Sequence)
            .Select(entry => new { entry.Sequence, entry.Hash }).FirstOrDefaultAsync(cancellationToken);
        if (last is null)
        {
            return 0;
        }

        var details = new JsonObject
        {
            [To] = last.Sequence,
            ["hash"] = Convert.ToHexStringLower(last.Hash),
            ["before"] = before.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        };
        change.RecordSilently(chain, new(
            AuditCategory.Settings, Pruned, new("audit_log", last.Sequence.ToString(CultureInfo.InvariantCulture), "Audit log"),
            Details: details.ToJsonString()));
        return last.Sequence;
    }

    static async Task<int> DeleteAsync(DashboardContext context, long chain, long end, CancellationToken cancellationToken)
    {
        var first = await context.AuditEntries.Where(entry => entry.ChainId == chain)
            .MinAsync(entry => (long?)entry.Sequence, cancellationToken);
        if (first is null || first > end)
        {
            return 0;
        }

        var last = Math.Min(first.Value + BatchSize - 1, end);
        return await context.AuditEntries.Where(entry => entry.ChainId == chain && entry.Sequence <= last)
            .ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Returns the end of the range that was pruned last, or 0.</summary>
    async Task<long> FindEndAsync(long chain, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var entry = await context.AuditEntries.AsNoTracking()
            .Where(entry => entry.ChainId == chain && entry.Category == AuditCategory.Settings && entry.Action == Pruned)
            .OrderByDescending(entry => entry.At).ThenByDescending(entry => entry.Sequence).FirstOrDefaultAsync(cancellationToken);
        return entry is null ? 0 : FindPruned(entry) ?? 0;
    }
}
