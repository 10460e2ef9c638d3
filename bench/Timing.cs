using System.Diagnostics;
using System.Globalization;

namespace Dashboard.Bench;

/// <summary>Something that is timed.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="RunAsync">Does it once.</param>
sealed record Measure(string Name, Func<CancellationToken, Task> RunAsync);

/// <summary>Times things beside each other: in every round each has its turn, so that whatever else the machine does meets all of them
/// alike.</summary>
static class Timing
{
    /// <summary>Runs <paramref name="measures"/> and prints a line for each, with its ratio to the first.</summary>
    public static async Task CompareAsync(IReadOnlyList<Measure> measures, int warmUp, int rounds, CancellationToken cancellationToken)
    {
        var times = measures.Select(_ => new List<double>()).ToList();
        var work = measures.Select(_ => new List<double>()).ToList();
        for (var round = -warmUp; round < rounds; round++)
        {
            for (var turn = 0; turn < measures.Count; turn++)
            {
                // Another begins each round: nobody is always the one after the same neighbour's garbage.
                var at = (turn + round + warmUp) % measures.Count;
                var (start, used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                await measures[at].RunAsync(cancellationToken);
                if (round >= 0)
                {
                    work[at].Add((Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
                    times[at].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }
        }

        var width = measures.Max(measure => measure.Name.Length);
        var reference = At(times[0], 0.5);
        Console.WriteLine(
            $"{"".PadRight(width)}  median ms  p95 ms  times the reference  CPU ms of this process ({rounds} interleaved rounds)");
        foreach (var (measure, taken, busy) in measures.Zip(times, work))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{measure.Name.PadRight(width)}  {At(taken, 0.5),9:F2}  {At(taken, 0.95),6:F2}  {At(taken, 0.5) / reference,6:F1}  {At(busy, 0.5),19:F2}"));
        }
    }

    /// <summary>The machine's other load in that time, if the system reports it.</summary>
    public static void PrintLoad() => Console.WriteLine(
        $"load average {(File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)) : "unknown")}, {Environment.ProcessorCount} cores");

    /// <summary>The value in the middle.</summary>
    public static double Median(List<double> values) => At(values, 0.5);

    static double At(List<double> times, double share) => times.Order().ElementAt(Math.Min(times.Count - 1, (int)(share * times.Count)));
}
