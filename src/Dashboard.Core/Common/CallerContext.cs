using System.Net;

namespace Dashboard.Core.Common;

/// <summary>What is known about the request that presented a credential. Everything is optional. Only the address affects the result: a key
/// with an allow-list is refused if the address is unknown.</summary>
/// <param name="Address">The client address.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path as sent by the client. Anything after a <c>?</c> is discarded.</param>
/// <param name="UserAgent">The <c>User-Agent</c> header. Only the client family derived from it is stored.</param>
/// <param name="IsProxyAddress">Whether the address may be that of an intermediate proxy, which represents many clients. If so, no limit is
/// applied by address.</param>
/// <remarks>For forward authentication, these describe the original request, provided that the operator trusts the proxy.</remarks>
public sealed record CallerContext(
    IPAddress? Address = null, string? Method = null, string? Path = null, string? UserAgent = null, bool IsProxyAddress = false)
{
    /// <summary>The scheme of the original request, or null if it is not known reliably. That of a WebSocket is the one that it begins
    /// with.</summary>
    public string? Scheme
    {
        get;
        init => field = Urls.ToHttpScheme(value);
    }

    /// <summary>The host of the original request, with its port if the request has one, or null if it is not known reliably.</summary>
    public string? Host { get; init; }

    /// <summary>Creates a context of which only the client address is known. Null if the address is null.</summary>
    public static implicit operator CallerContext?(IPAddress? address) => address is null ? null : new(address);

    /// <summary>Omits path and client, which are untrusted input.</summary>
    public override string ToString() => $"request from {Network.ToText(Address) ?? "nowhere"}";
}
