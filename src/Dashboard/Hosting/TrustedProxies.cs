using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Dashboard.Hosting;

/// <summary>The settings under <c>Proxies</c>.</summary>
[SettingsSection("Proxies")]
sealed class ProxyOptions
{
    /// <summary>Addresses and networks (CIDR) whose <c>X-Forwarded-*</c> headers count.</summary>
    public IReadOnlyList<string> Trusted { get; init; } = [];
}

/// <summary>The proxies whose <c>X-Forwarded-*</c> headers are trusted: <c>Proxies:Trusted</c>. Defaults to none.</summary>
static partial class TrustedProxies
{
    /// <summary>The header of <c>/healthz/live</c> that says that the request had forwarded headers and that its peer is not
    /// trusted.</summary>
    public const string IgnoredHeader = "X-Latchkey-Forwarded";

    const string Key = "Proxies:Trusted";
    const int MappedPrefix = 96;

    /// <summary>How many peers are named in the log. Anybody can send such headers.</summary>
    const int MaxNamed = 16;

    static readonly string[] Forwarded = [ForwardedHeadersDefaults.XForwardedForHeaderName,
        ForwardedHeadersDefaults.XForwardedProtoHeaderName, ForwardedHeadersDefaults.XForwardedHostHeaderName];

    /// <summary>Registers the proxies.</summary>
    /// <exception cref="SettingException">An entry is neither an IP address nor a network, or another setting trusts all
    /// proxies.</exception>
    public static IServiceCollection AddTrustedProxies(this IServiceCollection services, IConfiguration configuration)
    {
        const string trustAll = "ForwardedHeaders_Enabled";
        if (bool.TryParse(configuration[trustAll], out var enabled) && enabled)
        {
            throw new SettingException(trustAll, $"lets every client choose its own address; list your proxies in {Key} instead");
        }

        var proxies = new Proxies(Read(configuration));
        services.AddSingleton(proxies);
        return services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            options.ForwardLimit = null;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in proxies.Networks)
            {
                options.KnownIPNetworks.Add(network);
            }
        });
    }

    /// <summary>Sets the host, scheme and client address of a request to those of the original request. <c>X-Forwarded-For</c> is read from
    /// the right as long as the entries are trusted, up to the first entry that is not an IP address.</summary>
    public static IApplicationBuilder UseTrustedProxies(this IApplicationBuilder app)
    {
        var proxies = app.ApplicationServices.GetRequiredService<Proxies>();
        var (named, logger) = (new ConcurrentDictionary<IPAddress, bool>(), app.ApplicationServices.GetRequiredService<ILoggerFactory>()
            .CreateLogger(typeof(TrustedProxies)));
        app.Use((http, next) =>
        {
            if (proxies.Contains(http.Connection.RemoteIpAddress))
            {
                http.Features.Set(SentByProxy.Instance); // the connection's address becomes the client's
            }
            else if (IsForwarded(http.Request.Headers))
            {
                WarnOnce(http.Connection.RemoteIpAddress, named, logger);
            }

            return next(http);
        });
        return proxies.Networks.Count == 0 ? app : app.UseForwardedHeaders().Use((http, next) =>
        {
            http.Request.Scheme = Urls.ToHttpScheme(http.Request.Scheme)!;
            return next(http);
        });
    }

    /// <summary>Returns whether a peer that is not trusted sent headers about the original request, which are ignored.</summary>
    public static bool IgnoresForwarding(this HttpContext http) => !http.IsSentByProxy() && IsForwarded(http.Request.Headers);

    static bool IsForwarded(IHeaderDictionary headers)
    {
        foreach (var name in Forwarded)
        {
            if (headers.ContainsKey(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Names a peer that looks like a proxy. Clients on the internet, which may send such headers too, are none.</summary>
    static void WarnOnce(IPAddress? peer, ConcurrentDictionary<IPAddress, bool> named, ILogger logger)
    {
        if (peer is not null && named.Count < MaxNamed && !named.ContainsKey(peer) && !PublicAddresses.Contains(peer)
            && named.TryAdd(peer, true))
        {
            LogIgnored(logger, peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message =
            "{Peer} sends X-Forwarded-* headers and is not in Proxies:Trusted, so they are ignored. If it is your proxy, add it there.")]
    static partial void LogIgnored(ILogger logger, IPAddress peer);

    /// <summary>Returns whether a trusted proxy sent the request, so that its other headers about the original request are trusted
    /// too.</summary>
    public static bool IsSentByProxy(this HttpContext http) => http.Features.Get<SentByProxy>() is not null;

    /// <summary>Reads the setting: a list, or a single comma-separated value.</summary>
    /// <exception cref="SettingException">An entry is neither an IP address nor a network.</exception>
    public static IReadOnlyList<IPNetwork> Read(IConfiguration configuration) =>
        [.. SettingsBinder.Read<ProxyOptions>(configuration).Trusted.Select(Parse)];

    static IPNetwork Parse(string text)
    {
        if (IPAddress.TryParse(text, out var address) && text.AsSpan().IndexOfAny('.', ':') >= 0)
        {
            var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            return new(plain, 8 * plain.GetAddressBytes().Length);
        }

        // Bits beyond the prefix are likely a mistake that could trust more than intended.
        if (!IPNetwork.TryParse(text, out var network)
            || !network.BaseAddress.Equals(IPAddress.Parse(text.AsSpan(0, text.IndexOf('/', StringComparison.Ordinal)))))
        {
            throw new SettingException(Key, $"lists \"{text}\", which is neither an IP address nor a network such as 10.0.0.0/8");
        }

        return network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedPrefix
            ? new(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedPrefix)
            : network;
    }

    public sealed record Proxies(IReadOnlyList<IPNetwork> Networks)
    {
        /// <summary>Returns whether an address belongs to a proxy, and so stands for many clients.</summary>
        public bool Contains(IPAddress? address) =>
            address is not null && Networks.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
    }

    sealed class SentByProxy
    {
        public static readonly SentByProxy Instance = new();
    }
}
