using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Dashboard.Bench.Soak;

/// <summary>Watches how quickly a node answers a known key and <c>/healthz/live</c> while its writers have a hard time.</summary>
static class Stalls
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Another process holds the writer lock, and many want to write.</summary>
    /// <param name="node">The node.</param>
    /// <param name="database">Its SQLite file.</param>
    /// <param name="key">A key that the node knows.</param>
    /// <param name="write">Writes once, by its number, and returns the status.</param>
    /// <param name="writers">How many write at once.</param>
    /// <param name="held">How long the lock is held.</param>
    public static async Task<(Report Report, IReadOnlyList<HttpStatusCode> Answers)> LockAsync(
        Uri node, string database, string key, Func<int, Task<HttpStatusCode>> write, int writers, TimeSpan held,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<HttpStatusCode> answers = [];
        var report = await WatchAsync(node, key, async () =>
        {
            using var other = new SqliteConnection($"Data Source={database};Pooling=False");
            other.Open();
            var transaction = other.BeginTransaction();
            var waiting = Task.WhenAll(Enumerable.Range(0, writers).Select(write));
            await Task.Delay(held, TimeProvider.System, cancellationToken);
            await transaction.DisposeAsync();
            answers = await waiting;
        }, cancellationToken);
        return (report, answers);
    }

    /// <summary>The database file is swapped for a copy of it while writers write.</summary>
    /// <param name="node">The node.</param>
    /// <param name="database">Its SQLite file.</param>
    /// <param name="write">Writes once, by its number, and returns the status.</param>
    /// <param name="writers">How many write after the swap.</param>
    /// <returns>How long until <c>/healthz/ready</c> was 503, and the answers of the writers that began after the swap.</returns>
    public static async Task<(TimeSpan Ready, IReadOnlyList<HttpStatusCode> Answers)> SwapAsync(
        Uri node, string database, Func<int, Task<HttpStatusCode>> write, int writers, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = node };
        File.Copy(database, $"{database}.other");
        File.Move($"{database}.other", database, overwrite: true);
        var start = Stopwatch.GetTimestamp();
        var answers = Task.WhenAll(Enumerable.Range(0, writers).Select(write));
        while ((await http.GetAsync("/healthz/ready", cancellationToken)).StatusCode != HttpStatusCode.ServiceUnavailable)
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(10))
            {
                throw new InvalidOperationException("The node was still ready ten seconds after its file was swapped.");
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }

        return (Stopwatch.GetElapsedTime(start), await answers);
    }

    /// <summary>Watches while something happens.</summary>
    public static async Task<Report> WatchAsync(Uri node, string key, Func<Task> during, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var known = AskAsync(node, Load.Get("/forward-auth", key), ended.Token);
        var live = AskAsync(node, Encoding.ASCII.GetBytes("GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\n"), ended.Token);
        var start = Stopwatch.GetTimestamp();
        await during();
        var took = Stopwatch.GetElapsedTime(start);
        await ended.CancelAsync();
        return new(took, await known, await live);
    }

    /// <summary>Asks again and again, on a thread of its own, and returns how long each answer took, in milliseconds.</summary>
    static Task<IReadOnlyList<double>> AskAsync(Uri node, byte[] request, CancellationToken ended) => Task.Factory.StartNew(
        () =>
        {
            using var connection = new BlockingConnection(node);
            var times = new List<double>();
            do
            {
                times.Add(connection.Time(request, 200));
            }
            while (!ended.WaitHandle.WaitOne(Pause));
            return (IReadOnlyList<double>)times;
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <summary>What was seen.</summary>
    /// <param name="Took">How long it took what happened.</param>
    /// <param name="Known">How long each answer about the known key took, in milliseconds.</param>
    /// <param name="Live">How long each answer of <c>/healthz/live</c> took, in milliseconds.</param>
    public sealed record Report(TimeSpan Took, IReadOnlyList<double> Known, IReadOnlyList<double> Live)
    {
        /// <summary>The longest answer.</summary>
        public TimeSpan Longest => TimeSpan.FromMilliseconds(Math.Max(Known.Max(), Live.Max()));

        public override string ToString() => FormattableString.Invariant(
            $"took {Took.TotalSeconds:F1} s; known key: {Known.Count} answers, median {Known.Order().ElementAt(Known.Count / 2):F1} ms, longest {Known.Max():F0} ms; live: longest {Live.Max():F0} ms");
    }
}
