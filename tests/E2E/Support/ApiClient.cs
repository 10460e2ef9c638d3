using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A client that keeps cookies and validates every response against the OpenAPI document.</summary>
public sealed class ApiClient : IDisposable
{
    readonly HttpClient client;
    readonly Contract contract;

    ApiClient(HttpClient client, Contract contract) => (this.client, this.contract) = (client, contract);

    /// <summary>Creates an anonymous caller.</summary>
    public static async Task<ApiClient> OpenAsync(Product product)
    {
        product.Start();
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new() };
        return new(new(handler) { BaseAddress = product.Url }, await product.Contract);
    }

    /// <summary>Creates a caller with a session.</summary>
    public static async Task<ApiClient> SignInAsync(Product product, string email = Product.Email)
    {
        var api = await OpenAsync(product);
        Assert.Equal(200, (await api.PostAsync("/api/session", new { email, password = Product.Password })).Status);
        return api;
    }

    /// <summary>Creates a key.</summary>
    public async Task<(string Raw, string Id)> CreateKeyAsync(object key)
    {
        var made = await PostAsync("/api/keys", key);
        Assert.Equal(201, made.Status);
        return (made.Member("raw_key"), made.Member("key_id"));
    }

    public Task<Exchange> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Exchange> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, body);

    public Task<Exchange> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, body);

    public Task<Exchange> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <summary>Sends a request. Unless headers are given, a request that changes something claims to come from the product's own pages. A
    /// body is a string that is sent unchanged, or an object that is serialized to JSON.</summary>
    public Task<Exchange> SendAsync(
        HttpMethod method, string path, object? body = null, params (string Name, string Value)[] headers) => SendContentAsync(
        method, path, body is null ? null
            : new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
        headers.Length == 0 && method != HttpMethod.Get ? [("Sec-Fetch-Site", "same-origin")] : headers);

    /// <summary>Sends a request unchanged.</summary>
    public async Task<Exchange> SendContentAsync(
        HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using var response = await client.SendAsync(request);
        var answer = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in Enumerable.Concat<KeyValuePair<string, IEnumerable<string>>>(
            response.Headers, response.Content.Headers))
        {
            answer[name] = string.Join(", ", values);
        }

        var exchange = new Exchange(
            method.Method, path, content is StringContent or FormUrlEncodedContent ? await content.ReadAsStringAsync()
                : null, (int)response.StatusCode, answer, await response.Content.ReadAsByteArrayAsync());
        contract.Check(exchange);
        return exchange;
    }

    /// <summary>Sends raw request lines, such as repeated or malformed headers that a client library would not send.</summary>
    public async Task<Exchange> SendRawAsync(string method, string path, params string[] headers)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port);
        await using var stream = socket.GetStream();
        var host = headers.Any(x => x.StartsWith("Host:", StringComparison.Ordinal)) ? "" : $"Host: {client.BaseAddress.Authority}\r\n";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(
            $"{method} {path} HTTP/1.1\r\n{host}Connection: close\r\n{string.Concat(headers.Select(x => x + "\r\n"))}\r\n"));
        using var received = new MemoryStream();
        await stream.CopyToAsync(received);
        var (head, body) = Split(received.ToArray());
        var lines = head.Split("\r\n");
        var answer = lines[1..].Select(line => line.Split(": ", 2)).GroupBy(x => x[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(x => x.Key, x => string.Join(", ", x.Select(line => line[1])), StringComparer.OrdinalIgnoreCase);
        if (answer.GetValueOrDefault("Transfer-Encoding") == "chunked")
        {
            body = Unchunk(body);
        }

        var exchange = new Exchange(
            method, path, null, int.Parse(lines[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), answer, body);
        contract.Check(exchange);
        return exchange;
    }

    public void Dispose() => client.Dispose();

    static (string Head, byte[] Body) Split(byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        return (Encoding.Latin1.GetString(answer, 0, end), answer[(end + 4)..]);
    }

    static byte[] Unchunk(byte[] body)
    {
        var whole = new List<byte>();
        for (var rest = body.AsSpan(); ;)
        {
            var line = rest.IndexOf("\r\n"u8);
            var size = Convert.ToInt32(Encoding.ASCII.GetString(rest[..line]), 16);
            if (size == 0)
            {
                return [.. whole];
            }

            whole.AddRange(rest.Slice(line + 2, size));
            rest = rest[(line + 2 + size + 2)..];
        }
    }
}
