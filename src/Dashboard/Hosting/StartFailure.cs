using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Dashboard.Hosting;

/// <summary>A reason not to start that the operator can fix. The message is one sentence.</summary>
sealed class StartException(string message) : Exception(message);

/// <summary>Reports what prevents the start in one sentence, without a stack trace.</summary>
static class StartFailure
{
    const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    /// <summary>Returns the sentence for the operator, or null for a bug, which needs its stack trace.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        SettingException or StartException => exception.Message,
        IOException { InnerException: AddressInUseException } => WithAdvice(exception.Message),
        IOException { InnerException: AggregateException { InnerExceptions: var all } } when all.All(IsRefusedAddress) =>
            WithAdvice($"{exception.Message.TrimEnd('.')}: {all[0].Message}"),
        _ when IsRefusedAddress(exception) => WithAdvice($"Failed to bind to an address: {exception.Message}"),
        _ => null,
    };

    /// <summary>Keeps the host from logging the exception that <c>Program</c> reports. After the start, the host logs as usual.</summary>
    public static void AddStartFailures(this WebApplicationBuilder builder)
    {
        var state = new StartState();
        builder.Services.AddSingleton(state);
        builder.Logging.AddFilter(HostCategory, level => level >= LogLevel.Warning && (level < LogLevel.Error || state.HasStarted));
    }

    /// <summary>Starts the server. If it cannot listen, the background services, which are already running, are stopped.</summary>
    public static async Task StartOrStopAsync(this WebApplication app)
    {
        var state = app.Services.GetRequiredService<StartState>();
        app.Lifetime.ApplicationStarted.Register(() => state.HasStarted = true);
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

    static string WithAdvice(string message) => $"{message.TrimEnd('.')}; free the address, or choose another with --urls.";

    sealed class StartState
    {
        public volatile bool HasStarted;
    }
}
