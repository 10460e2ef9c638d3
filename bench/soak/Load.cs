using System.Text;

namespace Dashboard.Bench.Soak;

/// <summary>Sends many requests, each as soon as the previous one has been answered.</summary>
static class Load
{
    /// <summary>Sends <paramref name="count"/> requests over <paramref name="connections"/> connections.</summary>
    /// <param name="url">The node.</param>
    /// <param name="requests">The requests, sent in turn.</param>
    /// <param name="status">The status that every response must have.</param>
    public static Task SendAsync(Uri url, IReadOnlyList<byte[]> requests, int status, int count, int connections, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, connections).Select(async first =>
        {
            await using var connection = await Connection.OpenAsync(url, cancellationToken);
            for (var i = first; i < count; i += connections)
            {
                await connection.SendAsync(requests[i % requests.Count], status, cancellationToken);
            }
        }));

    /// <summary>Builds a request with a key.</summary>
    public static byte[] Get(string path, string key) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n\r\n");

    /// <summary>Builds a request with an access token.</summary>
    public static byte[] GetWithToken(string path, string token) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");

    /// <summary>Builds a form post.</summary>
    public static byte[] Post(string path, string form) => Encoding.ASCII.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\n\r\n{form}");
}
