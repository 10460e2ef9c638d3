using System.Globalization;
using System.Net;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Usage;

/// <summary>Compares counters with the responses that clients received. LATCHKEY_USAGE_REQUESTS sets the number of requests.</summary>
[Collection(typeof(SerialCollection))]
[Trait("database", "every")]
public sealed class UsageCountTests : IAsyncDisposable
{
    const int Connections = 8;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static int Requests =>
        int.TryParse(Environment.GetEnvironmentVariable("LATCHKEY_USAGE_REQUESTS"), NumberStyles.None,
            CultureInfo.InvariantCulture, out var number) ? number : 3_000;

    [Fact]
    public async Task Every_answer_is_counted_once_over_a_graceful_stop_and_a_kill_takes_the_last_seconds_at_most()
    {
        var received = new Dictionary<string, long>(StringComparer.Ordinal);
        string keyId;
        string raw;
        await using (var first = await ProductProcess.StartWithOwnerAsync(folder))
        {
            using var caller = await Caller.SignInAsync(first.Url, Token);
            var key = (await caller.CreateKeyAsync(new { name = "counted", permissions = new[] { "read" } }, Token)).Body;
            (keyId, raw) = (key["key_id"]!.GetValue<string>(), key["raw_key"]!.GetValue<string>());
            var middle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var asking = AskAsync(first.Url, raw, Requests / 2, received, middle);
            await middle.Task.WaitAsync(Token);
            await first.StopAsync(); // responses during shutdown count too
            await asking;
        }

        await using (var second = await ProductProcess.StartWithOwnerAsync(folder))
        {
            using var caller = await Caller.SignInAsync(second.Url, Token);
            Assert.Equal(Text(received), Text(await CountedAsync(caller, keyId)));
            await AskAsync(second.Url, raw, Requests / 2, received);
            var began = TimeProvider.System.GetTimestamp();
            while (Text(received) != Text(await CountedAsync(caller, keyId)))
            {
                Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(5),
                    "what is older than five seconds survives a kill, and this is not written yet");
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Token);
            }

            var lost = new Dictionary<string, long>(StringComparer.Ordinal);
            await AskAsync(second.Url, raw, 50, lost);
            var made = (await caller.CreateKeyAsync(new { name = "survivor" }, Token)).Body["raw_key"]!.GetValue<string>();
            await second.KillAsync();
            await using var third = await ProductProcess.StartWithOwnerAsync(folder);
            using var again = await Caller.SignInAsync(third.Url, Token);
            var counted = await CountedAsync(again, keyId);
            Assert.All(received, x => Assert.InRange(counted[x.Key], x.Value, x.Value + lost.GetValueOrDefault(x.Key)));
            Assert.Equal(HttpStatusCode.OK, (await Caller.PresentAsync(third.Url, made, Token)).Status); // what was answered is stored
        }
    }

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends requests over several connections, every fifth one without permission, and counts the responses by code.</summary>
    static Task AskAsync(Uri url, string raw, int requests, Dictionary<string, long> received,
        TaskCompletionSource? middle = null) => Task.WhenAll(Enumerable.Range(0, Connections).Select(async connection =>
    {
        using var client = new HttpClient(
            new SocketsHttpHandler { MaxConnectionsPerServer = 1 })
        { BaseAddress = url, DefaultRequestHeaders = { { "X-API-Key", raw } } };
        for (var i = connection; i < requests; i += Connections)
        {
            try
            {
                using var answer = await client.GetAsync(
                    new Uri(i % 5 == 0 ? "/forward-auth/-/-/-/write" : "/forward-auth/-/-/-/read", UriKind.Relative), Token);
                var code = answer.IsSuccessStatusCode ? "valid" : answer.Headers.GetValues("X-Latchkey-Code").Single();
                lock (received)
                {
                    received[code] = received.GetValueOrDefault(code) + 1;
                    if (received.Values.Sum() > requests / 2)
                    {
                        middle?.TrySetResult();
                    }
                }
            }
            catch (HttpRequestException)
            {
                return; // it has stopped, so the request has no response
            }
        }
    }));

    static async Task<Dictionary<string, long>> CountedAsync(Caller caller, string keyId)
    {
        var counted = new Dictionary<string, long>(StringComparer.Ordinal);
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await caller.GetAsync($"/api/usage?key_id={keyId}&limit=200{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}", Token);
            foreach (var row in page["items"]!.AsArray())
            {
                var code = row!["code"]!.GetValue<string>();
                counted[code] = counted.GetValueOrDefault(code) + row["count"]!.GetValue<long>();
            }

            cursor = page["next_cursor"]?.GetValue<string>();
        }

        return counted;
    }

    static string Text(Dictionary<string, long> counts) =>
        string.Join(", ", counts.OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => $"{x.Key} {x.Value}"));
}
