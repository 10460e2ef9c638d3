using System.Diagnostics;
using System.Globalization;
using Dashboard.Audit;
using Dashboard.Bench.Soak;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Bench;

/// <summary>The audit log with a million rows of one organization and a tenth as many sign-ins: each filter, the next pages, the export its
/// memory and verification.</summary>
static class AuditBench
{
    const int Rows = 1_000_000;
    const int SignIns = 100_000;
    const int Rounds = 15;
    const int Actors = 50;
    const int Targets = 10_000;

    static readonly DateTimeOffset start = new(2025, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(CancellationToken cancellationToken) => await RunAsync([], cancellationToken);

    /// <summary>The same on a PostgreSQL server of its own.</summary>
    public static async Task RunOnPostgreSqlAsync(CancellationToken cancellationToken)
    {
        await using var server = await PostgreSqlServer.CreateAsync();
        await RunAsync(Installation.On(server), cancellationToken);
    }

    static async Task RunAsync((string Key, string Value)[] settings, CancellationToken cancellationToken)
    {
        await using var installation = await Installation.CreateAsync(0, null, cancellationToken, settings);
        long organization;
        await using (var context = await installation.Contexts.CreateDbContextAsync(cancellationToken))
        {
            organization = await context.Organizations.Select(x => x.Id).SingleAsync(cancellationToken);
            // sees the sign-ins
            await context.Members.ExecuteUpdateAsync(set => set.SetProperty(x => x.JoinedAt, start), cancellationToken);
        }

        await FillAsync(installation, organization, Rows, cancellationToken);
        await FillAsync(installation, AuditChain.Installation, SignIns, cancellationToken);
        if (settings.Length > 0)
        {
            await using var context = await installation.Contexts.CreateDbContextAsync(cancellationToken);
            await context.Database.ExecuteSqlRawAsync("VACUUM ANALYZE", cancellationToken); // a server does so by itself, a minute later
        }

        var audit = installation.Get<AuditLogService>();
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{Rows:N0} rows and {SignIns:N0} sign-ins; the first page of 50, in process"));
        (string Name, AuditQuery Query)[] questions =
        [
            ("no filter", new()),
            ("category", new(Category: AuditCategory.Keys)),
            ("category auth, with the sign-ins", new(Category: AuditCategory.Auth)),
            ("actor", new(Actor: "person-7")),
            ("target", new(Target: "target-77")),
            ("outcome refused", new(Succeeded: false)),
            ("outcome succeeded", new(Succeeded: true)),
            ("network", new(Network: "10.2.7.0/24")),
            ("a day in the middle", new(From: start.AddDays(100), To: start.AddDays(101))),
            ("before the middle", new(To: start.AddDays(100))),
            ("nothing matches: actor", new(Actor: "nobody")),
            ("actor and refused", new(Actor: "person-7", Succeeded: false)),
            ("category, network and a week",
                new(Category: AuditCategory.Members, Network: "10.2.9.0/24", From: start.AddDays(50), To: start.AddDays(57))),
            ("all filters", new(null, AuditCategory.Keys, "person-7", "target-77", true, "10.2.7.0/24", start, start.AddYears(1))),
        ];
        var deep = (await audit.ListAsync(installation.Owner, new(To: start.AddDays(30), Limit: 200), cancellationToken)).Value.NextCursor;
        var measures = questions.Select(question => new Measure(question.Name, async token =>
        {
            if ((await audit.ListAsync(installation.Owner, question.Query, token)).Error is { } fault)
            {
                throw new InvalidOperationException(fault.Detail);
            }
        })).Append(new("a page far down", async token =>
            await audit.ListAsync(installation.Owner, new(To: start.AddDays(30), Cursor: deep, Limit: 50), token))).ToList();
        await Timing.CompareAsync(measures, warmUp: 3, Rounds, cancellationToken);
        await TimeAsync("head", async () => await audit.HeadAsync(installation.Owner, null, cancellationToken));
        foreach (var format in new[] { "csv", "jsonl" })
        {
            GC.Collect();
            var before = PeakMemory();
            await using var body = new CountingStream();
            await TimeAsync($"export as {format}", async () =>
                await new AuditExport((await audit.ExportAsync(installation.Owner, new(), cancellationToken)).Value, format)
                    .WriteAsync(body, cancellationToken));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {body.Length / 1e6:F0} MB, VmHWM {before / 1024.0:F0} -> {PeakMemory() / 1024.0:F0} MB"));
        }

        await TimeAsync("verify", async () =>
        {
            var found = (await audit.VerifyAsync(installation.Owner, null, null, cancellationToken)).Value;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  intact: {found.IsIntact}, {found.Entries:N0} rows"));
        });
        Timing.PrintLoad();
    }

    static async Task TimeAsync(string name, Func<Task> run)
    {
        var since = Stopwatch.GetTimestamp();
        await run();
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{name}: {Stopwatch.GetElapsedTime(since).TotalMilliseconds:N1} ms"));
    }

    /// <summary>The highest resident size of this process so far, in KB.</summary>
    static long PeakMemory() => long.Parse(
        File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    /// <summary>Continues a chain with rows that verify, spread over a year.</summary>
    static async Task FillAsync(Installation installation, long chain, int count, CancellationToken cancellationToken)
    {
        var key = (await installation.Get<AuditKeys>().GetAsync(cancellationToken)).Current;
        await using var context = await installation.Contexts.CreateDbContextAsync(cancellationToken);
        var head = await context.AuditChains.AsNoTracking().SingleAsync(x => x.Id == chain, cancellationToken);
        var (sequence, hash) = (head.Sequence, head.Hash);
        await Installation.InsertAsync(context, Enumerable.Range(0, count).Select(Entry), cancellationToken);
        await context.AuditChains.Where(x => x.Id == chain)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.Sequence, sequence).SetProperty(x => x.Hash, hash)
                .SetProperty(x => x.KeyId, key.Id), cancellationToken);

        AuditEntry Entry(int i)
        {
            var signIn = chain == AuditChain.Installation;
            var address = string.Create(CultureInfo.InvariantCulture, $"10.2.{i % 200}.{i % 250}");
            var entry = new AuditEntry
            {
                ChainId = chain,
                Sequence = ++sequence,
                ChangeId = Guid.CreateVersion7(start),
                At = start.AddMilliseconds(i * (365L * 86_400_000 / count)),
                ActorType = "user",
                ActorId = signIn ? installation.Owner.Id : string.Create(CultureInfo.InvariantCulture, $"person-{i * 7919 % Actors}"),
                ActorName = "Somebody with a name",
                Address = address,
                Network = string.Create(CultureInfo.InvariantCulture, $"10.2.{i % 200}.0/24"),
                Category = signIn ? AuditCategory.Auth : AuditCategory.All[i * 31 % AuditCategory.All.Count],
                Action = signIn ? "session.started" : "key.renamed",
                TargetType = signIn ? "user" : "key",
                TargetId = signIn ? installation.Owner.Id : string.Create(CultureInfo.InvariantCulture, $"target-{i * 6151L % Targets}"),
                TargetName = "Nightly export",
                Succeeded = i % 20 != 3,
                Details = """{"from":"Nightly export of the warehouse","to":"Nightly export"}""",
                KeyId = key.Id,
                PreviousHash = hash,
            };
            hash = entry.Hash = entry.ComputeHash(key);
            return entry;
        }
    }

    /// <summary>Counts what is written.</summary>
    sealed class CountingStream : Stream
    {
        long length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => length;

        public override long Position { get => length; set => throw new NotSupportedException(); }

        public override void Flush()
        {
            // nothing is held
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => length += count;
    }
}
