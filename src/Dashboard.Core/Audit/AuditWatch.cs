using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Dashboard.Core.Audit;

/// <summary>Watches the audit log: writes the heads of the chains to the log every hour, compares them with the highest that this node has
/// seen, and verifies every chain once a day.</summary>
public sealed partial class AuditWatch(
    IDbContextFactory<DashboardContext> contexts, AuditVerifier verifier, AuditHeadFile file, AuditMetrics metrics, TimeProvider time,
    ILogger<AuditWatch> logger)
    : PeriodicService(Interval, time)
{
    /// <summary>How often heads are written to the log.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>How often all chains are verified. The first time is an hour after the start.</summary>
    public static readonly TimeSpan CheckInterval = TimeSpan.FromDays(1);

    readonly Dictionary<long, AuditHead> highest = [];
    readonly HashSet<long> reported = [];
    DateTimeOffset? checkedAt;

    /// <summary>Reads the heads, compares them and writes them to the log.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <param name="isStart">Whether the process has just started. Then the heads stay out of the log: the console says where to
    /// go.</param>
    /// <returns>The number of chains that are behind what this node has seen, or differ from it.</returns>
    public async Task<int> ObserveAsync(CancellationToken cancellationToken, bool isStart = false)
    {
        if (highest.Count == 0)
        {
            foreach (var head in await file.ReadAsync(cancellationToken))
            {
                highest[head.Chain] = head;
            }
        }

        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await context.AuditChains.AsNoTracking().OrderBy(chain => chain.Id).ToListAsync(cancellationToken);
        var heads = rows
            .Select(chain => new AuditHead(chain.Id, chain.Sequence, chain.Hash)).ToDictionary(head => head.Chain);
        var behind = 0;
        foreach (var (chain, seen) in highest)
        {
            if (await HasAsync(context, heads.GetValueOrDefault(chain), seen, cancellationToken))
            {
                continue;
            }

            behind++;
            var now = heads.GetValueOrDefault(chain)?.ToString() ?? "none";
            LogSetBack(seen, now);
            if (reported.Add(chain))
            {
                metrics.CountSetBack();
            }
        }

        foreach (var (chain, head) in heads)
        {
            if (head.Sequence > 0 && !reported.Contains(chain))
            {
                highest[chain] = head; // of a chain that was set back, the highest stays what it was
                if (!isStart)
                {
                    LogHead(head);
                }
            }
        }

        await file.WriteAsync(highest.Values, cancellationToken);
        return behind;
    }

    /// <summary>Verifies all chains, also against the highest heads that this node has seen.</summary>
    /// <returns>The chains that are not intact.</returns>
    public async Task<IReadOnlyList<AuditVerification>> CheckAsync(CancellationToken cancellationToken)
    {
        List<long> chains;
        await using (var context = await contexts.CreateDbContextAsync(cancellationToken))
        {
            chains = await context.AuditChains.Select(chain => chain.Id).ToListAsync(cancellationToken);
        }

        var (broken, entries) = (new List<AuditVerification>(), 0L);
        foreach (var chain in chains.Union(highest.Keys).Order())
        {
            var found = await verifier.VerifyAsync(chain, highest.TryGetValue(chain, out var seen) ? [seen] : [], cancellationToken);
            entries += found.Entries;
            if (!found.IsIntact)
            {
                LogBroken(chain, found.Break!.Value);
                broken.Add(found);
            }
        }

        if (broken.Count == 0)
        {
            LogIntact(chains.Count, entries);
        }

        metrics.ReportCheck(broken.Count);
        return broken;
    }

    /// <inheritdoc />
    protected override bool RunsAtStart => true;

    /// <inheritdoc />
    protected override async Task WorkAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        await ObserveAsync(cancellationToken, isStart: checkedAt is null);
        checkedAt ??= now - CheckInterval + Interval;
        if (now - checkedAt >= CheckInterval)
        {
            await CheckAsync(cancellationToken);
            checkedAt = now;
        }
    }

    /// <summary>Returns whether a chain still has the entry that a head names. An entry that was pruned is for the daily check to
    /// judge.</summary>
    static async Task<bool> HasAsync(DashboardContext context, AuditHead? now, AuditHead seen, CancellationToken cancellationToken)
    {
        if (now is null || now.Sequence < seen.Sequence || (now.Sequence == seen.Sequence && now.Hash != seen.Hash))
        {
            return false;
        }

        if (now.Sequence == seen.Sequence)
        {
            return true;
        }

        var entries = context.AuditEntries.Where(entry => entry.ChainId == seen.Chain);
        var hash = await entries.Where(entry => entry.Sequence == seen.Sequence).Select(entry => entry.Hash)
            .SingleOrDefaultAsync(cancellationToken);
        return hash is not null
            ? Convert.ToHexStringLower(hash) == seen.Hash
            : !await entries.AnyAsync(entry => entry.Sequence < seen.Sequence, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Audit log: the head is {Head}.")]
    partial void LogHead(AuditHead head);

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "Audit log: this node has seen the head {Seen}, and it is no longer in its chain, whose head is {Now}. "
            + "The chain was cut off or rewritten, or an old copy of the database restored.")]
    partial void LogSetBack(AuditHead seen, string now);

    [LoggerMessage(
        Level = LogLevel.Critical, Message = "Audit log: the chain {Chain} is broken at row {Row}: it was altered, removed or added.")]
    partial void LogBroken(long chain, long row);

    [LoggerMessage(Level = LogLevel.Information, Message = "Audit log: {Chains} chains with {Rows} rows are intact.")]
    partial void LogIntact(int chains, long rows);

    /// <inheritdoc />
    [LoggerMessage(Level = LogLevel.Warning, Message = "The audit log could not be checked; it is tried again in an hour.")]
    protected override partial void LogFailure(Exception exception);
}
