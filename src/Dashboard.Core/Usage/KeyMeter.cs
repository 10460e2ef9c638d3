using System.Net;
using Dashboard.Core.Keys;

namespace Dashboard.Core.Usage;

/// <summary>Counts what one key is answered, beside the requests: a lock that nobody holds for longer than a few additions, and no allocation but one small object for each
/// stretch between two batches. It hangs on what is cached of a key, so that counting looks nothing up.</summary>
public sealed class KeyMeter
{
    readonly UsageLedger ledger;
    readonly Lock gate; // shared with other keys: one of their own would be the larger part of each
    MeterWindow? window;
    long writtenMinute; // with the network: of the last use that went into a batch
    CoarseNetwork writtenNetwork;

    internal KeyMeter(UsageLedger ledger, Lock gate, string keyId, long projectId) => (this.ledger, this.gate, KeyId, ProjectId) = (ledger, gate, keyId, projectId);

    /// <summary>The key.</summary>
    public string KeyId { get; }

    /// <summary>The project that it lives in.</summary>
    public long ProjectId { get; }

    /// <summary>Counts one answer. Waits for nothing and fails for nothing.</summary>
    /// <param name="refusal">Why the key was refused, or null when it was let through.</param>
    /// <param name="permission">The permission that was asked for, or null.</param>
    /// <param name="address">The client address, or null.</param>
    /// <param name="userAgent">What the client calls itself, or null; only the family that it belongs to is kept.</param>
    /// <param name="at">When.</param>
    public void Count(RefusalCode? refusal, string? permission, IPAddress? address, string? userAgent, DateTimeOffset at)
    {
        var asked = ledger.PermissionBit(permission);
        var network = CoarseNetwork.Of(address);
        var hour = at.UtcTicks / TimeSpan.TicksPerHour;
        lock (gate)
        {
            var current = window;
            while (current is not null && current.Hour != hour)
            {
                current = current.Before;
            }

            if (current is null)
            {
                if (window is null && !ledger.TryEnqueue(this))
                {
                    return; // more keys wait than memory is set aside for: said once in the log
                }

                window = current = new(hour, window);
            }

            current.Add(refusal, asked, network, userAgent, at.UtcTicks);
        }
    }

    /// <summary>Takes what was counted since the last time: a window for each hour. What is counted from now on is in the next one.</summary>
    internal MeterWindow? Take()
    {
        lock (gate)
        {
            var taken = window;
            window = null;
            return taken;
        }
    }

    /// <summary>Whether a last use has to be written: it is another minute or network than what was last. Asked by the one thread that makes batches.</summary>
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

/// <summary>What a meter has counted in one hour since the last batch. Everything in it is bounded.</summary>
sealed class MeterWindow(long hour, MeterWindow? before)
{
    /// <summary>The most clients of one window; later ones are counted, but not told apart.</summary>
    const int MostClients = 16;

    /// <summary>So much of what a client calls itself is looked at, so that nobody's memory fills with it.</summary>
    const int MaxKeptAgent = 256;

    static readonly int Outcomes = Enum.GetValues<RefusalCode>().Length + 1;

    readonly long[] counts = new long[Outcomes];
    Client[] clients = new Client[1];
    int clientCount;

    public long Hour { get; } = hour;

    public MeterWindow? Before { get; } = before;

    /// <summary>The permissions that were asked for, as the ledger's bits.</summary>
    public ulong Permissions { get; private set; }

    /// <summary>The last time that anything was counted, in ticks.</summary>
    public long LastAt { get; private set; }

    /// <summary>The last time that the key was let through, in ticks; 0 for never.</summary>
    public long LastUsedAt { get; private set; }

    public CoarseNetwork LastUsedFrom { get; private set; }

    public ReadOnlySpan<Client> Clients => clients.AsSpan(0, clientCount);

    public void Add(RefusalCode? refusal, ulong permission, CoarseNetwork network, string? userAgent, long ticks)
    {
        counts[refusal is { } code ? (int)code + 1 : 0]++;
        Permissions |= permission;
        LastAt = Math.Max(LastAt, ticks);
        if (refusal is null && ticks >= LastUsedAt)
        {
            (LastUsedAt, LastUsedFrom) = (ticks, network);
        }

        for (var i = 0; i < clientCount; i++)
        {
            if (clients[i].Network == network && IsKept(clients[i].Agent, userAgent))
            {
                clients[i].LastAt = Math.Max(clients[i].LastAt, ticks);
                return;
            }
        }

        AddClient(network, userAgent, ticks);
    }

    /// <summary>How often each outcome came.</summary>
    public IEnumerable<(string Outcome, long Count)> Counted()
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
        if (clientCount == MostClients)
        {
            return;
        }

        if (clientCount == clients.Length)
        {
            Array.Resize(ref clients, Math.Min(MostClients, clients.Length * 4));
        }

        clients[clientCount++] = new() { Network = network, Agent = userAgent is { Length: > MaxKeptAgent } ? userAgent[..MaxKeptAgent] : userAgent, FirstAt = ticks, LastAt = ticks };
    }

    static bool IsKept(string? kept, string? userAgent) =>
        ReferenceEquals(kept, userAgent) || (kept is not null && userAgent is not null && userAgent.AsSpan(0, Math.Min(userAgent.Length, MaxKeptAgent)).SequenceEqual(kept));

    /// <summary>A client as it came.</summary>
    public struct Client
    {
        public CoarseNetwork Network;
        public string? Agent;
        public long FirstAt;
        public long LastAt;
    }
}
