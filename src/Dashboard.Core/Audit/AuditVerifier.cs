using System.Security.Cryptography;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Audit;

/// <summary>Verifies the chains of the audit log.</summary>
public sealed class AuditVerifier(IDbContextFactory<DashboardContext> contexts, AuditKeys keys)
{
    const int PageSize = 500;

    /// <summary>Recomputes a chain from its first to its last entry. Reads in pages while others continue to write.</summary>
    /// <param name="chain">The organization's identifier, or <see cref="AuditChain.Installation"/>.</param>
    /// <returns>The first position at which an entry was altered, removed or added, or null if the chain is intact. For entries whose key is declared lost, only their order
    /// is verified.</returns>
    public async Task<long?> FindBreakAsync(long chain, CancellationToken cancellationToken)
    {
        var ring = await keys.GetAsync(cancellationToken);
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var (last, hash, keyId, known) = (0L, new byte[SHA256.HashSizeInBytes], (string?)null, 0L);
        while (true)
        {
            var after = last == 0 ? long.MinValue : last; // there is no position before the first
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
                return last + 1; // the chain had more entries before these were read
            }

            // The head is read after the entries, so it cannot be behind them. If it is ahead, either more entries were written in the
            // meantime or the last ones were removed.
            var end = await context.AuditChains.AsNoTracking().SingleOrDefaultAsync(head => head.Id == chain, cancellationToken);
            known = end?.Sequence ?? 0;
            if (known < last)
            {
                return known + 1;
            }

            if (known == last)
            {
                // A start begins a new key in every chain. A chain that ends under an old key was cut off.
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

        // The entry names the key before it, so that earlier entries cannot be passed off as those of a lost key.
        return AuditLogWriter.FindReplacedKey(entry) == before
            && (ring.Find(before) is { } old ? entry.OldKeyHash.AsSpan().SequenceEqual(entry.ComputeHash(old)) : ring.IsLost(before));
    }
}
