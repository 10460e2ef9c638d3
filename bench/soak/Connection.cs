using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Dashboard.Bench.Soak;

/// <summary>A kept-alive connection with next to no work of its own: bytes out, bytes in.</summary>
sealed class Connection : IAsyncDisposable
{
    readonly TcpClient client = new() { NoDelay = true };
    readonly byte[] buffer = new byte[16 * 1024];
    NetworkStream stream = null!;

    int answered;

    /// <summary>The last answer, head and body.</summary>
    public string Answer => Encoding.UTF8.GetString(buffer, 0, answered);

    /// <summary>Connects.</summary>
    public static async Task<Connection> OpenAsync(Uri url, CancellationToken cancellationToken)
    {
        var connection = new Connection();
        await connection.client.ConnectAsync(url.Host, url.Port, cancellationToken);
        connection.stream = connection.client.GetStream();
        return connection;
    }

    /// <summary>Sends a request and waits for its answer, which must have the status.</summary>
    public async Task SendAsync(byte[] request, int status, CancellationToken cancellationToken)
    {
        var actual = await AskAsync(request, cancellationToken);
        if (actual != status)
        {
            throw new InvalidOperationException($"The answer is {actual}, not {status}.");
        }
    }

    /// <summary>Sends a request and waits for its answer's status.</summary>
    public async Task<int> AskAsync(byte[] request, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(request, cancellationToken);
        var length = 0;
        int? status;
        do
        {
            length += await ReadAsync(length, cancellationToken);
            status = StatusOf(buffer.AsSpan(0, length));
        }
        while (status is null);
        answered = length;
        return status.Value;
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    async Task<int> ReadAsync(int from, CancellationToken cancellationToken) =>
        await stream.ReadAsync(buffer.AsMemory(from), cancellationToken) is > 0 and var read ? read
            : throw new IOException("The node closed the connection.");

    /// <summary>The status of a whole answer; null while more of it is to come.</summary>
    internal static int? StatusOf(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return null;
        }

        var head = Encoding.ASCII.GetString(answer[..end]);
        return IsWhole(head, answer[(end + 4)..]) ? int.Parse(head.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture) : null;
    }

    /// <summary>So many bytes as the head says, or chunks up to the last.</summary>
    static bool IsWhole(string head, ReadOnlySpan<byte> body)
    {
        const string name = "Content-Length: ";
        var at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return body.EndsWith("0\r\n\r\n"u8);
        }

        var rest = head.AsSpan(at + name.Length);
        var stop = rest.IndexOf('\r');
        return body.Length >= int.Parse(stop < 0 ? rest : rest[..stop], CultureInfo.InvariantCulture);
    }
}
