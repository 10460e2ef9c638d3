using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Audit;

/// <summary>Verifies the chains of the audit log.</summary>
public sealed class AuditVerifier(IDbContextFactory<DashboardContext> contexts, AuditKeys keys)
{
    const int PageSize = 500;

    /// <summary>Recomputes a chain from its first to its last entry. Reads in pages while others continue to write. Of a chain that was
    /// pruned it begins with the first entry that was kept, if an entry of the chain says that those before it were pruned.</summary>
    /// <param name="chain">The organization's identifier, or <see cref="AuditChain.Installation"/>.</param>
    /// <param name="recorded">Heads of the chain that were kept elsewhere.</param>
    /// <returns>What was found. For entries whose key is declared lost, only their order is verified.</returns>
    public async Task<AuditVerification> VerifyAsync(long chain, IReadOnlyList<AuditHead> recorded, CancellationToken cancellationToken)
    {
        var walk = new ChainWalk(await keys.GetAsync(cancellationToken), recorded);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        AuditChain? end;
        while (true)
        {
            var after = walk.Last;
            var page = await context.AuditEntries.AsNoTracking().Where(entry => entry.ChainId == chain && entry.Sequence > after)
                .OrderBy(entry => entry.Sequence).Take(PageSize).ToListAsync(cancellationToken);
            if (!page.TrueForAll(walk.Accept))
            {
                end = await ReadEndAsync(context, chain, cancellationToken);
                break;
            }

            if (page.Count == PageSize)
            {
                continue;
            }

            // The head is read after the entries, so it cannot be behind them. If it is ahead, either more entries were written in the
            // meantime or the last ones were removed.
            end = await ReadEndAsync(context, chain, cancellationToken);
            if (walk.IsComplete(end))
            {
                break;
            }
        }

        return walk.Finish(chain, end);
    }

    /// <summary>Recomputes a chain without a recorded head.</summary>
    /// <returns>The first position at which an entry was altered, removed or added, or null if the chain is intact.</returns>
    public async Task<long?> FindBreakAsync(long chain, CancellationToken cancellationToken) =>
        (await VerifyAsync(chain, [], cancellationToken)).Break;

    static Task<AuditChain?> ReadEndAsync(DashboardContext context, long chain, CancellationToken cancellationToken) =>
        context.AuditChains.AsNoTracking().SingleOrDefaultAsync(head => head.Id == chain, cancellationToken);
}
