using System.Net;

namespace Dashboard.Core.Common;

/// <summary>Converts client addresses to text.</summary>
public static class Network
{
    /// <summary>Returns the network that failures are counted for: an IPv4 /24, an IPv6 /48, or <c>unknown</c>.</summary>
    public static string Of(IPAddress? address) => CoarseNetwork.Of(address).ToText() ?? "unknown";

    /// <summary>Returns the address as rows and pages show it: IPv4-mapped IPv6 as IPv4, and IPv6 without a zone id.</summary>
    public static string? ToText(IPAddress? address) => address switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        _ => new IPAddress(address.GetAddressBytes()).ToString(),
    };
}
