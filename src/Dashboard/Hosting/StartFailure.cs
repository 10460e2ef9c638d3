using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Dashboard.Hosting;

/// <summary>A reason not to start that the operator can act on. The message is one sentence.</summary>
sealed class StartException(string message) : Exception(message);

/// <summary>Reports what stops a start in one sentence. A stack trace tells an operator nothing that they can act on.</summary>
static class StartFailure
{
    const string Host = "Microsoft.Extensions.Hosting.Internal.Host";

    /// <summary>The sentence for the operator, or null for a fault of ours, whose stack trace is needed.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        SettingException or StartException => exception.Message,
        IOException { InnerException: AddressInUseException } => Because(exception.Message),
        IOException { InnerException: AggregateException { InnerExceptions: var all } } when all.All(IsRefusedAddress) => Because($"{exception.Message.TrimEnd('.')}: {all[0].Message}"),
        _ when IsRefusedAddress(exception) => Because($"Failed to bind to an address: {exception.Message}"),
        _ => null,
    };

    /// <summary>Keeps the host from logging, with its stack trace, the exception that <c>Program</c> reports. Once the host runs, it logs as usual.</summary>
    public static void AddStartFailures(this WebApplicationBuilder builder)
    {
        var started = new Started();
        builder.Services.AddSingleton(started);
        builder.Logging.AddFilter(Host, level => level >= LogLevel.Warning && (level < LogLevel.Error || started.Value));
    }

    /// <summary>From the start on, what the host has to say is logged.</summary>
    public static void UseStartFailures(this WebApplication app)
    {
        var started = app.Services.GetRequiredService<Started>();
        app.Lifetime.ApplicationStarted.Register(() => started.Value = true);
    }

    /// <summary>Starts the server. What runs beside it has begun by then: where the server cannot listen, that is ended as at any other end.</summary>
    public static async Task StartOrStopAsync(this WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.StopAsync();
            throw;
        }
    }

    static bool IsRefusedAddress(Exception exception) => exception is AddressInUseException
        or SocketException { SocketErrorCode: SocketError.AccessDenied or SocketError.AddressNotAvailable or SocketError.AddressAlreadyInUse };

    static string Because(string message) => $"{message.TrimEnd('.')}; free the address, or choose another with --urls.";

    sealed class Started
    {
        public volatile bool Value;
    }
}
