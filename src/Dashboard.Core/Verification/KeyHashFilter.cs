using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Dashboard.Core.Verification;

/// <summary>The first 64 bits of every stored hash, in 16 to 32 bytes each: a key that is not among them was never minted here. One thread adds, any number
/// ask, and none waits.</summary>
sealed class KeyHashFilter
{
    const int MinSlots = 1024;

    /// <summary>Other in each process, so that nobody who imports hashes can choose which ones stand in each other's way.</summary>
    readonly ulong factor = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;

    /// <summary>A prefix stands at its own place or, where that is taken, at the next free one behind it. 0 is a free place. At most half are taken.</summary>
    ulong[] slots = new ulong[MinSlots];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a prefix, once.</summary>
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

        Count += Put(slots, NotFree(prefix)) ? 1 : 0;
    }

    /// <summary>Whether a prefix is among them.</summary>
    public bool Contains(ulong prefix)
    {
        var (all, wanted) = (Volatile.Read(ref slots), NotFree(prefix));
        for (var at = PlaceOf(all, wanted); ; at = (at + 1) & (all.Length - 1))
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
        var at = PlaceOf(into, prefix);
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

    int PlaceOf(ulong[] among, ulong prefix) => (int)((prefix * factor) >> 32) & (among.Length - 1);

    /// <summary>One prefix counts as another: at worst, a question to the database too many.</summary>
    static ulong NotFree(ulong prefix) => prefix == 0 ? 1 : prefix;
}
