using System.Security.Cryptography;
using Dashboard.Core.Changes;

namespace Dashboard.Core.Audit;

/// <summary>The state of the verification of one chain, entry by entry.</summary>
sealed class ChainWalk
{
    readonly AuditKeyRing ring;
    readonly Dictionary<long, List<AuditHead>> recorded;
    readonly List<HeadCheck> checks = [];
    byte[] hash = new byte[SHA256.HashSizeInBytes];
    string? keyId;
    long known;
    long entries;
    long pruned;
    long? broken;
    bool stopped;
    long? missing;

    public ChainWalk(AuditKeyRing ring, IReadOnlyList<AuditHead> recorded)
    {
        this.ring = ring;
        this.recorded = recorded.GroupBy(head => head.Sequence).ToDictionary(group => group.Key, group => group.ToList());
    }

    /// <summary>The position of the last entry, before the first lower than any.</summary>
    public long Last { get; private set; } = long.MinValue;

    /// <summary>The position of the first entry that exists.</summary>
    long First { get; set; } = 1;

    /// <summary>The position that follows.</summary>
    long Next => Last == long.MinValue ? 1 : Last + 1;

    /// <summary>Verifies the next entry.</summary>
    /// <returns>False if it is not the one that was written there.</returns>
    public bool Accept(AuditEntry entry)
    {
        if (Last == long.MinValue && entry.Sequence > 1)
        {
            // Either the entries before it were pruned, which an entry that follows says, or they were removed. Its own HMAC covers the
            // hash of the entry before it.
            (First, Last, hash) = (entry.Sequence, entry.Sequence - 1, entry.PreviousHash);
            keyId = entry.OldKeyHash is null ? null : AuditLogWriter.FindReplacedKey(entry);
        }

        if (entry.Sequence != Next || !entry.PreviousHash.AsSpan().SequenceEqual(hash) || !HasItsNetwork(entry)
            || !IsGenuine(entry, keyId, ring))
        {
            (broken, stopped) = (Next, true);
            return false;
        }

        (Last, hash, keyId) = (entry.Sequence, entry.Hash, entry.KeyId);
        entries++;
        pruned = Math.Max(pruned, AuditPruning.FindPruned(entry) ?? 0);
        if (recorded.Remove(Last, out var heads))
        {
            var text = Convert.ToHexStringLower(hash);
            heads.ForEach(head => Check(head, head.Hash == text ? HeadState.Found : HeadState.Missing));
        }

        return true;
    }

    /// <summary>Returns whether the last entry was reached: the chain's head is there, or it is known to be wrong.</summary>
    /// <param name="end">The head, read after the entries.</param>
    public bool IsComplete(AuditChain? end)
    {
        var last = Next - 1;
        if (last < known)
        {
            broken = last + 1; // the chain had more entries before these were read
            return true;
        }

        known = end?.Sequence ?? 0;
        if (known > last)
        {
            return false; // read again
        }

        // A start begins a new key in every chain. A chain that ends under an old key was cut off.
        broken = known < last ? known + 1
            : end is not null && (!end.Hash.AsSpan().SequenceEqual(hash) || end.KeyId != keyId) ? Math.Max(last, 1)
            : keyId is not null && keyId != ring.Current.Id ? last + 1
            : null;
        return true;
    }

    /// <summary>Returns what was found.</summary>
    public AuditVerification Finish(long chain, AuditChain? end)
    {
        // The entries before the first one may only be missing if they were pruned. That entry may follow the one that stopped the walk.
        var unpruned = !stopped && First > 1 && pruned < First - 1 ? pruned + 1 : (long?)null;
        if (unpruned is not null)
        {
            broken = unpruned;
        }

        foreach (var head in recorded.Values.SelectMany(heads => heads).OrderBy(head => head.Sequence))
        {
            if (head.Sequence < First && unpruned is null)
            {
                Check(head, HeadState.Pruned);
            }
            else if (broken is null) // what follows a broken entry was not compared
            {
                Check(head, HeadState.Missing);
            }
        }

        var (place, fault) = (broken, missing) switch
        {
            ({ } entry, { } head) when head < entry => (head, AuditFault.RecordedHead),
            ({ } entry, _) => (entry, AuditFault.Entry),
            (null, { } head) => (head, AuditFault.RecordedHead),
            _ => ((long?)null, (AuditFault?)null),
        };
        return new(chain, entries, First, end is null or { Sequence: 0 } ? null : new(chain, end.Sequence, end.Hash), place, fault, checks);
    }

    void Check(AuditHead head, HeadState state)
    {
        checks.Add(new(head, state));
        if (state == HeadState.Missing)
        {
            var place = Math.Min(head.Sequence, Next); // the first entry that is missing, or the one that differs
            missing = Math.Min(missing ?? place, place);
        }
    }

    /// <summary>The network is no fact of its own, but a row could be hidden from a filter by another one. Rows with an IPv6 address from
    /// before the column existed have none.</summary>
    static bool HasItsNetwork(AuditEntry entry) => entry.Network == AuditEntry.NetworkOf(entry.Address)
        || (entry.Network is null && entry.Address!.Contains(':', StringComparison.Ordinal));

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
