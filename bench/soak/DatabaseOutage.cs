using System.Diagnostics;
using System.Net;

namespace Dashboard.Bench.Soak;

/// <summary>Stops a node's database under load and starts it again, and reports what callers see.</summary>
static class DatabaseOutage
{
    /// <summary>Runs the outage.</summary>
    /// <param name="node">The node.</param>
    /// <param name="cached">A key that the node has verified.</param>
    /// <param name="uncached">A key that it has not.</param>
    /// <param name="stop">Stops the database.</param>
    /// <param name="start">Starts it and returns when it accepts connections.</param>
    /// <param name="away">How long the database is away.</param>
    /// <param name="callers">How many callers present the cached key, one request after another.</param>
    public static async Task<Report> RunAsync(
        Uri node, string cached, string uncached, Func<Task> stop, Func<Task> start, TimeSpan away,
        int callers, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = node, Timeout = TimeSpan.FromSeconds(30) };
        var answers = new List<(TimeSpan At, HttpStatusCode Status)>();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await AskAsync(http, cached, cancellationToken);
        await stop();
        var began = Stopwatch.GetTimestamp();
        var load = Enumerable.Range(0, callers).Select(_ => LoadAsync()).ToList();
        var unknown = await AskAsync(http, uncached, cancellationToken);
        while (Stopwatch.GetElapsedTime(began) is var now && now < away)
        {
            await Task.WhenAny(Task.WhenAll(load), Task.Delay(away - now, TimeProvider.System, cancellationToken));
        }

        await start();
        var back = Stopwatch.GetElapsedTime(began);
        while (await AskAsync(http, uncached, cancellationToken) != HttpStatusCode.OK)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }

        var recovered = Stopwatch.GetElapsedTime(began) - back;
        while (await AskAsync(http, cached, cancellationToken) != HttpStatusCode.OK)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }

        var cachedAgain = Stopwatch.GetElapsedTime(began) - back;
        await ended.CancelAsync();
        await Task.WhenAll(load);
        lock (answers)
        {
            var refused = answers.Where(answer => answer.At < back && answer.Status != HttpStatusCode.OK).ToList();
            return new(
                unknown,
                answers.Count(answer => answer.At < back && answer.Status == HttpStatusCode.OK),
                refused.Count,
                refused.Count == 0 ? null : refused.Min(answer => answer.At),
                [.. refused.Select(answer => answer.Status).Distinct()],
                recovered > cachedAgain ? recovered : cachedAgain);
        }

        async Task LoadAsync()
        {
            try
            {
                while (!ended.IsCancellationRequested)
                {
                    var status = await AskAsync(http, cached, ended.Token);
                    lock (answers)
                    {
                        answers.Add((Stopwatch.GetElapsedTime(began), status));
                    }

                    await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, ended.Token);
                }
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                // The load ends with the outage.
            }
        }
    }

    static async Task<HttpStatusCode> AskAsync(HttpClient http, string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/capabilities");
        request.Headers.Add("X-API-Key", key);
        using var answer = await http.SendAsync(request, cancellationToken);
        return answer.StatusCode;
    }

    /// <summary>What callers saw.</summary>
    /// <param name="Uncached">The answer to a key that the node had not cached, right after the database went away.</param>
    /// <param name="Accepted">The number of accepted requests with the cached key while the database was away.</param>
    /// <param name="Refused">The number of the others.</param>
    /// <param name="FirstRefused">When the first of them was answered, after the database went away.</param>
    /// <param name="Refusals">Their statuses.</param>
    /// <param name="Recovery">How long after the database was back both keys were accepted.</param>
    public sealed record Report(
        HttpStatusCode Uncached, int Accepted, int Refused, TimeSpan? FirstRefused,
        IReadOnlyList<HttpStatusCode> Refusals, TimeSpan Recovery);
}
