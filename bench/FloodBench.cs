using System.Globalization;
using Dashboard.Bench.Soak;

namespace Dashboard.Bench;

/// <summary>Ten thousand unknown keys a second for ten seconds, beside the same without them, five times in turn.</summary>
static class FloodBench
{
    const int Runs = 5;
    const int PerSecond = 10_000;
    const int Keys = 20_000;
    const int Known = 100;

    static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        Timing.PrintLoad();
        await using var installation = await Installation.CreateAsync(Keys, null, cancellationToken);
        await using var server = await Server.StartAsync(installation.Database, $"0-{Environment.ProcessorCount - 1}", cancellationToken);
        using var client = new HttpClient { BaseAddress = server.Url };
        var good = Enumerable.Range(0, Keys).Where(Installation.IsGood).Select(Installation.RawKey).ToList();
        var (known, unread) = (good[..Known], good[Known..]);
        await Load.SendAsync(server.Url, [.. known.Select(key => Load.Get("/forward-auth", key))], 200, 20_000, 8, cancellationToken);
        var (without, with) = (new List<FloodResult>(), new List<FloodResult>());
        for (var run = -1; run < Runs; run++) // the first is for the compiler, which learns what is hot
        {
            foreach (var (perSecond, results) in new[] { (0, without), (PerSecond, with) })
            {
                results.Add(await Flood.RunAsync(server.Url, known, unread, ReadsAsync, perSecond, Duration, cancellationToken));
                unread = unread[results[^1].Fresh..];
            }
        }

        without.RemoveAt(0);
        with.RemoveAt(0);
        Console.WriteLine($"good keys beside a flood, node and clients on the same {Environment.ProcessorCount} cores, median of {Runs} runs of {Duration.TotalSeconds} s in turn");
        Console.WriteLine(
            "              unknown a second  known p99 ms  unread p99 ms  database reads a second, but for the unread keys' own");
        foreach (var (name, results) in new[] { ("without", without), ("with", with) })
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-14}{Median(x => x.Unknown / Duration.TotalSeconds),16:N0}{Median(x => x.KnownP99.TotalMilliseconds),14:F2}{Median(x => x.FreshP99.TotalMilliseconds),15:F2}{Median(x => x.ReadsPerSecond),12:F1}"));

            double Median(Func<FloodResult, double> value) => Timing.Median([.. results.Select(value)]);
        }

        Timing.PrintLoad();

        async Task<long> ReadsAsync() =>
            long.Parse(await client.GetStringAsync(BenchHost.Reads, cancellationToken), CultureInfo.InvariantCulture);
    }
}
