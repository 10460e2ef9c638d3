using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Dashboard.Core.Verification;

/// <summary>The first 64 bits of every stored hash, in 16 to 32 bytes each. A key that is not included has never existed. One thread adds
/// and any number of threads look up without locking.</summary>
sealed class KeyHashFilter
{
    const int MinSlots = 1024;

    /// <summary>Different in each process, so that nobody who imports hashes can choose which ones collide.</summary>
    readonly ulong factor = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;

    /// <summary>An open-addressing hash table with linear probing. 0 marks a free slot. At most half of the slots are used.</summary>
    ulong[] slots = new ulong[MinSlots];

    /// <summary>The number of prefixes.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a prefix, unless it is already included.</summary>
    public void Add(ulong prefix)
    {
        if (2 * (Count + 1) > slots.Length)
        {
            var larger = new ulong[2 * slots.Length];
            foreach (var known in slots)
            {
                if (known != 0)
                {
                    Put(larger, known);
                }
            }

            Volatile.Write(ref slots, larger);
        }

        Count += Put(slots, NonZero(prefix)) ? 1 : 0;
    }

    /// <summary>Returns whether a prefix is included.</summary>
    public bool Contains(ulong prefix)
    {
        var (all, wanted) = (Volatile.Read(ref slots), NonZero(prefix));
        for (var at = SlotOf(all, wanted); ; at = (at + 1) & (all.Length - 1))
        {
            var found = Volatile.Read(ref all[at]);
            if (found == wanted || found == 0)
            {
                return found == wanted;
            }
        }
    }

    bool Put(ulong[] into, ulong prefix)
    {
        var at = SlotOf(into, prefix);
        while (into[at] != 0)
        {
            if (into[at] == prefix)
            {
                return false;
            }

            at = (at + 1) & (into.Length - 1);
        }

        Volatile.Write(ref into[at], prefix);
        return true;
    }

    int SlotOf(ulong[] among, ulong prefix) => (int)((prefix * factor) >> 32) & (among.Length - 1);

    /// <summary>Maps 0 to 1, because 0 marks a free slot. The cost is at worst an unnecessary database query.</summary>
    static ulong NonZero(ulong prefix) => prefix == 0 ? 1 : prefix;
}
