using System.Text;

namespace Dashboard.Bench.Soak;

/// <summary>Sends many requests, each the next as soon as the last is answered.</summary>
static class Load
{
    /// <summary>Sends <paramref name="count"/> requests over <paramref name="connections"/> connections.</summary>
    /// <param name="url">The node.</param>
    /// <param name="requests">What is sent, in turn.</param>
    /// <param name="status">The status that every answer must have.</param>
    /// <param name="count">How many.</param>
    /// <param name="connections">Over how many connections.</param>
    public static Task SendAsync(
        Uri url, IReadOnlyList<byte[]> requests, int status, int count, int connections, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, connections).Select(async first =>
        {
            await using var connection = await Connection.OpenAsync(url, cancellationToken);
            for (var i = first; i < count; i += connections)
            {
                await connection.SendAsync(requests[i % requests.Count], status, cancellationToken);
            }
        }));

    /// <summary>A request that presents a key.</summary>
    public static byte[] Get(string path, string key) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {key}\r\n\r\n");

    /// <summary>A request that presents an access token.</summary>
    public static byte[] GetWithToken(string path, string token) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n");

    /// <summary>A form that is sent.</summary>
    public static byte[] Post(string path, string form) => Encoding.ASCII.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\n\r\n{form}");
}
