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

/// <summary>Whose word counts about where a request began: <c>Proxies:Trusted</c>. With none, nobody's.</summary>
static class TrustedProxies
{
    const string Key = "Proxies:Trusted";
    const int MappedPrefix = 96;

    /// <summary>Registers the proxies.</summary>
    /// <exception cref="SettingException">One is neither an address nor a network, or all are trusted by another setting.</exception>
    public static IServiceCollection AddTrustedProxies(this IServiceCollection services, IConfiguration configuration)
    {
        const string everybody = "ForwardedHeaders_Enabled";
        if (bool.TryParse(configuration[everybody], out var enabled) && enabled)
        {
            throw new SettingException(everybody, $"takes the word of every client about its own address; name your proxies in {Key} instead");
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

    /// <summary>From here on a request's host, scheme and client address are the original's. An <c>X-Forwarded-For</c> is read from the right as long as what
    /// stands there is trusted; an entry that is no address ends the reading.</summary>
    public static IApplicationBuilder UseTrustedProxies(this IApplicationBuilder app)
    {
        var proxies = app.ApplicationServices.GetRequiredService<Proxies>();
        return proxies.Networks.Count == 0 ? app : app.Use((http, next) =>
        {
            if (proxies.Contains(http.Connection.RemoteIpAddress))
            {
                http.Features.Set(SentByProxy.It); // from here on the connection's address is the client's
            }

            return next(http);
        }).UseForwardedHeaders();
    }

    /// <summary>Whether one of the proxies sent a request itself, whatever client it names: what else it says of the original request counts as well.</summary>
    public static bool IsSentByProxy(this HttpContext http) => http.Features.Get<SentByProxy>() is not null;

    /// <summary>Reads the setting: a list, or one text with commas.</summary>
    /// <exception cref="SettingException">An entry is neither an address nor a network.</exception>
    public static IReadOnlyList<IPNetwork> Read(IConfiguration configuration) => [.. SettingsBinder.Read<ProxyOptions>(configuration).Trusted.Select(Parse)];

    static IPNetwork Parse(string text)
    {
        if (IPAddress.TryParse(text, out var address) && text.AsSpan().IndexOfAny('.', ':') >= 0)
        {
            var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            return new(plain, 8 * plain.GetAddressBytes().Length);
        }

        // Bits beyond the prefix are a slip of the pen that could trust more than was meant.
        if (!IPNetwork.TryParse(text, out var network) || !network.BaseAddress.Equals(IPAddress.Parse(text.AsSpan(0, text.IndexOf('/', StringComparison.Ordinal)))))
        {
            throw new SettingException(Key, $"lists \"{text}\", which is neither an address nor a network such as 10.0.0.0/8");
        }

        return network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= MappedPrefix
            ? new(network.BaseAddress.MapToIPv4(), network.PrefixLength - MappedPrefix)
            : network;
    }

    /// <summary>The proxies.</summary>
    public sealed record Proxies(IReadOnlyList<IPNetwork> Networks)
    {
        /// <summary>Whether an address is a proxy's own, which speaks for many clients.</summary>
        public bool Contains(IPAddress? address) =>
            address is not null && Networks.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
    }

    sealed class SentByProxy
    {
        public static readonly SentByProxy It = new();
    }
}
