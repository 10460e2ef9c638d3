using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Dashboard.Bench.Soak;

namespace Dashboard.Bench;

/// <summary>What creating a key over REST costs the server, beside cached verification in the same run, and whether it stays the same among
/// many keys.</summary>
static partial class CreateBench
{
    const int Rounds = 7;
    const int WarmUp = 4;
    const int Verifications = 10_000;
    const int Creations = 200;
    const int Connections = 8; // the same for both: with one alone, most of the time goes to waking the thread that answers
    const int FirstCreations = 1_000; // in each round of the warm-up, so that the compiler sees the whole path often enough

    static readonly int[] Sizes = [5_000, 100_000, 1_000_000];

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        Timing.PrintLoad();
        var nodes = new List<Node>();
        try
        {
            foreach (var size in Sizes)
            {
                nodes.Add(await Node.StartAsync(size, cancellationToken));
            }

            var (verify, create) = (new List<double>(), Sizes.Select(_ => new List<double>()).ToList());
            for (var round = -WarmUp; round < Rounds; round++) // the first are for the compiler, which learns what is hot
            {
                var times = new double[nodes.Count + 1];
                for (var turn = 0; turn < times.Length; turn++)
                {
                    var at = (turn + round + WarmUp) % times.Length;
                    times[at] = at == nodes.Count ? await nodes[0].VerifyAsync(cancellationToken)
                        : await nodes[at].CreateAsync(round < 0 ? FirstCreations : Creations, cancellationToken);
                }

                if (round >= 0)
                {
                    verify.Add(times[^1]);
                    create.ForEach(taken => taken.Add(times[create.IndexOf(taken)]));
                }
            }

            Print(verify, create);
        }
        finally
        {
            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }

        Timing.PrintLoad();
    }

    static void Print(List<double> verify, List<List<double>> create)
    {
        Console.WriteLine($"server CPU a request over HTTP, one core, median of {Rounds} interleaved rounds, SQLite on disk");
        var (reference, first) = (Timing.Median(verify), Timing.Median(create[0]));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"/forward-auth, cached",-44}{reference,10:F1} µs"));
        foreach (var (size, taken) in Sizes.Zip(create))
        {
            var median = Timing.Median(taken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{$"POST /api/keys, {size:N0} keys in the project",-44}{median,10:F1} µs  {median / reference,6:F1} times the first  {median / first,5:F2} times the smallest"));
        }
    }

    /// <summary>A node with a project of so many keys, and a browser's session with it.</summary>
    sealed partial class Node(Installation installation, Server server, string cookie, IReadOnlyList<byte[]> verifications)
        : IAsyncDisposable
    {
        int made;

        public static async Task<Node> StartAsync(int keys, CancellationToken cancellationToken)
        {
            var installation = await Installation.CreateAsync(keys, null, cancellationToken);
            var server = await Server.StartAsync(
                installation.Database, "0", cancellationToken, "--Keys:MaxActivePerProject=10000000", "--Limits:WritesPerMinute=0");
            await using var connection = await Connection.OpenAsync(server.Url, cancellationToken);
            await connection.SendAsync(Post("/api/session",
                $$"""{"email": "{{Installation.Email}}", "password": "{{Installation.Password}}"}"""), 200, cancellationToken);
            var cookie = string.Join("; ", CookiePattern().Matches(connection.Answer).Select(match => match.Groups["cookie"].Value));
            var known = Enumerable.Range(0, 200).Where(Installation.IsGood).Select(Installation.RawKey);
            return new(
                installation, server, cookie, [.. known.Select(key => Load.Get($"/forward-auth/{installation.Project}/live/read", key))]);
        }

        public Task<double> VerifyAsync(CancellationToken cancellationToken) =>
            MeasureAsync(verifications, 200, Verifications, cancellationToken);

        public Task<double> CreateAsync(int count, CancellationToken cancellationToken) => MeasureAsync(
            [.. Enumerable.Range(0, count)
                .Select(_ => Post("/api/keys", $$"""{"name": "backend {{++made}}", "permissions": ["read"]}""", cookie))],
            201,
            count,
            cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await server.DisposeAsync();
            await installation.DisposeAsync();
        }

        async Task<double> MeasureAsync(
            IReadOnlyList<byte[]> requests, int status, int count, CancellationToken cancellationToken)
        {
            await server.RestAsync(cancellationToken);
            var before = server.Cpu;
            await Load.SendAsync(server.Url, requests, status, count, Connections, cancellationToken);
            return (server.Cpu - before).TotalMicroseconds / count;
        }

        static byte[] Post(string path, string json, string cookie = "") => Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nCookie: {cookie}\r\nContent-Length: {json.Length}\r\n\r\n{json}");

        [GeneratedRegex("^set-cookie: (?<cookie>[^;\r\n]+)",
            RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex CookiePattern();
    }
}
