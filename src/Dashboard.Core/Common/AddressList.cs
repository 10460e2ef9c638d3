using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Dashboard.Core.Common;

/// <summary>The IP allow-list of a key. IPv4 and IPv6 are separate, as in CIDR (RFC 4632, RFC 4291). An IPv4-mapped IPv6 address
/// (<c>::ffff:10.0.0.1</c>) counts as IPv4, both on the list and as a client address.</summary>
public sealed class AddressList
{
    /// <summary>The maximum number of networks on a list.</summary>
    public const int MaxNetworks = 50;

    /// <summary>The maximum length of a stored list, with networks separated by spaces.</summary>
    public const int MaxTextLength = (MaxNetworks * (MaxNetworkLength + 1)) - 1;

    const int MaxNetworkLength = 43; // eight groups of four, seven colons, a slash and three digits
    const int MappedPrefix = 96;

    readonly IPNetwork[] networks;

    AddressList(IPNetwork[] networks) => this.networks = networks;

    /// <summary>The networks in CIDR notation.</summary>
    public IReadOnlyList<string> Networks => [.. networks.Select(network => network.ToString())];

    /// <summary>Returns whether the list contains a client address. Returns false if the address is null, that is, unknown.</summary>
    public bool Contains(IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns whether this list contains every address of another.</summary>
    public bool Covers(AddressList other) => Array.TrueForAll(other.networks, Covers);

    /// <summary>Returns the networks separated by spaces, as they are stored.</summary>
    public override string ToString() => string.Join(' ', Networks);

    /// <summary>Parses a stored list. Text that <see cref="ToString"/> cannot have written results in a list that contains no
    /// address.</summary>
    /// <param name="text">The stored text; null for a key without a list.</param>
    public static AddressList? FromStored(string? text) =>
        text is null ? null : TryParse(text.Split(' '), out var list, out _) ? list : new([]);

    /// <summary>Parses a list of IPv4 and IPv6 addresses and networks.</summary>
    /// <param name="fault">What is wrong and how to fix it, if the list is not valid.</param>
    public static bool TryParse(
        IReadOnlyList<string> texts, [NotNullWhen(true)] out AddressList? list, [NotNullWhen(false)] out string? fault)
    {
        list = null;
        if (texts.Count is 0 or > MaxNetworks)
        {
            fault = $"Enter 1 to {MaxNetworks} addresses or networks, or omit the list to allow every address.";
            return false;
        }

        var read = new List<IPNetwork>(texts.Count);
        foreach (var text in texts)
        {
            if (Read(text, out fault) is not { } network)
            {
                fault ??= $"\"{Shortened(text)}\" is not an address or network. Use a format like 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32.";
                return false;
            }

            read.Add(network);
        }

        fault = read.Distinct().Count() == read.Count ? null : "Enter each address or network only once.";
        list = fault is null ? new([.. read]) : null;
        return fault is null;
    }

    /// <summary>Parses an address strictly: text that programs interpret differently (<c>010.0.0.1</c>, <c>10.1</c>, <c>fe80::1%eth0</c>)
    /// is rejected.</summary>
    /// <returns>The address, with IPv4-mapped IPv6 as IPv4, or null.</returns>
    public static IPAddress? ParseAddress(string? text)
    {
        if (text is null || text.Length > MaxNetworkLength + 2 || text.Any(c => !char.IsAsciiHexDigit(c) && c is not ('.' or ':')))
        {
            return null;
        }

        var colon = text.LastIndexOf(':');
        var dotted = text[(colon + 1)..];
        if ((colon < 0 || dotted.Contains('.', StringComparison.Ordinal)) && !IsDotted(dotted))
        {
            return null;
        }

        return !IPAddress.TryParse(text, out var address) ? null : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>Parses the address of a client as servers name it: an address, or an address with a port (RFC 3986 section 3.2.2 writes
    /// IPv6 in brackets then).</summary>
    /// <returns>The address, with IPv4-mapped IPv6 as IPv4, or null.</returns>
    public static IPAddress? ParseClient(string? text)
    {
        if (ParseAddress(text) is { } plain)
        {
            return plain;
        }

        var end = text is null ? 0 : text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1
            : text.IndexOf(':', StringComparison.Ordinal);
        if (end <= 0)
        {
            return null;
        }

        var (host, port) = (text![..end], text[end..]);
        return port.Length > 0
            && (port[0] != ':' || !ushort.TryParse(port.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out _)) ? null
            : host is not ['[', .., ']'] ? ParseAddress(host)
            : host.Contains(':', StringComparison.Ordinal) ? ParseAddress(host[1..^1]) : null;
    }

    /// <summary>A network lies within one of the list, or each half of it within the list. It is halved only while the list has a network
    /// within it, so at most as often as the list has bits.</summary>
    bool Covers(IPNetwork network) =>
        Array.Exists(networks, mine => mine.PrefixLength <= network.PrefixLength && mine.Contains(network.BaseAddress))
        || (Array.Exists(networks, mine => mine.PrefixLength > network.PrefixLength && network.Contains(mine.BaseAddress))
            && Covers(new IPNetwork(network.BaseAddress, network.PrefixLength + 1))
            && Covers(new IPNetwork(UpperHalf(network), network.PrefixLength + 1)));

    static IPAddress UpperHalf(IPNetwork network)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[network.PrefixLength / 8] |= (byte)(0x80 >> (network.PrefixLength % 8));
        return new(bytes);
    }

    static IPNetwork? Read(string text, out string? fault)
    {
        fault = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (ParseAddress(slash < 0 ? text : text[..slash]) is not { } address)
        {
            return null;
        }

        var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        if (slash < 0)
        {
            return new(address, bits);
        }

        var mapped = bits == 32 && text.Contains(':', StringComparison.Ordinal);
        if (ReadNumber(text.AsSpan(slash + 1), 128) is not { } length)
        {
            return null;
        }

        length -= mapped ? MappedPrefix : 0;
        if (length < 0 || length > bits)
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bits; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        var network = new IPNetwork(new(bytes), length);
        fault = network.BaseAddress.Equals(address) ? null
            : $"\"{text}\" has address bits beyond its /{text[(slash + 1)..]}. Use {network}, or the single address without the slash.";
        return fault is null ? network : null;
    }

    static bool IsDotted(string text) => text.Split('.') is { Length: 4 } parts && parts.All(part => ReadNumber(part, 255) is not null);

    /// <summary>Parses a decimal number without a sign or leading zeros.</summary>
    static int? ReadNumber(ReadOnlySpan<char> text, int max) =>
        text.Length is > 0 and <= 3 && (text.Length == 1 || text[0] != '0')
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max ? number : null;

    static string Shortened(string text) =>
        text.Length <= MaxNetworkLength ? text : $"{text[..(char.IsHighSurrogate(text[11]) ? 11 : 12)]}…";
}
