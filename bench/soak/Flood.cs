using System.Diagnostics;
using Dashboard.Core.Keys.Format;

namespace Dashboard.Bench.Soak;

/// <summary>The result of a flood.</summary>
/// <param name="Unknown">The number of unknown keys that were refused.</param>
/// <param name="Good">The number of valid, cached keys that were accepted.</param>
/// <param name="Fresh">The number of valid keys that were not cached before.</param>
/// <param name="KnownP99">The 99th percentile of the time for cached keys.</param>
/// <param name="FreshP99">The 99th percentile of the time for the others.</param>
/// <param name="ReadsPerSecond">Database reads per second, except those of the keys that were not cached.</param>
sealed record FloodResult(int Unknown, int Good, int Fresh, TimeSpan KnownP99, TimeSpan FreshP99, double ReadsPerSecond);

/// <summary>Presents new, well-formed keys that do not exist at a given rate, and valid ones among them. Throws on any wrong
/// response.</summary>
static class Flood
{
    const int FreshPerSecond = 20;

    /// <summary>The database reads of one key whose project is cached.</summary>
    const int ReadsPerKey = 1;

    /// <summary>The interval in which each connection sends one request.</summary>
    static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs the flood.</summary>
    /// <param name="url">The node.</param>
    /// <param name="known">Keys that the node has cached.</param>
    /// <param name="unread">Valid keys of one project that the node has not cached, at least twenty per second.</param>
    /// <param name="reads">Returns the number of database reads so far.</param>
    /// <param name="perSecond">The number of unknown keys per second; 0 for a run without a flood.</param>
    public static async Task<FloodResult> RunAsync(
        Uri url, IReadOnlyList<string> known, IReadOnlyList<string> unread, Func<Task<long>> reads, int perSecond, TimeSpan duration, CancellationToken cancellationToken)
    {
        if (!KeyTemplate.TryParse(KeyTemplate.Default, out var template, out _))
        {
            throw new InvalidOperationException("The default template is not valid.");
        }

        var (good, fresh) = (new List<double>(), new List<double>());
        using var flooder = new Flooder(url, template, (int)Math.Ceiling(perSecond * Turn.TotalSeconds));
        var (before, start) = (await reads(), Stopwatch.GetTimestamp());
        var flooding = perSecond == 0 ? Task.FromResult(0) : flooder.RunAsync(perSecond, duration, cancellationToken);
        await Task.WhenAll(flooding, TimeAsync(TimeSpan.FromMilliseconds(2), known, good), TimeAsync(TimeSpan.FromSeconds(1) / FreshPerSecond, unread, fresh));
        var others = await reads() - before - (ReadsPerKey * fresh.Count);
        return new(await flooding, good.Count, fresh.Count, P99(good), P99(fresh), others / Stopwatch.GetElapsedTime(start).TotalSeconds);

        // On a separate thread, so that the time measured is that of the node and not the wait for a turn among a thousand clients in this
        // process.
        Task TimeAsync(TimeSpan every, IReadOnlyList<string> keys, List<double> times) => Task.Factory.StartNew(
            () =>
            {
                using var client = new BlockingConnection(url);
                for (var due = every; due < duration; due += every)
                {
                    var early = due - Stopwatch.GetElapsedTime(start);
                    if (early > TimeSpan.Zero && cancellationToken.WaitHandle.WaitOne(early))
                    {
                        break;
                    }

                    times.Add(client.Time(Load.Get("/forward-auth", keys[times.Count % keys.Count]), 200));
                }
            },
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    static TimeSpan P99(List<double> milliseconds) =>
        TimeSpan.FromMilliseconds(milliseconds.Order().ElementAt(Math.Min(milliseconds.Count - 1, (int)(0.99 * milliseconds.Count))));
}
