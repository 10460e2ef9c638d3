using System.Net;
using Dashboard.Core.Setup;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Dashboard.Hosting;

/// <summary>Prints the URL of the dashboard at startup.</summary>
static class StartLine
{
    const string DefaultAddress = "http://localhost:5000";

    /// <summary>Prints the line once the server is listening. Until setup is complete, it is a link that contains the setup code.</summary>
    public static async Task PrintStartLineAsync(this WebApplication app, CancellationToken cancellationToken)
    {
        var url = UrlOf(
            app.Services.GetRequiredService<PublicUrl>(),
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault());
        Console.WriteLine(await app.Services.GetRequiredService<SetUpService>().IsOpenAsync(cancellationToken)
            ? $"Latchkey is ready. Set it up at {url}/setup?code={await app.Services.GetRequiredService<SetUpCode>().GetAsync(cancellationToken)}"
            : $"Latchkey is ready at {url}.");
    }

    /// <summary>Returns the URL that people are sent to.</summary>
    /// <param name="address">What the server listens on, or null for its default.</param>
    internal static string UrlOf(PublicUrl publicUrl, string? address) =>
        publicUrl.Configured ?? Shown(string.IsNullOrEmpty(address) ? DefaultAddress : address);

    /// <summary>Returns a URL that a browser on this machine can open. A server that listens on all addresses has no host name.</summary>
    internal static string Shown(string address)
    {
        var bound = BindingAddress.Parse(address);
        var isAny = bound.Host is "*" or "+"
            || (IPAddress.TryParse(bound.Host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));
        var host = isAny ? "localhost" : bound.Host;
        return $"{bound.Scheme}://{host}:{bound.Port}{bound.PathBase}";
    }
}
