using System.Diagnostics;
using System.Net.Sockets;
using Dashboard.Core.Keys.Format;

namespace Dashboard.Bench.Soak;

/// <summary>Sends requests that are refused at a steady rate over many connections, with minimal overhead, because the flooder and the node
/// share the CPU.</summary>
sealed class Flooder : IDisposable
{
    readonly KeyTemplate template;
    readonly FloodConnection[] wires;
    int answered;
    Exception? failure;

    /// <summary>Opens the connections.</summary>
    /// <param name="url">The node.</param>
    /// <param name="template">The format of the keys, none of which exists.</param>
    /// <param name="connections">The number of connections.</param>
    public Flooder(Uri url, KeyTemplate template, int connections)
    {
        this.template = template;
        wires = [.. Enumerable.Range(0, connections).Select(_ => new FloodConnection(this, url))];
    }

    /// <summary>Sends for a given time on a separate thread and waits for the last response.</summary>
    /// <param name="perSecond">The rate. It is lower if all connections are waiting for a response.</param>
    /// <returns>The number of refusals.</returns>
    public Task<int> RunAsync(int perSecond, TimeSpan duration, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () =>
        {
            var start = Stopwatch.GetTimestamp();
            var (sent, next) = (0, 0);
            while (Stopwatch.GetElapsedTime(start) is var elapsed && elapsed < duration)
            {
                for (var due = (int)(elapsed.TotalSeconds * perSecond); sent < due; sent++)
                {
                    next = (next + 1) % wires.Length;
                    if (!wires[next].IsIdle)
                    {
                        break; // still waiting for a response, because the node is behind
                    }

                    wires[next].Send(Load.Get("/forward-auth", template.Mint(KeyEnvironment.Live).Reveal()));
                }

                cancellationToken.WaitHandle.WaitOne(1);
                cancellationToken.ThrowIfCancellationRequested();
            }

            while (Volatile.Read(ref answered) < sent && failure is null && !cancellationToken.WaitHandle.WaitOne(1))
            {
                // The last responses are on their way.
            }

            return failure is null ? answered : throw failure;
        },
        cancellationToken,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    public void Dispose() => Array.ForEach(wires, wire => wire.Dispose());

    /// <summary>One connection with at most one pending request.</summary>
    sealed class FloodConnection : IDisposable
    {
        readonly Flooder flooder;
        readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        readonly SocketAsyncEventArgs receiving = new();
        readonly byte[] buffer = new byte[4096];
        volatile bool idle = true;
        int length;

        public FloodConnection(Flooder flooder, Uri url)
        {
            this.flooder = flooder;
            socket.Connect(url.Host, url.Port);
            receiving.Completed += (_, _) => Receive();
        }

        public bool IsIdle => idle;

        public void Send(byte[] request)
        {
            (idle, length) = (false, 0);
            socket.Send(request);
            Listen();
        }

        public void Dispose()
        {
            socket.Dispose();
            receiving.Dispose();
        }

        void Listen()
        {
            receiving.SetBuffer(buffer, length, buffer.Length - length);
            if (!socket.ReceiveAsync(receiving))
            {
                Receive();
            }
        }

        void Receive()
        {
            length += receiving.BytesTransferred;
            if (receiving.SocketError != SocketError.Success || receiving.BytesTransferred == 0)
            {
                flooder.failure = new IOException($"The node closed the connection: {receiving.SocketError}.");
            }
            else if (Connection.StatusOf(buffer.AsSpan(0, length)) is not { } status)
            {
                Listen();
            }
            else if (status != 401)
            {
                flooder.failure = new InvalidOperationException($"The response is {status}, not 401.");
            }
            else
            {
                idle = true;
                Interlocked.Increment(ref flooder.answered);
            }
        }
    }
}
