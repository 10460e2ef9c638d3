using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Dashboard.Core.Limits;

/// <summary>Limits how often a client may fail. In the memory of this process: each node counts by itself.</summary>
/// <param name="perMinute">The maximum per minute; 0 for no limit.</param>
public sealed class ClientLimits(int perMinute, TimeProvider time)
{
    /// <summary>The maximum number of clients that are counted at a time, about 10 MB. Others share the window of their network, so that a
    /// crowd can switch no limit off.</summary>
    public const int MaxClients = 50_000;

    /// <summary>How often the limit of one subject all subjects of a client may fail together. Names cost nothing, so a client could
    /// otherwise fail without limit under another name each time, and fill the table with them.</summary>
    public const int SubjectsAtOnce = 10;

    /// <summary>The number of windows that networks share beyond <see cref="MaxClients"/>.</summary>
    const int CrowdWindows = 4096;

    readonly MinuteWindows<(ulong Bits, AddressFamily Family, int Subject, bool FromPage)> clients =
        new(MaxClients, exceedCapacity: false, time);
    readonly MinuteWindows<(ulong Bits, AddressFamily Family, int Subject, bool FromPage)> sums = new(
        MaxClients, exceedCapacity: false, time);
    readonly Lazy<MinuteWindow[]> crowd = new(() => [.. Enumerable.Range(0, CrowdWindows).Select(_ => new MinuteWindow())]);

    /// <summary>Counts one failure of a client.</summary>
    /// <param name="client">The client address. A client without a known address is never limited.</param>
    /// <param name="subject">Who the client says that it is, if that is counted by itself: others at its address are not to blame.</param>
    /// <param name="fromPage">Whether a browser sent the request for another site's page. These are counted by themselves, so that a page
    /// that somebody visits cannot use up what their own programs need.</param>
    /// <returns>How long the client must wait, or null if it need not.</returns>
    public TimeSpan? Take(IPAddress? client, string? subject = null, bool fromPage = false)
    {
        if (perMinute == 0 || client is null)
        {
            return null;
        }

        return subject is not null && sums.TryTake(KeyOf(client, null, fromPage), perMinute * (long)SubjectsAtOnce, out var sum)
            && sum is not null ? sum
            : clients.TryTake(KeyOf(client, subject, fromPage), perMinute, out var wait) ? wait
            : TakeInCrowd(client, fromPage);
    }

    /// <summary>Returns how long a client must wait, or null if it need not. Counts nothing. A client that is not counted by itself need
    /// not wait, because this is asked before it is known whether it is right.</summary>
    public TimeSpan? Waits(IPAddress? client) =>
        perMinute == 0 || client is null ? null : clients.Waits(KeyOf(client, null, false), perMinute);

    /// <summary>Counts a failure in the window that the client's network shares with some others. The seed of the hash is random, so nobody
    /// can choose whom to share it with.</summary>
    TimeSpan? TakeInCrowd(IPAddress client, bool fromPage)
    {
        var window = crowd.Value[(uint)HashCode.Combine(CoarseNetwork.Of(client), fromPage) % CrowdWindows];
        return window.TryTake(perMinute, clients.Now, out var wait) ? null : wait;
    }

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
