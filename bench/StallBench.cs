using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Dashboard.Bench.Soak;

namespace Dashboard.Bench;

/// <summary>What a known key and <c>/healthz/live</c> notice of a lock that another process holds, of many who create keys at once, of the
/// deletion of a large project, and what becomes of changes after the database file was swapped.</summary>
static class StallBench
{
    const int Keys = 5000;
    const int Waiting = 16;
    const int Creating = 40;

    static readonly TimeSpan Held = TimeSpan.FromSeconds(8);

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        Timing.PrintLoad();
        await using var installation = await Installation.CreateAsync(Keys, null, cancellationToken);
        var other = (await installation.Projects.CreateAsync(
            installation.Owner, new(installation.Project.Organization, "Other"), cancellationToken)).Value;
        var key = (await installation.Keys.CreateAsync(
            installation.Owner, new($"{other.Organization}/{other.Slug}", "known"), cancellationToken)).Value.Secret.Reveal();
        await using var node = await Server.StartAsync(
            installation.Database, "0-1", cancellationToken, "--Limits:WritesPerMinute=0", $"--Keys:MaxActivePerProject={Keys + 1000}");
        using var http = new HttpClient(
            new HttpClientHandler { CookieContainer = new CookieContainer(), MaxConnectionsPerServer = 100 })
        { BaseAddress = node.Url };
        http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        (await http.PostAsJsonAsync("/api/session", new { email = Installation.Email, password = Installation.Password },
            cancellationToken)).EnsureSuccessStatusCode();
        Print("quiet, 2 s", await Stalls.WatchAsync(
            node.Url, key, () => Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, cancellationToken), cancellationToken));

        var (report, answers) = await Stalls.LockAsync(
            node.Url, installation.Database, key, i => CreateAsync("waiting", i), Waiting, Held, cancellationToken);
        Print($"lock held for {Held.TotalSeconds:F0} s, {Waiting} writers ({Count(answers)})", report);
        IReadOnlyList<HttpStatusCode> created = [];
        report = await Stalls.WatchAsync(
            node.Url, key, async () =>
                created = await Task.WhenAll(Enumerable.Range(0, Creating).Select(i => CreateAsync("at once", i))), cancellationToken);
        Print($"{Creating} create at once ({Count(created)})", report);
        HttpStatusCode deleted = default;
        report = await Stalls.WatchAsync(
            node.Url, key, async () => deleted = (await http.DeleteAsync($"/api/projects/{installation.Project}", cancellationToken))
                .StatusCode, cancellationToken);
        Print($"deleting a project of {Keys} keys ({deleted})", report);
        var (ready, lost) = await Stalls.SwapAsync(
            node.Url, installation.Database, i => CreateAsync("lost", i), Waiting, cancellationToken);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"file swapped: not ready after {ready.TotalSeconds:F2} s; {Waiting} writers: {Count(lost)}"));
        Timing.PrintLoad();

        async Task<HttpStatusCode> CreateAsync(string name, int i)
        {
            using var answer = await http.PostAsJsonAsync(
                "/api/keys", new { name = $"{name} {i}", project = $"{other.Organization}/{other.Slug}" }, cancellationToken);
            return answer.StatusCode;
        }
    }

    static string Count(IEnumerable<HttpStatusCode> answers) =>
        string.Join(", ", answers.CountBy(x => x).Select(x => $"{x.Value} × {(int)x.Key}"));

    static void Print(string what, Stalls.Report report) => Console.WriteLine($"{what}: {report}");
}
