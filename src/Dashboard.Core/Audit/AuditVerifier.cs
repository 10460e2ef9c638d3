using System.Security.Cryptography;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Audit;

/// <summary>Finds out whether a chain of the audit log is as it was written.</summary>
public sealed class AuditVerifier(IDbContextFactory<DashboardContext> contexts)
{
    const int PageSize = 500;

    /// <summary>Recomputes a chain from its first entry to its newest end. It reads in pages, while others go on writing.</summary>
    /// <param name="chain">The organization's identifier, or <see cref="AuditChain.Installation"/>.</param>
    /// <returns>The first place in the chain where an entry was altered, removed or added, or null when the chain is whole.</returns>
    public async Task<long?> FindBreakAsync(long chain, CancellationToken cancellationToken)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var (last, hash, known) = (0L, new byte[SHA256.HashSizeInBytes], 0L);
        while (true)
        {
            var after = last == 0 ? long.MinValue : last; // a place before the first is none
            var page = await context.AuditEntries.AsNoTracking().Where(entry => entry.ChainId == chain && entry.Sequence > after)
                .OrderBy(entry => entry.Sequence).Take(PageSize).ToListAsync(cancellationToken);
            foreach (var entry in page)
            {
                if (entry.Sequence != last + 1 || !entry.PreviousHash.AsSpan().SequenceEqual(hash) || !entry.Hash.AsSpan().SequenceEqual(entry.ComputeHash()))
                {
                    return last + 1;
                }

                (last, hash) = (entry.Sequence, entry.Hash);
            }

            if (page.Count == PageSize)
            {
                continue;
            }

            if (last < known)
            {
                return last + 1; // its end was there before these entries were read
            }

            // Read after the entries, the end is not behind them. Ahead of them it means that more were written meanwhile, or that the last are gone.
            var end = await context.AuditChains.AsNoTracking().SingleOrDefaultAsync(head => head.Id == chain, cancellationToken);
            known = end?.Sequence ?? 0;
            if (known < last)
            {
                return known + 1;
            }

            if (known == last)
            {
                return end is null || end.Hash.AsSpan().SequenceEqual(hash) ? null : Math.Max(last, 1);
            }
        }
    }
}
