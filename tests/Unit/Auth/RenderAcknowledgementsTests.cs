using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Dashboard.Auth;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Auth;

public sealed class RenderAcknowledgementsTests
{
    const BindingFlags Inner = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    readonly Dispatcher dispatcher = Dispatcher.CreateDefault();

    [Fact]
    public void Framework_has_the_members_that_are_read() => Assert.True(RenderAcknowledgements.IsAvailable);

    [Fact]
    public void Filter_is_one_of_the_hub()
    {
        var hub = new HubOptions();
        hub.AddCircuitFilters();
        var filters = (List<IHubFilter>)typeof(HubOptions).GetProperty("HubFilters", Inner)!.GetValue(hub)!;
        Assert.Contains(filters, filter => filter is RenderAcknowledgements);
    }

    [Fact]
    public async Task Acknowledgement_waits_until_the_circuit_is_done_with_what_came_before()
    {
        using var busy = await RenderAsync();
        var clicked = false;
        var click = dispatcher.InvokeAsync(() => clicked = true);
        Assert.False(clicked); // it waits for its turn

        var taken = InvokeAsync(nameof(Messages.OnRenderCompleted), Circuit(), () => Assert.True(clicked));
        Assert.False(taken.IsCompleted);
        busy.End();
        Assert.True(await taken);
        await click;
    }

    [Fact]
    public async Task Other_messages_and_connections_without_a_circuit_do_not_wait()
    {
        using var busy = await RenderAsync();
        Assert.True(await InvokeAsync(nameof(Messages.OnLocationChanged), Circuit()));
        Assert.True(await InvokeAsync(nameof(Messages.OnRenderCompleted), circuit: null));
    }

    /// <summary>Begins to render, which keeps the circuit busy until it ends.</summary>
    async Task<Render> RenderAsync()
    {
        var (begun, render) = (new TaskCompletionSource(), new Render());
        _ = Task.Run(
            () => dispatcher.InvokeAsync(() =>
            {
                begun.SetResult();
                render.Wait();
            }),
            TestContext.Current.CancellationToken);
        await begun.Task;
        return render;
    }

    /// <summary>Returns whether the message was passed on.</summary>
    static async Task<bool> InvokeAsync(string message, object? circuit, Action? check = null)
    {
        var isPassed = false;
        var connection = new Connection();
        connection.Items["circuit"] = circuit;
        await using var services = new ServiceCollection().BuildServiceProvider();
        using var hub = new Messages();
        await new RenderAcknowledgements().InvokeMethodAsync(
            new HubInvocationContext(connection, services, hub, typeof(Messages).GetMethod(message)!, []),
            _ =>
            {
                check?.Invoke();
                isPassed = true;
                return new((object?)null);
            });
        return isPassed;
    }

    /// <summary>What the framework keeps with a connection: the handle of a circuit whose renderer has the dispatcher.</summary>
    object Circuit()
    {
        var handle = typeof(CircuitOptions).Assembly.GetType("Microsoft.AspNetCore.Components.Server.Circuits.CircuitHandle", true)!;
        var (made, host) = (Make(handle), Make(handle.GetProperty("CircuitHost", Inner)!.PropertyType));
        var renderer = Make(host.GetType().GetProperty("Renderer", Inner)!.PropertyType);
        Set(renderer, "Dispatcher", dispatcher);
        Set(host, "Renderer", renderer);
        Set(made, "CircuitHost", host);
        return made;

        static object Make(Type type) => RuntimeHelpers.GetUninitializedObject(type);

        static void Set(object owner, string property, object value) =>
            owner.GetType().GetField($"<{property}>k__BackingField", Inner)!.SetValue(owner, value);
    }

    sealed class Render : IDisposable
    {
        readonly ManualResetEventSlim ended = new();

        public void Wait() => ended.Wait(TestContext.Current.CancellationToken);

        public void End() => ended.Set();

        public void Dispose() => End();
    }

    sealed class Messages : Hub
    {
        public static void OnRenderCompleted()
        {
        }

        public static void OnLocationChanged()
        {
        }
    }

    sealed class Connection : HubCallerContext
    {
        public override string ConnectionId => "one";

        public override string? UserIdentifier => null;

        public override ClaimsPrincipal? User => null;

        public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override CancellationToken ConnectionAborted => CancellationToken.None;

        public override void Abort()
        {
        }
    }
}
