using System.Globalization;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Bench;

/// <summary>The keys page's questions among ten thousand keys: how long the server takes, and what it reads for them.</summary>
static class Lists
{
    const int Keys = 10_000;
    const int Rows = 25; // as the page shows
    const string Search = "scanner 99";

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        Timing.PrintLoad();
        await using (var timed = await Installation.CreateAsync(Keys, null, cancellationToken))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"server time among {Keys:N0} keys of one project, {Rows} rows a page, SQLite on disk"));
            await Timing.CompareAsync([.. Reference(timed), .. await QuestionsAsync(timed, cancellationToken)], 20, 100, cancellationToken);
        }

        Timing.PrintLoad();
        await PrintReadsAsync(cancellationToken);
    }

    /// <summary>Prints what a page and a new key take among so many keys of one project.</summary>
    public static async Task CompareAsync(Installation from, int keys, CancellationToken cancellationToken)
    {
        var first = new KeyQuery(from.Project.ToString(), Limit: Rows);
        var made = 0;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"server time among {keys:N0} keys of one project, {Rows} rows a page, SQLite on disk"));
        await Timing.CompareAsync(
            [
                .. Reference(from),
                new("list, newest first", token => from.KeyLists.ListAsync(from.Owner, first, token)),
                new("sorted by name", token =>
                    from.KeyLists.ListAsync(from.Owner, first with { Sort = KeySort.Name, Descending = false }, token)),
                new("count", token => from.KeyLists.CountAsync(from.Owner, first, token)),
                new("create", async token =>
                {
                    if ((await from.Keys.CreateAsync(from.Owner, new(from.Project.ToString(), $"new {++made}"), token)).Error is { } fault)
                    {
                        throw new InvalidOperationException(fault.Detail);
                    }
                }),
            ],
            3,
            15,
            cancellationToken);
    }

    static IEnumerable<Measure> Reference(Installation from)
    {
        yield return new("reference: one row by its key", async token =>
        {
            await using var context = await from.Contexts.CreateDbContextAsync(token);
            await context.Keys.AsNoTracking().SingleAsync(key => key.KeyId == "K0000042", token);
        });
        yield return new("the project (asked before any list)", token => from.Projects.FindAsync(from.Owner, from.Project, token));
    }

    /// <summary>What the page asks: each goes through the service, with who may see it, and makes the rows that are shown.</summary>
    static async Task<IReadOnlyList<Measure>> QuestionsAsync(Installation from, CancellationToken cancellationToken)
    {
        var first = new KeyQuery(from.Project.ToString(), Limit: Rows);
        var byName = first with { Sort = KeySort.Name, Descending = false };
        return
        [
            List("list, newest first", first),
            List("next page", await AfterAsync(first, 1)),
            List("page 200", await AfterAsync(first, 199)),
            List("with revoked keys", first with { IncludeRevoked = true }),
            List("test keys only", first with { Environment = KeyEnvironment.Test }),
            List("sorted by name", byName),
            List("sorted by name, next page", await AfterAsync(byName, 1)),
            List("sorted by last use", first with { Sort = KeySort.LastUsedAt }),
            List("sorted by expiry", first with { Sort = KeySort.ExpiresAt, Descending = false }),
            List($"search that finds few (\"{Search}\")", first with { Search = Search }),
            List("search that finds many (\"backend\")", first with { Search = "backend" }),
            List("search that finds nothing", first with { Search = "nothing of the kind" }),
            List("filter: write, unused for 90 days", first with { Filter = new(UnusedFor: TimeSpan.FromDays(90), Permission: "write") }),
            List("filter: mine and active, by name", byName with { Filter = new(State: KeyState.Active, Mine: true) }),
            List("filter: expires within 30 days, by expiry",
                first with { Sort = KeySort.ExpiresAt, Descending = false, Filter = new(ExpiringWithin: TimeSpan.FromDays(30)) }),
            new("count", token => from.KeyLists.CountAsync(from.Owner, first, token)),
            new("count of a filter", token =>
                from.KeyLists.CountAsync(from.Owner, first with { Filter = new(State: KeyState.Active, Permission: "write") }, token)),
            new("allowance", token => from.Keys.AllowanceAsync(from.Owner, first.Project, token)),
        ];

        Measure List(string name, KeyQuery query) => new(name, token => from.KeyLists.ListAsync(from.Owner, query, token));

        async Task<KeyQuery> AfterAsync(KeyQuery query, int pages)
        {
            for (var page = 0; page < pages; page++)
            {
                var cursor = (await from.KeyLists.ListAsync(from.Owner, query, cancellationToken)).Value.NextCursor;
                query = query with { Cursor = cursor ?? query.Cursor };
            }

            return query;
        }
    }

    /// <summary>Prints each question's queries, and what they cost among few keys and among many.</summary>
    static async Task PrintReadsAsync(CancellationToken cancellationToken)
    {
        var few = await ReadAsync(Keys / 10, cancellationToken);
        var many = await ReadAsync(Keys, cancellationToken);
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"rows shown, and steps of SQLite's program among {Keys / 10:N0} and {Keys:N0} keys; rows gone through without an index; then the plan and the query"));
        foreach (var ((name, reads), (_, before)) in many.Zip(few))
        {
            Console.WriteLine();
            Console.WriteLine($"== {name}");
            foreach (var (read, small) in reads.Zip(before))
            {
                Console.WriteLine(
                    string.Create(CultureInfo.InvariantCulture,
                        $"shown {read.Shown,5:N0}   steps {small.Steps,8:N0} -> {read.Steps,8:N0}   without index {read.Scanned:N0}"));
                Console.WriteLine($"  {string.Join("\n  ", read.Plan)}");
                Console.WriteLine($"    {read.Sql.ReplaceLineEndings("\n    ")}");
            }
        }
    }

    static async Task<List<(string Name, IReadOnlyList<RowRead> Reads)>> ReadAsync(int keys, CancellationToken cancellationToken)
    {
        var reads = new RowReads();
        await using var from = await Installation.CreateAsync(keys, reads, cancellationToken);
        var seen = new List<(string, IReadOnlyList<RowRead>)>();
        foreach (var question in await QuestionsAsync(from, cancellationToken))
        {
            reads.Forget();
            await question.RunAsync(cancellationToken);
            seen.Add((question.Name, [.. reads.Seen]));
        }

        return seen;
    }
}
