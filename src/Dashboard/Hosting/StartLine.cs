using System.Net;
using Dashboard.Accounts;
using Dashboard.Core.DataProtection;
using Dashboard.Core.Setup;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Dashboard.Hosting;

/// <summary>Prints the URL of the dashboard at startup.</summary>
static partial class StartLine
{
    const string DefaultAddress = "http://localhost:5000";

    /// <summary>Prints the URL once the server is listening. Outside Development, also logs a single warning if data protection keys are
    /// stored unencrypted, in place of the framework's several.</summary>
    public static void PrintStartLine(this WebApplication app) => app.Lifetime.ApplicationStarted.Register(() =>
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses;
        var url = Shown(addresses?.FirstOrDefault() ?? DefaultAddress);
        // A registration cannot be awaited. Once setup is complete, the answer is already in memory.
        var open = app.Services.GetRequiredService<SetUpService>().IsOpenAsync(CancellationToken.None).GetAwaiter().GetResult();
        var code = app.Services.GetRequiredService<SetUpCode>();
        Console.WriteLine(open
            ? $"Latchkey is ready. Set it up at {url}/setup — from another machine with the code {code.Value}."
            : $"Latchkey is ready at {url}.");
        if (!app.Environment.IsDevelopment() && Protection.HasPlainKeys(app.Services))
        {
            LogPlainKeys(app.Logger, app.Services.GetService<ProtectionKeyWrap>() is null
                ? "Set DataProtection:WrapKey to 32 random bytes in base64"
                : "They are older than DataProtection:WrapKey. Delete them to create encrypted ones; this signs everyone out");
        }
    });

    /// <summary>Returns a URL that a browser on this machine can open. A server that listens on all addresses has no host name.</summary>
    internal static string Shown(string address)
    {
        var bound = BindingAddress.Parse(address);
        var isAny = bound.Host is "*" or "+"
            || (IPAddress.TryParse(bound.Host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));
        var host = isAny ? "localhost" : bound.Host;
        return $"{bound.Scheme}://{host}:{bound.Port}{bound.PathBase}";
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Data protection keys, which protect sign-ins, are stored unencrypted. {WhatToDo}.")]
    static partial void LogPlainKeys(ILogger logger, string whatToDo);
}
