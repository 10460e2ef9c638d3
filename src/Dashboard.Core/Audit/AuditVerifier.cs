using System.Security.Cryptography;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Audit;

/// <summary>Finds out whether a chain of the audit log is as it was written.</summary>
public sealed class AuditVerifier(IDbContextFactory<DashboardContext> contexts, AuditKeys keys)
{
    const int PageSize = 500;

    /// <summary>Recomputes a chain from its first entry to its newest end. It reads in pages, while others go on writing.</summary>
    /// <param name="chain">The organization's identifier, or <see cref="AuditChain.Installation"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The first place in the chain where an entry was altered, removed or added, or null when the chain is whole. Of entries whose key the operator has declared lost
    /// only the order is checked.</returns>
    public async Task<long?> FindBreakAsync(long chain, CancellationToken cancellationToken)
    {
        var ring = await keys.GetAsync(cancellationToken);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var (last, hash, keyId, known) = (0L, new byte[SHA256.HashSizeInBytes], (string?)null, 0L);
        while (true)
        {
            var after = last == 0 ? long.MinValue : last; // a place before the first is none
            var page = await context.AuditEntries.AsNoTracking().Where(entry => entry.ChainId == chain && entry.Sequence > after)
                .OrderBy(entry => entry.Sequence).Take(PageSize).ToListAsync(cancellationToken);
            foreach (var entry in page)
            {
                if (entry.Sequence != last + 1 || !entry.PreviousHash.AsSpan().SequenceEqual(hash) || !IsGenuine(entry, keyId, ring))
                {
                    return last + 1;
                }

                (last, hash, keyId) = (entry.Sequence, entry.Hash, entry.KeyId);
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
                // A start begins a new key in every chain: one that still ends under an old key was cut off there.
                return end is not null && (!end.Hash.AsSpan().SequenceEqual(hash) || end.KeyId != keyId) ? Math.Max(last, 1)
                    : keyId is not null && keyId != ring.Current.Id ? last + 1
                    : null;
            }
        }
    }

    static bool IsGenuine(AuditEntry entry, string? before, AuditKeyRing ring)
    {
        if (ring.Find(entry.KeyId) is { } key ? !entry.Hash.AsSpan().SequenceEqual(entry.ComputeHash(key)) : !ring.IsLost(entry.KeyId))
        {
            return false;
        }

        if (before is null || before == entry.KeyId)
        {
            return entry.OldKeyHash is null;
        }

        return entry.Action == AuditLogWriter.KeyChanged
            && (ring.Find(before) is { } old ? entry.OldKeyHash.AsSpan().SequenceEqual(entry.ComputeHash(old)) : ring.IsLost(before));
    }
}
