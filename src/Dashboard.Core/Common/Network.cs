using System.Net;

namespace Dashboard.Core.Common;

/// <summary>Client addresses as texts.</summary>
public static class Network
{
    /// <summary>The network that failures are counted for: an IPv4 /24, an IPv6 /48, or <c>unknown</c>.</summary>
    /// <param name="address">The client address, or null.</param>
    public static string Of(IPAddress? address) => CoarseNetwork.Of(address).ToText() ?? "unknown";

    /// <summary>The address as rows and pages show it: IPv4 as IPv4, IPv6 without the name of a network card.</summary>
    /// <param name="address">The client address, or null.</param>
    public static string? ToText(IPAddress? address) => address switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        _ => new IPAddress(address.GetAddressBytes()).ToString(),
    };
}
