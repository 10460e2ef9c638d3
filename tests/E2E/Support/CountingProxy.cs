using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A proxy that counts the bytes that the product sends: compressed responses with headers, and circuit messages. The browser
/// reports only the uncompressed size of messages.</summary>
public sealed class CountingProxy : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource life = new();
    readonly Uri product;
    readonly Task accepting;
    long received;

    /// <summary>Starts a proxy for <paramref name="product"/>.</summary>
    public CountingProxy(Uri product)
    {
        this.product = product;
        listener.Start();
        Url = new UriBuilder(product) { Port = ((IPEndPoint)listener.LocalEndpoint).Port }.Uri;
        accepting = AcceptAsync();
    }

    /// <summary>The URL of the proxy.</summary>
    public Uri Url { get; }

    /// <summary>The number of bytes since the last <see cref="Reset"/>.</summary>
    public double Kilobytes => Interlocked.Read(ref received) / 1024.0;

    public void Reset() => Interlocked.Exchange(ref received, 0);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kilobytes:F1} KB");

    public async ValueTask DisposeAsync()
    {
        await life.CancelAsync();
        listener.Dispose();
        await accepting;
        life.Dispose();
    }

    async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(CarryAsync(await listener.AcceptTcpClientAsync(life.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    async Task CarryAsync(TcpClient near)
    {
        using var far = new TcpClient();
        using (near)
        {
            try
            {
                await far.ConnectAsync(product.Host, product.Port, life.Token);
                var ended = await Task.WhenAny(CopyAsync(near, far, counted: false), CopyAsync(far, near, counted: true));
                await ended;
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
            {
                // One side closed the connection.
            }
        }
    }

    async Task CopyAsync(TcpClient from, TcpClient to, bool counted)
    {
        var buffer = new byte[32 * 1024];
        for (int read; (read = await from.GetStream().ReadAsync(buffer, life.Token)) > 0;)
        {
            if (counted)
            {
                Interlocked.Add(ref received, read);
            }

            await to.GetStream().WriteAsync(buffer.AsMemory(0, read), life.Token);
        }
    }
}
