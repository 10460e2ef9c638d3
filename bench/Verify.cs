using System.Globalization;
using System.Text.Json;
using Dashboard.Bench.Soak;
using Dashboard.Core.Keys.Format;
using Dashboard.Core.ServiceAccounts;

namespace Dashboard.Bench;

/// <summary>What verifying a key costs: over HTTP in server CPU beside an endpoint that does nothing, and in process beside
/// SHA-256.</summary>
static class Verify
{
    const int Keys = 100_000;
    const int Few = 10_000;
    const int Rounds = 7;
    const int Cached = 100;

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        Timing.PrintLoad();
        await using var installation = await Installation.CreateAsync(Keys, null, cancellationToken);
        await OverHttpAsync(installation, cancellationToken);
        Timing.PrintLoad();
        await InProcess.RunAsync([(installation, Few)], cancellationToken);
        Timing.PrintLoad();
    }

    /// <summary>Takes some minutes: each of a million keys is read from the database once.</summary>
    public static async Task RunMillionAsync(CancellationToken cancellationToken)
    {
        const int million = 1_000_000;
        Timing.PrintLoad();
        await using var few = await Installation.CreateAsync(Few, null, cancellationToken);
        await using var many = await Installation.CreateAsync(million, null, cancellationToken);
        await Lists.CompareAsync(many, million, cancellationToken);
        Timing.PrintLoad();
        await InProcess.RunAsync([(few, Few), (many, million)], cancellationToken);
        Timing.PrintLoad();
    }

    static async Task OverHttpAsync(Installation installation, CancellationToken cancellationToken)
    {
        await using var server = await Server.StartAsync(installation.Database, "0", cancellationToken);
        var ask = await TokenRequestAsync(installation, cancellationToken);
        var tokens = await IssueAsync(server.Url, ask, cancellationToken);
        var good = Enumerable.Range(0, Keys).Where(Installation.IsGood).ToList();
        var known = good.Take(Cached).Select(Installation.RawKey).ToList();
        var unread = new Queue<int>(good.Skip(Cached));
        var policy = $"/forward-auth/{installation.Project}/live/read";
        if (!KeyTemplate.TryParse(KeyTemplate.Default, out var template, out _))
        {
            throw new InvalidOperationException("The default template is none.");
        }

        (string Name, int Count, int Connections, int Status, Func<int, IReadOnlyList<byte[]>> Requests)[] measures =
        [
            ("endpoint with seven fixed headers", 20_000, 8, 200, _ => [Load.Get(BenchHost.Bare, known[0])]),
            ("/forward-auth, cached", 20_000, 8, 200, _ => [.. known.Select(key => Load.Get(policy, key))]),
            ("/forward-auth, cached access token", 20_000, 8, 200, _ => [.. tokens.Select(token => Load.GetWithToken(policy, token))]),
            ("/v1/capabilities, cached", 10_000, 8, 200, _ => [.. known.Select(key => Load.Get("/v1/capabilities", key))]),
            ("/forward-auth, uncached", 2_000, 8, 200, count =>
                [.. Enumerable.Range(0, count).Select(_ => Load.Get(policy, Installation.RawKey(unread.Dequeue())))]),
            ("/oauth/token, client credentials", 500, 8, 200, _ => [ask]),
            ("/forward-auth, garbage refused", 4_000, 256, 401, count =>
                [.. Enumerable.Range(0, count).Select(_ => Load.Get(policy, template.Mint(KeyEnvironment.Live).Reveal()))]),
        ];
        var taken = measures.Select(_ => new List<double>()).ToList();
        for (var round = -2; round < Rounds; round++)
        {
            for (var turn = 0; turn < measures.Length; turn++)
            {
                var at = (turn + round + 2) % measures.Length;
                var (_, count, connections, status, make) = measures[at];
                var requests = make(count);
                await server.RestAsync(cancellationToken);
                var before = server.Cpu;
                await Load.SendAsync(server.Url, requests, status, count, connections, cancellationToken);
                if (round >= 0)
                {
                    taken[at].Add((server.Cpu - before).TotalMicroseconds / count);
                }
            }
        }

        Console.WriteLine(
            $"server CPU a request over HTTP, one core, median of {Rounds} interleaved rounds, {Keys:N0} keys in the database");
        foreach (var (measure, times) in measures.Zip(taken))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{measure.Name,-36}{Timing.Median(times),8:F1} µs  {Timing.Median(times) / Timing.Median(taken[0]),6:F2} times the first"));
        }
    }

    /// <summary>What a service account sends for an access token (RFC 6749 section 4.4).</summary>
    static async Task<byte[]> TokenRequestAsync(Installation installation, CancellationToken cancellationToken)
    {
        var account = (await installation.Get<ServiceAccountService>().CreateAsync(
            installation.Owner, new("gateway", Permissions: ["read"], Projects: ProjectChoice.All,
                Organization: installation.Project.Organization), cancellationToken)).Value;
        return Load.Post(
            "/oauth/token", $"grant_type=client_credentials&client_id={account.Account.ClientId}&client_secret={account.Secret.Reveal()}");
    }

    static async Task<IReadOnlyList<string>> IssueAsync(Uri url, byte[] ask, CancellationToken cancellationToken)
    {
        await using var connection = await Connection.OpenAsync(url, cancellationToken);
        var tokens = new List<string>();
        while (tokens.Count < Cached)
        {
            await connection.SendAsync(ask, 200, cancellationToken);
            var body = connection.Answer[
                connection.Answer.IndexOf('{', StringComparison.Ordinal)..(connection.Answer.LastIndexOf('}') + 1)];
            using var answer = JsonDocument.Parse(body);
            tokens.Add(answer.RootElement.GetProperty("access_token").GetString()!);
        }

        return tokens;
    }
}
