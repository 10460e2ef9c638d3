using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Dashboard.Core.Limits;

/// <summary>Limits how often a client may do what it should not have to do often. In memory of this process only: with several nodes each counts for itself.</summary>
/// <param name="perMinute">The most in any minute; 0 for no limit.</param>
/// <param name="time">The clock.</param>
public sealed class ClientLimits(int perMinute, TimeProvider time)
{
    /// <summary>The most clients that are told apart at a time, some 10 MB. What others do is not counted, so that a crowd locks nobody out.</summary>
    public const int MostClients = 50_000;

    readonly ConcurrentDictionary<(ulong Bits, AddressFamily Family), MinuteWindow> clients = new();
    readonly Lock sweeping = new();
    readonly long start = time.GetTimestamp(); // short spans are exact: a clock gives them as a double
    long sweptAt;

    /// <summary>Counts one for a client.</summary>
    /// <param name="client">The client's address; null where it is not known, which is never limited.</param>
    /// <returns>How long the client has to wait; null where it need not.</returns>
    public TimeSpan? Take(IPAddress? client) =>
        perMinute == 0 || client is null || Find(client, add: true) is not { } window || window.TryTake(perMinute, Now, out var wait) ? null : wait;

    /// <summary>Says how long a client has to wait, and counts nothing.</summary>
    /// <param name="client">The client's address, or null.</param>
    /// <returns>How long; null where it need not wait.</returns>
    public TimeSpan? Waits(IPAddress? client) =>
        perMinute == 0 || client is null || Find(client, add: false) is not { } window || window.Wait(perMinute, Now) is var wait && wait == TimeSpan.Zero ? null : wait;

    long Now => time.GetElapsedTime(start).Ticks;

    MinuteWindow? Find(IPAddress client, bool add)
    {
        var key = KeyOf(client);
        if (clients.TryGetValue(key, out var window) || !add)
        {
            return window;
        }

        if (clients.Count >= MostClients)
        {
            Sweep();
        }

        return clients.Count >= MostClients ? null : clients.GetOrAdd(key, _ => new());
    }

    /// <summary>Forgets the clients that nothing is counted of any more, at most once a second.</summary>
    void Sweep()
    {
        lock (sweeping)
        {
            var now = Now;
            if (now - sweptAt < TimeSpan.TicksPerSecond)
            {
                return;
            }

            sweptAt = now;
            foreach (var client in clients)
            {
                if (now - client.Value.AskedAt > 2 * TimeSpan.TicksPerMinute)
                {
                    clients.TryRemove(client);
                }
            }
        }
    }

    /// <summary>An IPv4 address, or the /64 that one IPv6 host has to itself.</summary>
    static (ulong Bits, AddressFamily Family) KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address switch
        {
            { AddressFamily: AddressFamily.InterNetwork } => (BinaryPrimitives.ReadUInt32BigEndian(bytes), AddressFamily.InterNetwork),
            { IsIPv4MappedToIPv6: true } => (BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), AddressFamily.InterNetwork),
            _ => (BinaryPrimitives.ReadUInt64BigEndian(bytes), AddressFamily.InterNetworkV6),
        };
    }
}
