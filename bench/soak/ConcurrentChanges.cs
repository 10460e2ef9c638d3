using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Dashboard.Core.Accounts;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Bench.Soak;

/// <summary>What came of many changes at once.</summary>
/// <param name="Changes">How many were acknowledged.</param>
/// <param name="Refusals">How many were refused beside them.</param>
/// <param name="Busy">How many were turned away because too many waited, and were made afterwards.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Faults">What is missing, doubled or broken; empty if all is well.</param>
sealed record ConcurrentChangesResult(int Changes, int Refusals, int Busy, TimeSpan Took, IReadOnlyList<string> Faults);

/// <summary>Many writers change several organizations at once through several nodes, sign in and are refused. Afterwards each acknowledged
/// change has to have one row in the audit log and one in the change feed, nothing else may be in them, and every chain has to
/// verify.</summary>
sealed class ConcurrentChanges
{
    /// <summary>The changes of a key's life, in order.</summary>
    static readonly string[] life = ["key.created", "key.renamed", "key.note_changed", "key.switched_off", "key.revoked"];

    /// <summary>What becomes of twenty pieces of work in turn: a sign-in, a wrong password, two refusals, a project, and fifteen lives of
    /// keys.</summary>
    const int Turn = 20;

    readonly IReadOnlyList<IServiceProvider> nodes;
    readonly Actor owner;
    readonly SignInAttempt signIn;
    readonly List<(long Chain, string Slug, string Project)> organizations = [];
    readonly Actor stranger = new(PartyType.User, "nobody-at-all", "Stranger", "198.51.100.7");
    readonly ConcurrentBag<(long Chain, string Action, string Type, string Target)> made = [];
    int refusals;
    int busy;

    ConcurrentChanges(IReadOnlyList<IServiceProvider> nodes, Actor owner, SignInAttempt signIn) =>
        (this.nodes, this.owner, this.signIn) = (nodes, owner, signIn);

    /// <summary>Runs it. Projects must be allowed as many keys, and people as many changes, as are made.</summary>
    /// <param name="nodes">The services of nodes on one database.</param>
    /// <param name="owner">A person, who gets the organizations.</param>
    /// <param name="signIn">How they sign in.</param>
    /// <param name="changes">How many changes to make, at least.</param>
    /// <param name="chains">How many organizations to make them in, at most nine.</param>
    /// <param name="writers">How many write at once.</param>
    public static async Task<ConcurrentChangesResult> RunAsync(
        IReadOnlyList<IServiceProvider> nodes, Actor owner, SignInAttempt signIn, int changes, int chains, int writers,
        CancellationToken cancellationToken)
    {
        var run = new ConcurrentChanges(nodes, owner, signIn);
        for (var i = 0; i < chains; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"Changing {i}");
            var added = (await run.Node<OrganizationCreation>(i).CreateAsync(owner, new(name, Project: "Keys"), cancellationToken)).Value;
            run.organizations.Add((added.Organization.Id, added.Organization.Slug, $"{added.Organization.Slug}/{added.Project}"));
        }

        await run.FlushAsync(cancellationToken);
        var before = await run.EndsAsync(cancellationToken);
        var start = Stopwatch.GetTimestamp();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(
            async () =>
            {
                while (run.made.Count < changes)
                {
                    await run.WorkAsync(Interlocked.Increment(ref next), cancellationToken);
                }
            },
            cancellationToken)));
        var took = Stopwatch.GetElapsedTime(start);
        await run.FlushAsync(cancellationToken);
        return new(run.made.Count, run.refusals, run.busy, took, await run.FindFaultsAsync(before, cancellationToken));
    }

    T Node<T>(int i)
        where T : notnull => nodes[i % nodes.Count].GetRequiredService<T>();

    Task<DashboardContext> OpenAsync(CancellationToken cancellationToken) =>
        Node<IDbContextFactory<DashboardContext>>(0).CreateDbContextAsync(cancellationToken);

    /// <summary>Writes the refusals that the nodes have counted.</summary>
    async Task FlushAsync(CancellationToken cancellationToken)
    {
        foreach (var node in nodes)
        {
            await node.GetRequiredService<AuditRefusalService>().FlushAsync(cancellationToken);
        }
    }

    Task WorkAsync(int i, CancellationToken cancellationToken) => (i % Turn) switch
    {
        0 => SignInAsync(i, signIn, "session.started", owner.Id, cancellationToken),
        1 => SignInAsync(
            i, signIn with { Email = string.Create(CultureInfo.InvariantCulture, $"nobody-{i}@example.com") }, "session.refused", "unknown",
            cancellationToken),
        2 or 3 => RefuseAsync(i, cancellationToken),
        4 => AddProjectAsync(i, cancellationToken),
        _ => LiveAsync(i, cancellationToken),
    };

    async Task SignInAsync(int i, SignInAttempt attempt, string action, string target, CancellationToken cancellationToken)
    {
        var network = attempt with { Address = new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]) };
        var done = await MakeAsync(() => Node<SignInService>(i / Turn).SignInAsync(network, cancellationToken), cancellationToken);
        if (done.Error is { Code: not ErrorCode.InvalidCredentials } fault)
        {
            throw new InvalidOperationException(fault.Detail);
        }

        made.Add((AuditChain.Installation, action, FeedSubject.User, target));
    }

    /// <summary>Tries to revoke what a stranger cannot see: a row a minute with a count, and nothing in the feed.</summary>
    async Task RefuseAsync(int i, CancellationToken cancellationToken)
    {
        var refused = await MakeAsync(() => Node<KeyService>(i).RevokeAsync(stranger, "Ab12CdEf", cancellationToken), cancellationToken);
        if (refused.Error?.Code != ErrorCode.NotFound)
        {
            throw new InvalidOperationException($"A stranger was not refused: {refused.Error?.Detail}");
        }

        Interlocked.Increment(ref refusals);
    }

    async Task AddProjectAsync(int i, CancellationToken cancellationToken)
    {
        var (chain, slug, _) = organizations[i / Turn % organizations.Count];
        var name = string.Create(CultureInfo.InvariantCulture, $"Project {i}");
        var added = (await MakeAsync(
            () => Node<ProjectService>(i / Turn).CreateAsync(owner, new(slug, name), cancellationToken), cancellationToken)).Value;
        made.Add((chain, "project.created", FeedSubject.Project, $"{added.Organization}/{added.Slug}"));
    }

    async Task LiveAsync(int i, CancellationToken cancellationToken)
    {
        var (chain, _, project) = organizations[i % organizations.Count];
        var name = string.Create(CultureInfo.InvariantCulture, $"Key {i}");
        var id = (await MakeAsync(
            () => Keys(0).CreateAsync(owner, new(project, name), cancellationToken), cancellationToken)).Value.Key.KeyId;
        await StepAsync(1, keys => keys.ChangeAsync(owner, id, new(Name: $"{name}, renamed"), cancellationToken));
        await StepAsync(2, keys => keys.ChangeAsync(owner, id, new(Note: "Made by many at once."), cancellationToken));
        await StepAsync(3, keys => keys.ChangeAsync(owner, id, new(State: KeyState.Inactive), cancellationToken));
        await StepAsync(4, keys => keys.RevokeAsync(owner, id, cancellationToken));
        foreach (var action in life)
        {
            made.Add((chain, action, FeedSubject.Key, id));
        }

        KeyService Keys(int step) => Node<KeyService>(i + step); // each change on another node than the one before

        async Task StepAsync(int step, Func<KeyService, Task<Result<KeySummary>>> change) =>
            _ = (await MakeAsync(() => change(Keys(step)), cancellationToken)).Value;
    }

    /// <summary>Makes a change, again if it was turned away: what says that nothing was changed must be true.</summary>
    async Task<Result<T>> MakeAsync<T>(Func<Task<Result<T>>> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var outcome = await change();
            if (outcome.Error?.Code is not (ErrorCode.Unavailable or ErrorCode.RateLimited))
            {
                return outcome;
            }

            Interlocked.Increment(ref busy);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }
    }

    async Task<(Dictionary<long, long> Chains, long Feed)> EndsAsync(CancellationToken cancellationToken)
    {
        await using var context = await OpenAsync(cancellationToken);
        return (
            await context.AuditChains.ToDictionaryAsync(chain => chain.Id, chain => chain.Sequence, cancellationToken),
            await context.FeedCounters.Select(counter => counter.Number).SingleAsync(cancellationToken));
    }

    async Task<IReadOnlyList<string>> FindFaultsAsync(
        (Dictionary<long, long> Chains, long Feed) before, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        await using var context = await OpenAsync(cancellationToken);
        var rows = new List<AuditEntry>();
        foreach (var (chain, end) in before.Chains)
        {
            var verified = await Node<AuditVerifier>(0).VerifyAsync(chain, [], cancellationToken);
            if (!verified.IsIntact)
            {
                faults.Add($"chain {chain} is broken at {verified.Break}");
            }

            rows.AddRange(await context.AuditEntries.AsNoTracking().Where(row => row.ChainId == chain && row.Sequence > end)
                .OrderBy(row => row.Sequence).ToListAsync(cancellationToken));
        }

        var refused = rows.Where(row => row.Action == RefusalReason.ChangeRefused).ToList();
        var changes = rows.Except(refused).ToList();
        Compare("audit log", made, changes.Select(row => (row.ChainId, row.Action, row.TargetType, row.TargetId)));
        var counted = refused.Sum(row => System.Text.Json.Nodes.JsonNode.Parse(row.Details)!["count"]!.GetValue<int>());
        if (counted != refusals)
        {
            faults.Add($"{refusals} refusals, of which the audit log counts {counted}");
        }

        faults.AddRange(changes.GroupBy(row => row.ChangeId).Where(group => group.Count() > 1)
            .Select(group => $"{group.Count()} rows of one change"));
        faults.AddRange(changes.Where(row => row.TargetType == FeedSubject.Key).GroupBy(row => row.TargetId, StringComparer.Ordinal)
            .Where(key => !key.Select(row => row.Action).SequenceEqual(life, StringComparer.Ordinal))
            .Select(key => $"the rows of key {key.Key} are in another order"));
        var feed = await context.FeedEntries.AsNoTracking().Where(row => row.Number > before.Feed).OrderBy(row => row.Number)
            .ToListAsync(cancellationToken);
        Compare(
            "change feed", made.Select(change => (0L, "", change.Type, change.Target)),
            feed.Select(row => (0L, "", row.SubjectType, row.SubjectId)));
        if (!feed.Select(row => row.Number).SequenceEqual(Enumerable.Range(1, feed.Count).Select(i => before.Feed + i)))
        {
            faults.Add("the numbers of the change feed have a gap");
        }

        return faults;

        void Compare(string where, IEnumerable<(long, string, string, string)> expected, IEnumerable<(long, string, string, string)> found)
        {
            var counts = found.CountBy(row => row).ToDictionary();
            foreach (var (change, count) in expected.CountBy(change => change))
            {
                if (!counts.Remove(change, out var there) || there != count)
                {
                    faults.Add($"{change}: {count} made, {there} in the {where}");
                }
            }

            faults.AddRange(counts.Select(row => $"{row.Key}: nobody made it, {row.Value} in the {where}"));
        }
    }
}
