using System.Reflection;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.SignalR;

namespace Dashboard.Auth;

/// <summary>Takes a browser's acknowledgement of a rendered batch in its turn among what the circuit does. The framework takes it at once,
/// on another thread: when it comes before the render that sent the batch has ended, the event handlers that the batch replaced are removed
/// while a click on one of them still waits for its turn, and the click ends the circuit.</summary>
/// <remarks>Only the framework knows which circuit a connection belongs to, so this reads it by name. Where a version of it has no such
/// members, acknowledgements are taken at once.</remarks>
sealed class RenderAcknowledgements : IHubFilter
{
    const BindingFlags Inner = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    const string Acknowledge = "OnRenderCompleted";

    static readonly Type? handle =
        typeof(CircuitOptions).Assembly.GetType("Microsoft.AspNetCore.Components.Server.Circuits.CircuitHandle");

    static readonly PropertyInfo? host = handle?.GetProperty("CircuitHost", Inner);
    static readonly PropertyInfo? renderer = host?.PropertyType.GetProperty("Renderer", Inner);
    static readonly PropertyInfo? dispatcher = renderer?.PropertyType.GetProperty("Dispatcher", Inner);

    /// <summary>Whether this version of the framework has what this needs.</summary>
    public static bool IsAvailable => dispatcher?.PropertyType == typeof(Dispatcher)
        && typeof(CircuitOptions).Assembly.GetType("Microsoft.AspNetCore.Components.Server.ComponentHub")
            ?.GetMethod(Acknowledge, Inner) is not null;

    /// <inheritdoc />
    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        if (invocationContext.HubMethodName == Acknowledge && DispatcherOf(invocationContext.Context) is { } turns)
        {
            await turns.InvokeAsync(static () => { });
        }

        return await next(invocationContext);
    }

    static Dispatcher? DispatcherOf(HubCallerContext connection)
    {
        foreach (var item in connection.Items.Values)
        {
            if (item is not null && item.GetType() == handle
                && host?.GetValue(item) is { } circuit && renderer?.GetValue(circuit) is { } renders)
            {
                return dispatcher?.GetValue(renders) as Dispatcher;
            }
        }

        return null;
    }
}
