using System.Diagnostics;
using Dashboard.Core.Keys.Format;

namespace Dashboard.Bench.Soak;

/// <summary>What came of a flood.</summary>
/// <param name="Unknown">How many unknown keys were refused.</param>
/// <param name="Good">How many good keys were let through that the node knew.</param>
/// <param name="Fresh">How many were that it did not know.</param>
/// <param name="KnownP99">Of the known ones, the time that 99 in 100 stayed under.</param>
/// <param name="FreshP99">Of the others.</param>
/// <param name="ReadsPerSecond">What the database was asked in that time, without the reads of keys that the node did not know.</param>
sealed record FloodResult(int Unknown, int Good, int Fresh, TimeSpan KnownP99, TimeSpan FreshP99, double ReadsPerSecond);

/// <summary>Presents ever new keys of the right shape that were never minted, so many a second, and good ones among them. Whatever is
/// answered wrongly is thrown.</summary>
static class Flood
{
    const int FreshPerSecond = 20;

    /// <summary>What one key takes, where its project is known.</summary>
    const int ReadsPerKey = 1;

    /// <summary>Each connection has one turn in so long.</summary>
    static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs it.</summary>
    /// <param name="url">The node.</param>
    /// <param name="known">Keys that it knows.</param>
    /// <param name="unread">Good keys that it does not know, at least twenty for each second; those of one project.</param>
    /// <param name="reads">How often its database has been read so far.</param>
    /// <param name="perSecond">How many unknown keys a second; none for a run without a flood.</param>
    /// <param name="duration">How long.</param>
    public static async Task<FloodResult> RunAsync(
        Uri url, IReadOnlyList<string> known, IReadOnlyList<string> unread, Func<Task<long>> reads,
        int perSecond, TimeSpan duration, CancellationToken cancellationToken)
    {
        if (!KeyTemplate.TryParse(KeyTemplate.Default, out var template, out _))
        {
            throw new InvalidOperationException("The default template is none.");
        }

        var (good, fresh) = (new List<double>(), new List<double>());
        using var flooder = new Flooder(url, template, (int)Math.Ceiling(perSecond * Turn.TotalSeconds));
        var (before, start) = (await reads(), Stopwatch.GetTimestamp());
        var flooding = perSecond == 0 ? Task.FromResult(0) : flooder.RunAsync(perSecond, duration, cancellationToken);
        await Task.WhenAll(flooding, TimeAsync(TimeSpan.FromMilliseconds(2), known, good), TimeAsync(
            TimeSpan.FromSeconds(1) / FreshPerSecond, unread, fresh));
        var others = await reads() - before - (ReadsPerKey * fresh.Count);
        return new(await flooding, good.Count, fresh.Count, P99(good), P99(fresh), others / Stopwatch.GetElapsedTime(start).TotalSeconds);

        // On a thread of its own, so that what is timed is the node and not the wait for a turn among a thousand clients in this process.
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
