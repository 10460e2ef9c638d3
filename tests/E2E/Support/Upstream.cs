using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A small API that describes its requests, echoes a WebSocket, sends an event stream, and fails on demand.</summary>
sealed class Upstream : IAsyncDisposable
{
    readonly WebApplication app;
    int asked;

    Upstream(WebApplication app) => this.app = app;

    /// <summary>The number of requests.</summary>
    public int Requested => asked;

    public int Port => new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

    public static async Task<Upstream> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var upstream = new Upstream(builder.Build());
        upstream.app.UseWebSockets();
        upstream.app.Run(upstream.AnswerAsync);
        await upstream.app.StartAsync(cancellationToken);
        return upstream;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    async Task AnswerAsync(HttpContext http)
    {
        Interlocked.Increment(ref asked);
        switch (http.Request.Path.Value)
        {
            case "/ws" when http.WebSockets.IsWebSocketRequest:
                using (var socket = await http.WebSockets.AcceptWebSocketAsync())
                {
                    var buffer = new byte[100];
                    var received = await socket.ReceiveAsync(buffer, http.RequestAborted);
                    await socket.SendAsync(
                        buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, endOfMessage: true, http.RequestAborted);
                    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
                }

                break;
            case "/events":
                http.Response.ContentType = "text/event-stream";
                await http.Response.WriteAsync("data: first\n\n", http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                await new TaskCompletionSource().Task.WaitAsync(http.RequestAborted); // keeps the stream open until the client disconnects
                break;
            case "/size":
                await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
                break;
            case "/fails":
                http.Response.StatusCode = 500;
                await http.Response.WriteAsync("the API's own", http.RequestAborted);
                break;
            default:
                using (var reader = new StreamReader(http.Request.Body))
                {
                    var headers = http.Request.Headers.ToDictionary(x => x.Key, x => x.Value.ToString(), StringComparer.OrdinalIgnoreCase);
                    var body = await reader.ReadToEndAsync(http.RequestAborted);
                    await http.Response.WriteAsync(
                        JsonSerializer.Serialize(new
                        {
                            http.Request.Method,
                            Url = $"{http.Request.Path}{http.Request.QueryString}",
                            Headers = headers,
                            Body = body
                        }), http.RequestAborted);
                }

                break;
        }
    }
}
