using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Dashboard.Tests.Unit.Mail;

/// <summary>An SMTP server that keeps what it receives, and refuses recipients at <c>refused.example</c>.</summary>
sealed class SmtpReceiver : IAsyncDisposable
{
    readonly CancellationTokenSource stop = new();
    readonly Task running;

    SmtpReceiver(int port)
    {
        Port = port;
        var services = new ServiceProvider();
        services.Add(new Store(this));
        services.Add(new Filter());
        var options = new SmtpServerOptionsBuilder().ServerName("receiver.example")
            .Endpoint(endpoint => endpoint.Endpoint(new IPEndPoint(IPAddress.Any, port))).Build();
        running = new SmtpServer.SmtpServer(options, services).StartAsync(stop.Token);
    }

    public int Port { get; }

    public ConcurrentQueue<string> Received { get; } = [];

    public static SmtpReceiver Start()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        return new(port);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    sealed class Store(SmtpReceiver receiver) : MessageStore
    {
        public override Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            receiver.Received.Enqueue(Encoding.UTF8.GetString(buffer));
            return Task.FromResult(SmtpResponse.Ok);
        }
    }

    sealed class Filter : MailboxFilter
    {
        public override Task<bool> CanDeliverToAsync(
            ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken) =>
            Task.FromResult(to.Host != "refused.example");
    }
}
