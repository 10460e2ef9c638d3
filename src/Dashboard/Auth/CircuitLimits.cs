using System.Reflection;
using System.Security.Claims;
using Dashboard.Api;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.SignalR;

namespace Dashboard.Auth;

/// <summary>Bounds the circuits of each session and person by <see cref="CircuitLedger"/>. A page that gets no circuit can still be read,
/// and ui.js says why it does nothing.</summary>
static class CircuitLimits
{
    static readonly Error TooMany = new(
        ErrorCode.RateLimited, "Too many pages are open. Close some of them, then reload this one.", RetryAfter: TimeSpan.FromSeconds(15));

    /// <summary>Registers the limits.</summary>
    /// <exception cref="SettingException">A setting is invalid.</exception>
    public static IServiceCollection AddCircuitLimits(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(SettingsBinder.Read<CircuitLimitOptions>(configuration));
        services.AddSingleton<CircuitTermination>();
        services.AddSingleton(provider => new CircuitLedger(
            provider.GetRequiredService<CircuitLimitOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            circuit => provider.GetRequiredService<CircuitTermination>().End((Circuit)circuit)));
        services.AddSingleton<ConnectionFilter>();
        services.AddScoped<CircuitHandler, CircuitCount>();
        // The framework's own limit knows no people: one of them could end the circuits of all others.
        return services.Configure<CircuitOptions>(circuits => circuits.DisconnectedCircuitMaxRetained = 2 * CircuitLedger.MaxDisconnected);
    }

    /// <summary>Counts the connections of circuits, and takes the acknowledgements of what they render in turn.</summary>
    public static void AddCircuitFilters(this HubOptions hub)
    {
        hub.AddFilter<ConnectionFilter>();
        hub.AddFilter(new RenderAcknowledgements());
    }

    /// <summary>Refuses the connection of a page that is one too many, before it is opened. It must follow <see
    /// cref="SameOrigin.UseSameOrigin"/>, which refuses requests without a session.</summary>
    public static IApplicationBuilder UseCircuitLimits(this IApplicationBuilder app)
    {
        var ledger = app.ApplicationServices.GetRequiredService<CircuitLedger>();
        return app.Use((http, next) =>
            HttpMethods.IsPost(http.Request.Method)
            && http.Request.Path.StartsWithSegments("/_blazor/negotiate", StringComparison.OrdinalIgnoreCase)
            && Holder(http.User) is var (session, person) && !ledger.TryNegotiate(session, person)
                ? Problems.WriteAsync(http, TooMany)
                : next(http));
    }

    /// <summary>Returns the session and the person that a circuit or its connection belongs to, or null without a session.</summary>
    static (string Session, string Person)? Holder(ClaimsPrincipal? user) =>
        user?.FindFirstValue(CurrentActor.SessionClaim) is { } session && user.FindFirstValue(ClaimTypes.NameIdentifier) is { } person
            ? (session, person)
            : null;

    sealed class ConnectionFilter(CircuitLedger ledger) : IHubFilter
    {
        public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
        {
            if (Holder(context.Context.User) is not var (session, person) || !ledger.Connect(session, person))
            {
                context.Context.Abort();
                return;
            }

            await next(context);
        }

        public async Task OnDisconnectedAsync(
            HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
        {
            try
            {
                await next(context, exception);
            }
            finally
            {
                if (Holder(context.Context.User) is var (session, person))
                {
                    ledger.Close(session, person);
                }
            }
        }
    }

    sealed class CircuitCount(CircuitLedger ledger, AuthenticationStateProvider authentication) : CircuitHandler
    {
        public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            if (Holder((await authentication.GetAuthenticationStateAsync()).User) is var (session, person))
            {
                ledger.Add(circuit, session, person);
            }
        }

        public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            ledger.Lose(circuit);
            return Task.CompletedTask;
        }

        public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            ledger.Regain(circuit);
            return Task.CompletedTask;
        }

        public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            ledger.Remove(circuit);
            return Task.CompletedTask;
        }
    }
}

/// <summary>Ends circuits that have no connection. The framework does so only by age and by a limit for all people together, and has no
/// public way to end a certain one, so this calls its registry by name. Where a version of it has no such method, circuits end by
/// age.</summary>
sealed partial class CircuitTermination(IServiceProvider services, ILogger<CircuitTermination> logger)
{
    const BindingFlags Inner = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    static readonly Type? registry =
        typeof(CircuitOptions).Assembly.GetType("Microsoft.AspNetCore.Components.Server.Circuits.CircuitRegistry");

    static readonly MethodInfo? terminate = registry?.GetMethod("TerminateAsync", Inner);
    static readonly FieldInfo? host = typeof(Circuit).GetField("_circuitHost", Inner);
    static readonly PropertyInfo? id = host?.FieldType.GetProperty("CircuitId", Inner);

    /// <summary>Whether this version of the framework has what this needs.</summary>
    public static bool IsAvailable => terminate is not null && id is not null;

    /// <summary>Ends a circuit in the background.</summary>
    public void End(Circuit circuit) => _ = Task.Run(async () =>
    {
        try
        {
            if (IsAvailable)
            {
                await (ValueTask)terminate!.Invoke(services.GetRequiredService(registry!), [id!.GetValue(host!.GetValue(circuit))])!;
            }
        }
        catch (Exception exception)
        {
            LogNotEnded(exception);
        }
    });

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not end a page without a connection. It ends by its age.")]
    partial void LogNotEnded(Exception exception);
}
