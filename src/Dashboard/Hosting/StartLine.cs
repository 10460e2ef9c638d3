using System.Net;
using Dashboard.Core.Setup;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Dashboard.Hosting;

/// <summary>The one line that a start prints: where to go.</summary>
static class StartLine
{
    const string Usual = "http://localhost:5000";

    /// <summary>Prints the line. Call it once the server listens. While nobody has set the installation up, the line is a link with the set-up code in it.</summary>
    public static async Task PrintStartLineAsync(this WebApplication app, CancellationToken cancellationToken)
    {
        var url = app.Services.GetRequiredService<PublicUrl>().Configured
            ?? Shown(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? Usual);
        Console.WriteLine(await app.Services.GetRequiredService<SetUpService>().IsOpenAsync(cancellationToken)
            ? $"Latchkey is ready. Set it up at {url}/setup?code={await app.Services.GetRequiredService<SetUpCode>().GetAsync(cancellationToken)}"
            : $"Latchkey is ready at {url}.");
    }

    /// <summary>An address that a browser on this machine can open: a server that listens everywhere names no host.</summary>
    internal static string Shown(string address)
    {
        var bound = BindingAddress.Parse(address);
        var host = bound.Host is "*" or "+" || (IPAddress.TryParse(bound.Host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
            ? "localhost"
            : bound.Host;
        return $"{bound.Scheme}://{host}:{bound.Port}{bound.PathBase}";
    }
}
