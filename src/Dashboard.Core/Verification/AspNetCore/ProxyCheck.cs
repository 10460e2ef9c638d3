using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace Dashboard.Core.Verification.AspNetCore;

/// <summary>Checks that an API with trusted proxies applies their headers. Without that, every client has the address of the
/// proxy, and IP allow-lists and limits by client mean the proxy.</summary>
sealed partial class ProxyCheck(
    IConfiguration configuration, IOptions<ForwardedHeadersOptions> options, ILogger<ProxyCheck> logger) : IStartupFilter
{
    const string Setting = "Proxies:Trusted";
    const string Forwarded = "X-Forwarded-For";

    /// <summary>What <c>UseForwardedHeaders()</c> notes in the application's properties.</summary>
    const string Applied = "ForwardedHeadersAdded";

    bool hasReported;

    /// <summary>Runs the check when the whole pipeline is known.</summary>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        if (FirstFault(app.Properties.ContainsKey(Applied)) is { } fault)
        {
            throw new SettingException(Setting, fault);
        }
    };

    /// <summary>Reports the first request with forwarded headers that nothing applied.</summary>
    public void Notice(HttpContext http)
    {
        // The middleware removes what it applies, and keeps the original beside it.
        if (!hasReported && http.Request.Headers.ContainsKey(Forwarded)
            && !http.Request.Headers.ContainsKey(options.Value.OriginalForHeaderName))
        {
            hasReported = true;
            LogNotApplied(http.Connection.RemoteIpAddress);
        }
    }

    string? FirstFault(bool isApplied)
    {
        var trusted = Trusted().ToList();
        return trusted.Count == 0 ? null
            : !isApplied
                ? "lists proxies whose headers this API does not apply; call app.UseForwardedHeaders() before app.UseAuthentication()"
            : !options.Value.ForwardedHeaders.HasFlag(ForwardedHeaders.XForwardedFor)
                ? "lists proxies, but ForwardedHeadersOptions.ForwardedHeaders of this API lacks XForwardedFor"
            : trusted.Find(entry => !Knows(entry)) is { } missing
                ? $"lists {missing}, which ForwardedHeadersOptions of this API does not know"
            : null;
    }

    /// <summary>Reads the setting: a list, or a single comma-separated value.</summary>
    IEnumerable<string> Trusted()
    {
        var section = configuration.GetSection(Setting);
        return (section.Value?.Split(',') ?? section.GetChildren().Select(child => child.Value ?? ""))
            .Select(entry => entry.Trim()).Where(entry => entry.Length > 0);
    }

    bool Knows(string entry) =>
        IPAddress.TryParse(entry, out var address)
            ? options.Value.KnownProxies.Contains(address) || options.Value.KnownIPNetworks.Any(network => network.Contains(address))
            : IPNetwork.TryParse(entry, out var trusted)
                && options.Value.KnownIPNetworks.Any(network => network.PrefixLength <= trusted.PrefixLength
                    && network.Contains(trusted.BaseAddress));

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A request from {Peer} has an X-Forwarded-For header that this API does not apply. If that is a proxy, add it to "
            + "ForwardedHeadersOptions and call UseForwardedHeaders(). This is reported once.")]
    partial void LogNotApplied(IPAddress? peer);
}
