using System.Net;
using Dashboard.Accounts;
using Dashboard.Core.DataProtection;
using Dashboard.Core.Setup;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Dashboard.Hosting;

/// <summary>The one line that a start prints: where to go.</summary>
static partial class StartLine
{
    const string Usual = "http://localhost:5000";

    /// <summary>Prints the line as soon as the server listens. Where keys of data protection lie unencrypted, the log says so in a line of its own, once and
    /// in place of the framework's several; but not in Development, where who tries the product is to see one line and not a lesson.</summary>
    public static void PrintStartLine(this WebApplication app) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var url = Shown(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? Usual);
        // A registration cannot be awaited, and it has one question to ask, whose answer is in memory by now once the set-up is closed.
        var open = app.Services.GetRequiredService<SetUpService>().IsOpenAsync(CancellationToken.None).GetAwaiter().GetResult();
        Console.WriteLine(open
            ? $"Latchkey is ready. Set it up at {url}/setup — from another machine with the code {app.Services.GetRequiredService<SetUpCode>().Value}."
            : $"Latchkey is ready at {url}.");
        if (!app.Environment.IsDevelopment() && Protection.HasPlainKeys(app.Services))
        {
            LogPlainKeys(app.Logger, app.Services.GetService<ProtectionKeyWrap>() is null
                ? "Set DataProtection:WrapKey to 32 random bytes in base64"
                : "They are older than DataProtection:WrapKey: delete them to sign everybody out and begin with encrypted ones");
        }
    });

    /// <summary>An address that a browser on this machine can open: a server that listens everywhere names no host.</summary>
    internal static string Shown(string address)
    {
        var bound = BindingAddress.Parse(address);
        var host = bound.Host is "*" or "+" || (IPAddress.TryParse(bound.Host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
            ? "localhost"
            : bound.Host;
        return $"{bound.Scheme}://{host}:{bound.Port}{bound.PathBase}";
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Keys that protect sign-ins are stored unencrypted. {WhatToDo}.")]
    static partial void LogPlainKeys(ILogger logger, string whatToDo);
}
