using System.Diagnostics;
using System.Net.Sockets;
using Dashboard.Core.Keys.Format;

namespace Dashboard.Bench.Soak;

/// <summary>Sends refused requests at a steady rate over many connections, with as little work of its own as can be: what it takes, the
/// node does not get.</summary>
sealed class Flooder : IDisposable
{
    readonly KeyTemplate template;
    readonly FloodConnection[] wires;
    int answered;
    Exception? failure;

    /// <summary>Connects.</summary>
    /// <param name="url">The node.</param>
    /// <param name="template">What shape the keys have, which nobody ever minted.</param>
    /// <param name="connections">Over how many connections.</param>
    public Flooder(Uri url, KeyTemplate template, int connections)
    {
        this.template = template;
        wires = [.. Enumerable.Range(0, connections).Select(_ => new FloodConnection(this, url))];
    }

    /// <summary>Sends for so long, on a thread of its own, and waits for the last answer.</summary>
    /// <param name="perSecond">How many a second. Where all connections wait for an answer, fewer.</param>
    /// <param name="duration">How long.</param>
    /// <returns>How many were refused.</returns>
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
                        break; // it has had its turn too early: the node is behind
                    }

                    wires[next].Send(Load.Get("/forward-auth", template.Mint(KeyEnvironment.Live).Reveal()));
                }

                cancellationToken.WaitHandle.WaitOne(1);
                cancellationToken.ThrowIfCancellationRequested();
            }

            while (Volatile.Read(ref answered) < sent && failure is null && !cancellationToken.WaitHandle.WaitOne(1))
            {
                // The last answers are on their way.
            }

            return failure is null ? answered : throw failure;
        },
        cancellationToken,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    public void Dispose() => Array.ForEach(wires, wire => wire.Dispose());

    /// <summary>One connection: a request out, an answer in.</summary>
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
                flooder.failure = new InvalidOperationException($"The answer is {status}, not 401.");
            }
            else
            {
                idle = true;
                Interlocked.Increment(ref flooder.answered);
            }
        }
    }
}
