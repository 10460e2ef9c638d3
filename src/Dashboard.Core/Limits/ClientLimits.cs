using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Dashboard.Core.Limits;

/// <summary>Limits how often a client may fail. In the memory of this process: each node counts by itself.</summary>
/// <param name="perMinute">The maximum per minute; 0 for no limit.</param>
public sealed class ClientLimits(int perMinute, TimeProvider time)
{
    /// <summary>The maximum number of clients that are counted at a time, about 10 MB. Other clients are not limited, so that a crowd locks
    /// nobody out.</summary>
    public const int MaxClients = 50_000;

    readonly MinuteWindows<(ulong Bits, AddressFamily Family, int Subject, bool FromPage)> clients = new(MaxClients, exceedCapacity: false, time);

    /// <summary>Counts one failure of a client.</summary>
    /// <param name="client">The client address. A client without a known address is never limited.</param>
    /// <param name="subject">Who the client says that it is, if that is counted by itself: others at its address are not to blame.</param>
    /// <param name="fromPage">Whether a browser sent the request for another site's page. These are counted by themselves, so that a page that
    /// somebody visits cannot use up what their own programs need.</param>
    /// <returns>How long the client must wait, or null if it need not.</returns>
    public TimeSpan? Take(IPAddress? client, string? subject = null, bool fromPage = false) => perMinute == 0 || client is null ? null
        : clients.Take(KeyOf(client, subject, fromPage), perMinute);

    /// <summary>Returns how long a client must wait, or null if it need not. Counts nothing.</summary>
    public TimeSpan? Waits(IPAddress? client) => perMinute == 0 || client is null ? null : clients.Waits(KeyOf(client, null, false), perMinute);

    static (ulong Bits, AddressFamily Family, int Subject, bool FromPage) KeyOf(IPAddress client, string? subject, bool fromPage)
    {
        var (bits, family) = KeyOf(client);
        return (bits, family, subject is null ? 0 : string.GetHashCode(subject, StringComparison.Ordinal), fromPage);
    }

    /// <summary>The key of a client: an IPv4 address, or the /64 prefix that one IPv6 host controls.</summary>
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
