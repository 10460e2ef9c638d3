using System.Diagnostics;
using System.Net.Sockets;

namespace Dashboard.Bench.Soak;

/// <summary>A kept-alive connection for a thread that does nothing else: woken by the kernel as soon as the answer is there.</summary>
sealed class BlockingConnection : IDisposable
{
    readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 60_000 };
    readonly byte[] buffer = new byte[16 * 1024];

    /// <summary>Connects.</summary>
    public BlockingConnection(Uri url) => socket.Connect(url.Host, url.Port);

    /// <summary>Sends a request and waits for its answer, which must have the status.</summary>
    /// <returns>How many milliseconds it took.</returns>
    public double Time(byte[] request, int status)
    {
        var start = Stopwatch.GetTimestamp();
        socket.Send(request);
        var length = 0;
        int? answered;
        do
        {
            length += socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None) is > 0 and var read
                ? read : throw new IOException("The node closed the connection.");
            answered = Connection.StatusOf(buffer.AsSpan(0, length));
        }
        while (answered is null);
        return answered == status ? Stopwatch.GetElapsedTime(start).TotalMilliseconds
            : throw new InvalidOperationException($"The answer is {answered}, not {status}.");
    }

    public void Dispose() => socket.Dispose();
}
