using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Hosting;

/// <summary>Even at the most verbose level, the log contains no secret, wherever a program sends it.</summary>
[Collection(typeof(TalkativeCollection))]
public sealed class SecretsInLogTests(TalkativeProduct talkative)
{
    [Fact]
    public async Task Key_is_in_no_line_of_the_log_however_it_was_sent()
    {
        var stop = TestContext.Current.CancellationToken;
        var product = talkative.Process;
        using var client = new HttpClient { BaseAddress = product.Url, DefaultRequestHeaders = { { "Sec-Fetch-Site", "same-origin" } } };
        Assert.True((await client.PostAsJsonAsync(
            "/api/session", new { email = Product.Email, password = Product.Password }, stop)).IsSuccessStatusCode);
        var created = await client.PostAsJsonAsync("/api/keys", new { name = "x" }, stop);
        var key = JsonDocument.Parse(await created.Content.ReadAsStringAsync(stop)).RootElement.GetProperty("raw_key").GetString()!;

        foreach (var (name, value) in new[] { ("X-API-Key", key), ("API-Key", key + "x"),
            ("Authorization", $"ApiKey {key}"), ("Authorization", $"Bearer {key}"), ("Authorization", $"Other {key}") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/capabilities") { Headers = { { name, value } } };
            await client.SendAsync(request, stop);
        }

        await client.GetAsync($"/api/keys?search={key}", stop);
        await client.GetAsync($"/api/keys?{key}=1", stop);
        await client.GetAsync($"/v1/capabilities?access_token={key}", stop);
        await client.PostAsJsonAsync(
            "/api/keys", new Dictionary<string, object>(StringComparer.Ordinal) { ["name"] = key + '\u0001', [key] = key }, stop);
        Assert.True((await client.PostAsJsonAsync("/api/keys/which", new { key }, stop)).IsSuccessStatusCode);
        await client.PostAsJsonAsync("/api/keys/which", new { key = key + "x" }, stop);
        await client.PostAsJsonAsync("/api/session", new { email = key, password = key, code = key }, stop);
        foreach (var line in new[] { $"X-API-Key: {key}\u0001", $"X-API-Key\u0001: {key}", $"Authorization {key}" })
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(product.Url.Host, product.Url.Port, stop);
            await socket.GetStream()
                .WriteAsync(Encoding.ASCII.GetBytes($"GET /v1/capabilities HTTP/1.1\r\nHost: x\r\n{line}\r\n\r\n"), stop);
            using var reader = new StreamReader(socket.GetStream());
            Assert.StartsWith("HTTP/1.1 4", await reader.ReadLineAsync(stop), StringComparison.Ordinal);
        }

        Assert.Equal(
            "live", JsonDocument.Parse(await client.GetStringAsync("/healthz/live", stop)).RootElement.GetProperty("status").GetString());
        await talkative.ExpectSecretAsync(key[^20..], stop);
    }
}
