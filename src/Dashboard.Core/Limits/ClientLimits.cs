using System.Buffers.Binary;
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

    readonly MinuteWindows<(ulong Bits, AddressFamily Family)> clients = new(MostClients, beyond: false, time);

    /// <summary>Counts one for a client.</summary>
    /// <param name="client">The client's address; null where it is not known, which is never limited.</param>
    /// <returns>How long the client has to wait; null where it need not.</returns>
    public TimeSpan? Take(IPAddress? client) => perMinute == 0 || client is null ? null : clients.Take(KeyOf(client), perMinute);

    /// <summary>Says how long a client has to wait, and counts nothing.</summary>
    /// <param name="client">The client's address, or null.</param>
    /// <returns>How long; null where it need not wait.</returns>
    public TimeSpan? Waits(IPAddress? client) => perMinute == 0 || client is null ? null : clients.Waits(KeyOf(client), perMinute);

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
