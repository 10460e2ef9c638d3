using System.Globalization;
using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Dashboard.Core.Usage;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Bench;

/// <summary>A key's own page and the list with its lines of usage, among ten thousand keys that were all used on each of 90 days and have
/// a history: how long the server takes, and what it reads for them.</summary>
static class KeyBench
{
    const int Keys = 10_000;
    const int Rows = 25; // as the list shows
    const int LineDays = 30; // as its lines show
    const int Clients = 10;
    const int Changes = 100;
    const int Limit = 200;

    static readonly string[] Permissions = ["read", "execute"];

    static readonly string[] Outcomes =
        [KeyHour.Valid, RefusalCode.InsufficientPermissions.ToWireName(), RefusalCode.RateLimited.ToWireName()];

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        Timing.PrintLoad();
        await using (var from = await CreateAsync(Keys, null, cancellationToken))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"server time among {Keys:N0} keys of one project with 90 days of usage, {Clients} clients and {Changes} audit rows "
                + $"each, SQLite on disk; the limit is {Limit} ms"));
            await Timing.CompareAsync(
                [
                    new("reference: one row by its key", async token =>
                    {
                        await using var context = await from.Contexts.CreateDbContextAsync(token);
                        await context.Keys.AsNoTracking().SingleAsync(key => key.KeyId == "K0000042", token);
                    }),
                    .. Questions(from),
                ],
                20,
                100,
                cancellationToken);
        }

        Timing.PrintLoad();
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"rows shown, and steps of SQLite's program among {Keys / 10:N0} and {Keys:N0} keys; rows gone through without an index; "
            + $"then the plan"));
        var (all, tenth) = (await ReadAsync(Keys, cancellationToken), await ReadAsync(Keys / 10, cancellationToken));
        foreach (var ((name, many), (_, few)) in all.Zip(tenth))
        {
            Console.WriteLine();
            Console.WriteLine($"== {name}");
            foreach (var (read, small) in many.Zip(few))
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"shown {read.Shown,5:N0}   steps {small.Steps,8:N0} -> {read.Steps,8:N0}   without index {read.Scanned:N0}"));
                Console.WriteLine($"  {string.Join("\n  ", read.Plan)}");
            }
        }
    }

    static IReadOnlyList<Measure> Questions(Installation from)
    {
        var (turn, first) = (0, new KeyQuery(from.Project.ToString(), Limit: Rows));
        return
        [
            new("page of a key", async token =>
            {
                var key = Installation.KeyId(turn++ * 37 % (Keys / 10));
                Found(await from.Get<KeyDetailsService>().GetAsync(from.Owner, key, token));
            }),
            new("list", async token => Found(await from.KeyLists.ListAsync(from.Owner, first, token))),
            new("list with lines", async token =>
            {
                var page = Found(await from.KeyLists.ListAsync(from.Owner, first, token));
                await from.Get<UsageService>().DaysAsync(from.Owner, [.. page.Items.Select(key => key.KeyId)], LineDays, token);
            }),
        ];
    }

    static T Found<T>(Result<T> result) => result.Error is { } fault ? throw new InvalidOperationException(fault.Detail) : result.Value;

    static async Task<List<(string Name, IReadOnlyList<RowRead> Reads)>> ReadAsync(int keys, CancellationToken cancellationToken)
    {
        var reads = new RowReads();
        await using var from = await CreateAsync(keys, reads, cancellationToken);
        var seen = new List<(string, IReadOnlyList<RowRead>)>();
        foreach (var question in Questions(from))
        {
            reads.Forget();
            await question.RunAsync(cancellationToken);
            seen.Add((question.Name, [.. reads.Seen]));
        }

        return seen;
    }

    static async Task<Installation> CreateAsync(int keys, RowReads? reads, CancellationToken cancellationToken)
    {
        var made = await Installation.CreateAsync(keys, reads, cancellationToken);
        await using var context = await made.Contexts.CreateDbContextAsync(cancellationToken);
        var project = await context.Projects.SingleAsync(cancellationToken);
        var now = made.Get<TimeProvider>().GetUtcNow();
        var today = new DateTimeOffset(now.Date, TimeSpan.Zero);
        var ids = Enumerable.Range(0, keys).Select(Installation.KeyId).ToList();
        await Installation.InsertAsync(
            context,
            from id in ids
            from day in Enumerable.Range(0, 90)
            from outcome in Outcomes
            select new KeyDay { KeyId = id, Day = today.AddDays(day - 89), Outcome = outcome, ProjectId = project.Id, Count = day },
            cancellationToken);
        await Installation.InsertAsync(
            context,
            from id in ids
            from i in Enumerable.Range(0, Clients)
            select new KeyClient
            {
                KeyId = id,
                Network = $"10.0.{i}.0/24",
                Client = "curl",
                FirstSeenAt = today.AddDays(-80),
                LastSeenAt = now.AddMinutes(-i),
            },
            cancellationToken);
        await Installation.InsertAsync(
            context,
            from id in ids
            from name in Permissions
            select new KeyPermissionUse { KeyId = id, Permission = name, FirstAskedAt = today.AddDays(-80), LastAskedAt = today },
            cancellationToken);
        var written = context.AuditEntries.Where(x => x.ChainId == project.OrganizationId);
        var sequence = await written.MaxAsync(x => (long?)x.Sequence, cancellationToken) ?? 0;
        await Installation.InsertAsync(
            context,
            from i in Enumerable.Range(0, Changes)
            from id in ids
            select Entry(id, i, made.Owner, project.OrganizationId, ++sequence),
            cancellationToken);
        await context.Database.ExecuteSqlRawAsync("ANALYZE", cancellationToken);
        reads?.Forget();
        return made;

        AuditEntry Entry(string id, int i, Actor actor, long chain, long number) => new()
        {
            ChainId = chain,
            Sequence = number,
            ChangeId = Guid.CreateVersion7(),
            At = today.AddDays(-80).AddMinutes(i),
            ActorType = "user",
            ActorId = actor.Id,
            ActorName = actor.Name,
            Address = "10.0.0.1",
            Category = AuditCategory.Keys,
            Action = i == 0 ? "key.created" : "key.renamed",
            TargetType = FeedSubject.Key,
            TargetId = id,
            TargetName = "backend",
            Succeeded = true,
            Details = """{"from":"backend"}""",
            KeyId = "measured",
            PreviousHash = new byte[32],
            Hash = new byte[32],
        };
    }
}
