using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace Dashboard.Tests.E2E.Support;

/// <summary>What a page's browser receives: answers as they are transferred, compressed and with their headers, and the messages of its circuit.</summary>
public sealed class Wire
{
    readonly ConcurrentDictionary<string, string> addresses = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, double> bytes = new(StringComparer.Ordinal);

    /// <summary>All of it.</summary>
    public double Kilobytes => bytes.Values.Sum() / 1024;

    /// <summary>Begins to listen, with nothing in the browser's cache.</summary>
    public static async Task<Wire> ListenAsync(IPage page)
    {
        var wire = new Wire();
        var session = await page.Context.NewCDPSessionAsync(page);
        session.Event("Network.requestWillBeSent").OnEvent += (_, e) => wire.addresses[Id(e)] = e!.Value.GetProperty("request").GetProperty("url").GetString()!;
        session.Event("Network.webSocketCreated").OnEvent += (_, e) => wire.addresses[Id(e)] = e!.Value.GetProperty("url").GetString()!;
        session.Event("Network.loadingFinished").OnEvent += (_, e) => wire.Add(Id(e), e!.Value.GetProperty("encodedDataLength").GetDouble());
        session.Event("Network.webSocketFrameReceived").OnEvent += (_, e) => wire.Add(Id(e), Length(e!.Value.GetProperty("response")));
        await session.SendAsync("Network.enable");
        await session.SendAsync("Network.setCacheDisabled", new Dictionary<string, object>(StringComparer.Ordinal) { ["cacheDisabled"] = true });
        return wire;
    }

    /// <summary>Each address with its bytes, the heaviest first.</summary>
    public override string ToString() => string.Join('\n', bytes
        .OrderByDescending(x => x.Value)
        .Select(x => string.Create(CultureInfo.InvariantCulture, $"{x.Value,10:N0} B  {addresses.GetValueOrDefault(x.Key, "?")}"))
        .Prepend(string.Create(CultureInfo.InvariantCulture, $"{Kilobytes:F1} KB")));

    static string Id(JsonElement? e) => e!.Value.GetProperty("requestId").GetString()!;

    /// <summary>Binary messages are told in base64.</summary>
    static double Length(JsonElement frame)
    {
        var payload = frame.GetProperty("payloadData").GetString()!;
        return frame.GetProperty("opcode").GetDouble() == 2 ? Convert.FromBase64String(payload).Length : System.Text.Encoding.UTF8.GetByteCount(payload);
    }

    void Add(string id, double count) => bytes.AddOrUpdate(id, count, (_, before) => before + count);
}
