using Dashboard.Bench;

// dotnet run -c Release --project bench -- VERB: what we claim about speed, measured beside a reference in the same run.
Dictionary<string, Func<CancellationToken, Task>> verbs = new(StringComparer.Ordinal)
{
    ["lists"] = Lists.RunAsync,
    ["key"] = KeyBench.RunAsync,
    ["verify"] = Verify.RunAsync,
    ["verify-million"] = Verify.RunMillionAsync,
    ["flood"] = FloodBench.RunAsync,
    ["create"] = CreateBench.RunAsync,
    ["revoke"] = RevokeBench.RunAsync,
    ["stalls"] = StallBench.RunAsync,
    ["tokens"] = TokenBench.RunAsync,
    ["sign-in"] = SignInBench.RunAsync,
    ["audit"] = AuditBench.RunAsync,
    ["audit-postgresql"] = AuditBench.RunOnPostgreSqlAsync,
    ["changes"] = ChangesBench.RunAsync,
    ["import"] = ImportBench.RunAsync,
    ["move"] = ImportBench.MoveAsync,
    ["differential"] = DifferentialBench.RunAsync,
};

if (args is ["host", .. var settings])
{
    await BenchHost.RunAsync(settings); // what the others measure, in a process of its own
    return 0;
}

if (args is not [var verb] || !verbs.TryGetValue(verb, out var run))
{
    await Console.Error.WriteLineAsync($"Say what to measure: {string.Join(", ", verbs.Keys)}.");
    return 1;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => (e.Cancel, _) = (true, stop.CancelAsync());
await run(stop.Token);
return 0;
