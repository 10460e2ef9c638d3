using System.Net;
using Dashboard.Core.Keys;

namespace Dashboard.Core.Usage;

/// <summary>Counts the results of verifying one key. Counting takes a lock for a few additions and allocates one small object per batch.
/// The meter is attached to the cached key, so that counting needs no lookup.</summary>
public sealed class KeyMeter
{
    readonly UsageLedger ledger;
    readonly Lock gate; // shared with other keys, because a lock per meter would take most of its memory
    MeterWindow? window;
    long writtenMinute; // together with the network, the last use that was written
    CoarseNetwork writtenNetwork;

    internal KeyMeter(UsageLedger ledger, Lock gate, string keyId, long projectId) =>
        (this.ledger, this.gate, KeyId, ProjectId) = (ledger, gate, keyId, projectId);

    /// <summary>The key.</summary>
    public string KeyId { get; }

    /// <summary>The project.</summary>
    public long ProjectId { get; }

    /// <summary>Counts one result. Does not wait or fail.</summary>
    /// <param name="refusal">The refusal, or null if the key was accepted.</param>
    /// <param name="permission">The permission that was required, or null.</param>
    /// <param name="address">The client address, or null.</param>
    /// <param name="userAgent">The <c>User-Agent</c> header, or null. Only the client family derived from it is stored.</param>
    /// <param name="at">The time of the request.</param>
    public void Count(RefusalCode? refusal, string? permission, IPAddress? address, string? userAgent, DateTimeOffset at)
    {
        var permissionBit = ledger.PermissionBit(permission);
        var network = CoarseNetwork.Of(address);
        var hour = at.UtcTicks / TimeSpan.TicksPerHour;
        lock (gate)
        {
            var current = window;
            while (current is not null && current.Hour != hour)
            {
                current = current.Previous;
            }

            if (current is null)
            {
                if (window is null && !ledger.TryEnqueue(this))
                {
                    return; // too many keys are waiting, which the log has reported once
                }

                window = current = new(hour, window);
            }

            current.Add(refusal, permissionBit, network, userAgent, at.UtcTicks);
        }
    }

    /// <summary>Returns what was counted since the last call, one window per hour, and starts over.</summary>
    internal MeterWindow? Take()
    {
        lock (gate)
        {
            var taken = window;
            window = null;
            return taken;
        }
    }

    /// <summary>Returns whether a last use must be written, that is, its minute or network differs from the last one written. Called only
    /// by the thread that builds batches.</summary>
    internal bool IsNewUse(long ticks, CoarseNetwork network)
    {
        var minute = ticks / TimeSpan.TicksPerMinute;
        if (minute == writtenMinute && network == writtenNetwork)
        {
            return false;
        }

        (writtenMinute, writtenNetwork) = (minute, network);
        return true;
    }
}

/// <summary>What a meter has counted in one hour since the last batch. All of it is bounded.</summary>
sealed class MeterWindow(long hour, MeterWindow? previous)
{
    /// <summary>The maximum number of clients in one window. Requests of further clients are counted without their client.</summary>
    const int MaxClients = 16;

    /// <summary>The length to which a <c>User-Agent</c> is truncated, so that clients cannot fill the memory.</summary>
    const int MaxAgentLength = 256;

    static readonly int Outcomes = Enum.GetValues<RefusalCode>().Length + 1;

    readonly long[] counts = new long[Outcomes];
    Client[] clients = new Client[1];
    int clientCount;

    public long Hour { get; } = hour;

    public MeterWindow? Previous { get; } = previous;

    /// <summary>The permissions that were required, as the bits of the ledger.</summary>
    public ulong Permissions { get; private set; }

    /// <summary>The last time that anything was counted, in ticks.</summary>
    public long LastAt { get; private set; }

    /// <summary>The last time that the key was accepted, in ticks; 0 for never.</summary>
    public long LastUsedAt { get; private set; }

    /// <summary>The network of the last accepted request with a known address, or none.</summary>
    public CoarseNetwork LastUsedFrom { get; private set; }

    public ReadOnlySpan<Client> Clients => clients.AsSpan(0, clientCount);

    public void Add(RefusalCode? refusal, ulong permission, CoarseNetwork network, string? userAgent, long ticks)
    {
        counts[refusal is { } code ? (int)code + 1 : 0]++;
        Permissions |= permission;
        LastAt = Math.Max(LastAt, ticks);
        if (refusal is null && ticks >= LastUsedAt)
        {
            LastUsedAt = ticks;
            LastUsedFrom = network == default ? LastUsedFrom : network; // a use without an address leaves the last one
        }

        for (var i = 0; i < clientCount; i++)
        {
            if (clients[i].Network == network && IsSame(clients[i].Agent, userAgent))
            {
                clients[i].LastAt = Math.Max(clients[i].LastAt, ticks);
                return;
            }
        }

        AddClient(network, userAgent, ticks);
    }

    /// <summary>The outcomes that occurred, with their counts.</summary>
    public IEnumerable<(string Outcome, long Count)> NonZero()
    {
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0)
            {
                yield return (i == 0 ? KeyHour.Valid : ((RefusalCode)(i - 1)).ToWireName(), counts[i]);
            }
        }
    }

    void AddClient(CoarseNetwork network, string? userAgent, long ticks)
    {
        if (clientCount == MaxClients)
        {
            return;
        }

        if (clientCount == clients.Length)
        {
            Array.Resize(ref clients, Math.Min(MaxClients, clients.Length * 4));
        }

        clients[clientCount++] = new()
        {
            Network = network,
            Agent = userAgent is { Length: > MaxAgentLength }
            ? userAgent[..MaxAgentLength] : userAgent,
            FirstAt = ticks,
            LastAt = ticks
        };
    }

    static bool IsSame(string? stored, string? userAgent) =>
        ReferenceEquals(stored, userAgent) || (stored is not null && userAgent is not null
            && userAgent.AsSpan(0, Math.Min(userAgent.Length, MaxAgentLength)).SequenceEqual(stored));

    /// <summary>A client as it was seen.</summary>
    public struct Client
    {
        public CoarseNetwork Network;
        public string? Agent;
        public long FirstAt;
        public long LastAt;
    }
}
