using System.Net;
using System.Net.Sockets;

namespace Dashboard.Core.Common;

/// <summary>Says which addresses are on the public internet. Whatever a stranger names is fetched from there alone: another address would
/// be asked in the name of this machine's network.</summary>
public static class PublicAddresses
{
    /// <summary>The IPv4 networks that are not (RFC 6890 and the registry that it began).</summary>
    static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
                "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>All of IPv6 that is assigned to the internet.</summary>
    static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    /// <summary>What is not, of it: protocols (among them Teredo), documentation, and tunnels that hold an IPv4 address (6to4).</summary>
    static readonly IPNetwork[] SpecialOfGlobal =
        [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    /// <summary>Returns whether an address is on the public internet.</summary>
    public static bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily == AddressFamily.InterNetwork
            ? !Array.Exists(Special, network => network.Contains(plain))
            : Global.Contains(plain) && !Array.Exists(SpecialOfGlobal, network => network.Contains(plain));
    }
}
