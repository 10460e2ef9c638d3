using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Dashboard.Core.Common;

/// <summary>The network of an address, coarse enough to be stored: an IPv4 /24 or an IPv6 /48. A number, so that creating and comparing it
/// does not allocate.</summary>
/// <param name="Bits">The bits of the network and a marker of the address family; 0 for no address.</param>
public readonly record struct CoarseNetwork(ulong Bits)
{
    const ulong FourMark = 4UL << 56;
    const ulong SixMark = 6UL << 56;

    /// <summary>Returns the network of an address. An IPv4-mapped IPv6 address counts as IPv4; null results in the default value.</summary>
    public static CoarseNetwork Of(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.TryWriteBytes(bytes, out _))
        {
            return default;
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return new(FourMark | (BinaryPrimitives.ReadUInt32BigEndian(bytes) & 0xFFFFFF00));
        }

        return address.IsIPv4MappedToIPv6
            ? new(FourMark | (BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) & 0xFFFFFF00))
            : new(SixMark | (BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16));
    }

    /// <summary>Returns the network in CIDR notation, or null if there is none.</summary>
    public string? ToText()
    {
        Span<byte> bytes = stackalloc byte[16];
        switch (Bits >> 56)
        {
            case 4:
                BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Bits);
                return $"{new IPAddress(bytes[..4])}/24";
            case 6:
                BinaryPrimitives.WriteUInt64BigEndian(bytes, Bits << 16);
                return $"{new IPAddress(bytes)}/48";
            default:
                return null;
        }
    }
}
