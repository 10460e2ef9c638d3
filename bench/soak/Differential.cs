using System.Globalization;
using System.Text.Json;
using Dashboard.Tests.Unit.Support;

namespace Dashboard.Bench.Soak;

/// <summary>A request that two servers answered differently.</summary>
/// <param name="Change">What is wrong with it.</param>
/// <param name="Grants">The grants in whose requests, by the beginning of their names; empty for all.</param>
/// <param name="Ours">Our answer.</param>
/// <param name="Oracle">The other server's answer.</param>
/// <param name="Reason">Why that is right.</param>
sealed record Disagreement(string Change, string Ours, string Oracle, string Reason, params string[] Grants)
{
    /// <summary>The answer to a granted request.</summary>
    public const string Granted = "200";

    /// <summary>Whether it covers one answer.</summary>
    public bool Covers(TokenGrant grant, TokenMutation change, (string Ours, string Oracle) answers) =>
        Change == change.Name && (Ours, Oracle) == answers
        && (Grants.Length == 0 || Array.Exists(Grants, begin => grant.Name.StartsWith(begin, StringComparison.Ordinal)));
}

/// <summary>What came of a comparison.</summary>
/// <param name="Requests">How many requests both servers answered.</param>
/// <param name="Granted">How many of them we granted.</param>
/// <param name="Disagreements">How many they answered differently.</param>
/// <param name="Unexplained">What no listed disagreement explains.</param>
/// <param name="Unseen">Listed disagreements that did not occur.</param>
sealed record DifferentialResult(
    int Requests, int Granted, int Disagreements, IReadOnlyList<string> Unexplained, IReadOnlyList<string> Unseen);

/// <summary>Sends the same changed token requests to two servers and compares the answers: each change alone, then two or three of them
/// together.</summary>
sealed class Differential(LatchkeyTokenServer ours, OracleTokenServer oracle, IReadOnlyList<Disagreement> listed) : IDisposable
{
    readonly HttpClient http = new();
    readonly List<string> unexplained = [];
    readonly HashSet<Disagreement> seen = [];
    int requests;
    int granted;
    int disagreements;

    /// <summary>Compares.</summary>
    /// <param name="isFull">Whether each change is made to requests of each kind of client, rather than of the first one that it applies
    /// to.</param>
    /// <param name="seed">The beginning of the random numbers; the same one makes the same requests.</param>
    /// <param name="combinations">How many requests with several changes follow.</param>
    public async Task<DifferentialResult> RunAsync(
        TokenClients clients, bool isFull, ulong seed, int combinations, CancellationToken cancellationToken)
    {
        var random = new Xorshift(seed);
        var pairs = TokenGrant.All(clients)
            .Select(grant => new Pair(grant, new(ours, http, grant), new(oracle, http, grant), TokenMutation.Of(grant))).ToList();
        var done = new HashSet<(string Type, string Change)>();
        foreach (var pair in pairs)
        {
            await CheckAsync(pair, new("nothing changed", "", false, (_, _) => { }), random, cancellationToken);
            foreach (var change in pair.Changes.Where(change => done.Add((pair.Grant.Type, change.Name)) || isFull))
            {
                await CheckAsync(pair, change, random, cancellationToken);
            }
        }

        var combined = pairs.Where(pair => pair.Known.DistinctBy(change => change.Target).Count() > 1).ToList();
        for (var i = 0; i < combinations; i++)
        {
            await CheckCombinationAsync(random.Pick(combined), random, cancellationToken);
        }

        return new(requests, granted, disagreements, unexplained,
            [.. listed.Except(seen).Select(rule => $"{rule.Change}: {rule.Ours}, oracle {rule.Oracle}")]);
    }

    public void Dispose() => http.Dispose();

    async Task CheckAsync(Pair pair, TokenMutation change, Xorshift random, CancellationToken cancellationToken)
    {
        var answers = await AskAsync(pair, Draft(pair, [change], random), cancellationToken);
        pair.Alone[change] = answers;
        if (answers.Ours == Disagreement.Granted && change.IsAttack)
        {
            unexplained.Add($"{pair.Grant.Name}: {change.Name}: granted, which nothing can explain; oracle {answers.Oracle}");
        }

        if (answers.Ours == answers.Oracle)
        {
            return;
        }

        if (listed.FirstOrDefault(rule => rule.Covers(pair.Grant, change, answers)) is { } explained)
        {
            seen.Add(explained);
        }
        else
        {
            unexplained.Add($"{pair.Grant.Name}: {change.Name}: {answers.Ours}, oracle {answers.Oracle}");
        }
    }

    /// <summary>Several changes to one request. Whether a server grants it follows from the answers to each change alone; which error it
    /// reports does not, since one change can be the reason for another to be wrong.</summary>
    async Task CheckCombinationAsync(Pair pair, Xorshift random, CancellationToken cancellationToken)
    {
        var changes = new List<TokenMutation>();
        var count = Math.Min(random.Between(2, 3), pair.Known.DistinctBy(change => change.Target).Count());
        while (changes.Count < count)
        {
            var next = random.Pick(pair.Known);
            if (changes.TrueForAll(change => change.Target != next.Target))
            {
                changes.Add(next);
            }
        }

        pair.Ours.Forget(); // what an earlier request left may have expired by now
        pair.Oracle.Forget();
        var draft = Draft(pair, changes, random);
        var answers = await AskAsync(pair, draft, cancellationToken);
        foreach (var (name, answer, alone) in new[]
        {
            ("ours", answers.Ours, changes.Select(change => pair.Alone[change].Ours).ToList()),
            ("oracle", answers.Oracle, changes.ConvertAll(change => pair.Alone[change].Oracle)),
        })
        {
            // To the oracle a byte order mark is part of the first parameter's name, so what that parameter repeats is not repeated.
            var isHidden = name == "oracle" && changes.Exists(change => change.Name == TokenMutation.ByteOrderMark);
            // In JSON we take no name twice, whatever its values.
            var isGranted = alone.TrueForAll(each => each == Disagreement.Granted) && !(name == "ours" && draft.RepeatsInJson);
            var isExpected = isHidden || answer == Disagreement.Granted == isGranted;
            if (!isExpected)
            {
                unexplained.Add(
                    $"{pair.Grant.Name}: {string.Join(" + ", changes.Select(change => change.Name))}: {name} {answer}, alone {string.Join(", ", alone)}");
            }
        }
    }

    static TokenRequestDraft Draft(Pair pair, IReadOnlyList<TokenMutation> changes, Xorshift random)
    {
        var draft = pair.Grant.Draft();
        foreach (var change in changes)
        {
            change.Apply(draft, random);
        }

        return draft;
    }

    async Task<(string Ours, string Oracle)> AskAsync(Pair pair, TokenRequestDraft draft, CancellationToken cancellationToken)
    {
        var answers = (Ours: await SendAsync(draft, ours, pair.Ours, cancellationToken),
            Oracle: await SendAsync(draft, oracle, pair.Oracle, cancellationToken));
        requests++;
        granted += answers.Ours == Disagreement.Granted ? 1 : 0;
        disagreements += answers.Ours == answers.Oracle ? 0 : 1;
        // A granted request used its secret up, and one that names a state may have changed it.
        if (answers.Ours == Disagreement.Granted || answers.Oracle == Disagreement.Granted || draft.Parameters.Exists(
            parameter => parameter.Value is ['{', .., '}'] && parameter.Value.Contains(':', StringComparison.Ordinal)))
        {
            pair.Ours.Forget();
            pair.Oracle.Forget();
        }

        return answers;
    }

    async Task<string> SendAsync(TokenRequestDraft draft, ITokenServer server, TokenSecrets secrets, CancellationToken cancellationToken)
    {
        using var request = await draft.BuildAsync(server.Url, secrets, cancellationToken);
        using var answer = await http.SendAsync(request, cancellationToken);
        var status = ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (answer.Content.Headers.ContentType?.MediaType != "application/json")
        {
            return status;
        }

        using var document = JsonDocument.Parse(text);
        return !answer.IsSuccessStatusCode ? $"{status} {document.RootElement.GetProperty("error").GetString()}"
            : !document.RootElement.TryGetProperty("access_token", out _) ? $"{status} without a token"
            : document.RootElement.TryGetProperty("scope", out var scope) && scope.GetString()!.Split(' ')
                .FirstOrDefault(word => !secrets.IsAllowed(word)) is { } more
                ? $"{status} with {more}"
                : status;
    }

    /// <summary>A grant at both servers.</summary>
    sealed record Pair(TokenGrant Grant, TokenSecrets Ours, TokenSecrets Oracle, IReadOnlyList<TokenMutation> Changes)
    {
        /// <summary>What both answered to each change alone.</summary>
        public Dictionary<TokenMutation, (string Ours, string Oracle)> Alone { get; } = [];

        /// <summary>The changes that were made alone.</summary>
        public IReadOnlyList<TokenMutation> Known => [.. Changes.Where(Alone.ContainsKey)];
    }
}
