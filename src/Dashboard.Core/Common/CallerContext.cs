using System.Net;

namespace Dashboard.Core.Common;

/// <summary>What is known of the request that presented a credential. All of it is optional. The address decides whether a key with an allow-list may be used: without
/// one it may not. Nothing else of it decides anything.</summary>
/// <param name="Address">The client address.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, as the client sent it; what follows a <c>?</c> is never kept.</param>
/// <param name="UserAgent">What the client calls itself; only the family that it belongs to is kept.</param>
/// <remarks>Of a request that a proxy asks about, they are the original request's, where the proxy is one of those that the operator trusts.</remarks>
/// <param name="IsProxyAddress">Whether the address may be only that of a proxy between, which speaks for many clients: then nothing is limited by it.</param>
public sealed record CallerContext(IPAddress? Address = null, string? Method = null, string? Path = null, string? UserAgent = null, bool IsProxyAddress = false)
{
    /// <summary>The scheme of the original request; null where it is not known for certain.</summary>
    public string? Scheme { get; init; }

    /// <summary>The host of the original request, with its port where it names one; null where it is not known for certain.</summary>
    public string? Host { get; init; }

    /// <summary>A request of which only the client address is known, or nothing.</summary>
    public static implicit operator CallerContext?(IPAddress? address) => address is null ? null : new(address);

    /// <summary>Prints neither path nor client: they are what somebody else wrote.</summary>
    public override string ToString() => $"request from {Network.ToText(Address) ?? "nowhere"}";
}
