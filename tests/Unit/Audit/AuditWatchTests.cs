using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Dashboard.Commands;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Hosting;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Dashboard.Tests.Unit.Audit;

[EveryDatabase]
public sealed class AuditWatchTests : IAsyncDisposable
{
    readonly TestInstallation world = new();
    readonly LogRecorder log = new();
    readonly Services services;
    readonly long chain;

    public AuditWatchTests()
    {
        chain = world.OrganizationId("acme");
        services = Start();
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Heads_go_to_the_log_every_hour_and_every_chain_is_checked_once_a_day()
    {
        await WriteAsync(2);
        var watch = services.Get<AuditWatch>();
        await watch.StartAsync(Token);
        for (var hour = 1; hour <= 26; hour++) // the first round may begin after the first hour has passed
        {
            world.Time.Advance(AuditWatch.Interval);
            await UntilAsync(() => Logged("the head is") == hour);
        }

        var head = (await services.Get<AuditLogService>().HeadAsync(world.Owner, "acme", Token)).Value.Head!;
        Assert.Contains(log.Records, record => record.Message == $"Audit log: the head is {head}.");

        await UntilAsync(() => Logged("are intact") == 2); // an hour after the start, and a day later
        await watch.StopAsync(Token);
        Assert.Equal(0, log.Records.Count(record => record.Level >= LogLevel.Warning));
    }

    [Fact]
    public async Task End_that_was_cut_and_head_set_back_are_reported_by_a_node_that_saw_it()
    {
        await WriteAsync(5);
        var seen = (await services.Get<AuditLogService>().HeadAsync(world.Owner, "acme", Token)).Value.Head!;
        var watch = services.Get<AuditWatch>();
        Assert.Equal(0, await watch.ObserveAsync(Token));
        SetBack(3);
        using var metrics = new Metrics();
        Assert.Equal(1, await watch.ObserveAsync(Token));
        Assert.Contains(log.Records, record => record.Level == LogLevel.Critical
            && record.Message.Contains($"{seen}, and it is no longer in its chain", StringComparison.Ordinal));
        await WriteAsync(4); // grown past it
        Assert.Equal(1, await watch.ObserveAsync(Token));
        Assert.Equal(1, metrics.Values["latchkey.audit.heads_set_back"]);
        var broken = Assert.Single(await watch.CheckAsync(Token));
        Assert.Equal((chain, AuditFault.RecordedHead), (broken.Chain, broken.Fault));
        Assert.Equal(1, metrics.Read("latchkey.audit.broken_chains"));
    }

    [Fact]
    public async Task Altered_row_is_reported_by_the_daily_check()
    {
        await WriteAsync(3);
        world.Sql("UPDATE AuditEntries SET ActorName = 'Eve' WHERE Sequence = 2");
        using var metrics = new Metrics();
        Assert.Equal(2, Assert.Single(await services.Get<AuditWatch>().CheckAsync(Token)).Break);
        Assert.Contains(log.Records, record => record.Level == LogLevel.Critical
            && record.Message == $"Audit log: the chain {chain} is broken at row 2: it was altered, removed or added.");
        Assert.Equal(1, metrics.Read("latchkey.audit.broken_chains"));
    }

    [Fact]
    public async Task Pruned_rows_are_no_alarm()
    {
        await WriteAsync(3);
        var watch = services.Get<AuditWatch>();
        await watch.ObserveAsync(Token);
        world.Time.Advance(TimeSpan.FromDays(1));
        Assert.NotNull((await services.Get<AuditPruning>().PruneAsync(Actor.System, chain, world.Time.GetUtcNow(), Token)).Value);
        Assert.Equal(0, await watch.ObserveAsync(Token));
        Assert.Empty(await watch.CheckAsync(Token));
    }

    [Fact]
    public async Task Node_with_a_key_folder_remembers_the_highest_heads_over_a_restart()
    {
        var folder = ("DataProtection:KeyPath", (string?)world.KeyFolder);
        await WriteAsync(5);
        Assert.Equal(0, await Start(folder).Get<AuditWatch>().ObserveAsync(Token));
        var file = Path.Combine(world.KeyFolder, AuditHeadFile.FileName);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        SetBack(3);
        Assert.Equal(1, await Start(folder).Get<AuditWatch>().ObserveAsync(Token));
        Assert.Equal(1, await Start(folder).Get<AuditWatch>().ObserveAsync(Token)); // it stays the highest
        File.Delete(file); // what an operator does who restored a backup
        Assert.Equal(0, await Start(folder).Get<AuditWatch>().ObserveAsync(Token));
    }

    [Fact]
    public async Task Command_verifies_every_chain_and_says_so_by_its_exit_code()
    {
        await WriteAsync(5);
        var recorded = (await services.Get<AuditLogService>().HeadAsync(world.Owner, "acme", Token)).Value.Head!;
        var (code, output) = await RunAsync(text => AuditCommand.VerifyAsync(services.Provider, [recorded], text, Token));
        Assert.Equal((0, $"sign-ins: no rows\nacme: 5 rows are intact; head {recorded}\nglobex: no rows\n"), (code, output));

        SetBack(3);
        (code, output) = await RunAsync(text => AuditCommand.VerifyAsync(services.Provider, [recorded], text, Token));
        Assert.Equal(AuditCommand.Broken, code);
        Assert.Contains($"acme: BROKEN: the recorded head {recorded} is not in the chain; row 4 is missing or was rewritten\n",
            output, StringComparison.Ordinal);

        world.Sql("UPDATE AuditEntries SET ActorName = 'Eve' WHERE Sequence = 2");
        (code, output) = await RunAsync(text => AuditCommand.VerifyAsync(services.Provider, [], text, Token));
        Assert.Equal(AuditCommand.Broken, code);
        Assert.Contains("acme: BROKEN: row 2 was altered, removed or added\n", output, StringComparison.Ordinal);
        (code, _) = await RunAsync(text => AuditCommand.PruneAsync(services.Provider, world.Time.GetUtcNow(), text, Token));
        Assert.Equal(AuditCommand.Broken, code); // nobody prunes what shows a break
    }

    [Fact]
    public async Task Command_prunes_no_chain_while_one_is_broken()
    {
        await WriteAsync(4);
        Assert.True((await services.Projects.CreateAsync(world.Stranger, new("globex", "Theirs"), Token)).Succeeded);
        world.Sql($"UPDATE AuditEntries SET ActorName = 'Eve' WHERE ChainId = {world.OrganizationId("globex")}");
        world.Time.Advance(TimeSpan.FromDays(1));
        var (code, output) = await RunAsync(text => AuditCommand.PruneAsync(services.Provider, world.Time.GetUtcNow(), text, Token));
        Assert.Equal(
            (AuditCommand.Broken, "globex: BROKEN: row 1 was altered, removed or added. Nothing was pruned, in no chain.\n"),
            (code, output));
        await using var context = world.Open();
        Assert.Equal(4, context.AuditEntries.Count(entry => entry.ChainId == chain));
    }

    [Fact]
    public async Task Nodes_that_share_a_key_folder_keep_the_highest_heads_of_each_other()
    {
        var settings = TestInstallation.Configuration(("DataProtection:KeyPath", world.KeyFolder));
        var (one, other) = (new AuditHeadFile(settings, world.Folder), new AuditHeadFile(settings, world.Folder));
        AuditHead[] seen = [Head(1, 5, 'a'), Head(2, 1, 'b')];
        await one.WriteAsync(seen, Token);
        await other.WriteAsync([Head(1, 3, 'c'), Head(2, 1, 'd'), Head(3, 7, 'e')], Token);
        Assert.Equal([.. seen, Head(3, 7, 'e')], await one.ReadAsync(Token));
        Assert.Equal([Path.Combine(world.KeyFolder, AuditHeadFile.FileName)], Directory.GetFiles(world.KeyFolder, "audit.*"));

        static AuditHead Head(long chain, long sequence, char digit) => new(chain, sequence, new string(digit, 64));
    }

    [Fact]
    public async Task Command_prunes_every_chain()
    {
        await WriteAsync(4);
        world.Time.Advance(TimeSpan.FromDays(1));
        var (code, output) = await RunAsync(text => AuditCommand.PruneAsync(services.Provider, world.Time.GetUtcNow(), text, Token));
        Assert.Equal((0, "sign-ins: nothing to prune\nacme: 4 rows were pruned, up to row 4\nglobex: nothing to prune\n"), (code, output));
        (_, output) = await RunAsync(text => AuditCommand.VerifyAsync(services.Provider, [], text, Token));
        Assert.Contains("acme: 1 rows from row 5 on are intact, those before were pruned; head ", output, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StartException>(
            () => AuditCommand.PruneAsync(services.Provider, world.Time.GetUtcNow().AddDays(1), TextWriter.Null, Token));
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static async Task<(int Code, string Output)> RunAsync(Func<TextWriter, Task<int>> run)
    {
        await using var output = new StringWriter();
        output.NewLine = "\n";
        return (await run(output), output.ToString());
    }

    async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await log.Heard.WaitAsync(Token);
        }
    }

    int Logged(string text) => log.Records.Count(record => record.Message.Contains(text, StringComparison.Ordinal));

    Services Start(params (string Key, string? Value)[] settings) => world.Run(
        services => services.AddLogging(
            logging => logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Error).AddProvider(log)), settings);

    async Task WriteAsync(int entries)
    {
        for (var i = 0; i < entries; i++)
        {
            await AuditSamples.WriteAsync(
                world, chain, world.Owner, new AuditEvent(AuditCategory.Settings, "thing.done", new("thing", $"{i}", "Thing")));
        }
    }

    void SetBack(long to)
    {
        Assert.NotEqual(0, world.Sql($"DELETE FROM AuditEntries WHERE Sequence > {to}"));
        Assert.Equal(1, world.Sql(
            $"UPDATE AuditChains SET Sequence = {to}, Hash = (SELECT Hash FROM AuditEntries WHERE Sequence = {to}) WHERE Id = {chain}"));
    }

    /// <summary>Keeps what is logged.</summary>
    sealed class LogRecorder : ILoggerProvider, ILogger
    {
        readonly ConcurrentQueue<(LogLevel Level, string Message)> records = new();

        public IReadOnlyList<(LogLevel Level, string Message)> Records => [.. records];

        /// <summary>Released with each record.</summary>
        public SemaphoreSlim Heard { get; } = new(0);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            records.Enqueue((logLevel, formatter(state, exception)));
            Heard.Release();
        }

        public void Dispose()
        {
            // The records are read after the services are gone.
        }
    }

    /// <summary>Listens to the metrics of the audit log.</summary>
    sealed class Metrics : IDisposable
    {
        readonly MeterListener listener = new();

        public Metrics()
        {
            listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == AuditMetrics.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
                Values[instrument.Name] = instrument.IsObservable ? value : Values.GetValueOrDefault(instrument.Name) + value);
            listener.Start();
        }

        public Dictionary<string, long> Values { get; } = new(StringComparer.Ordinal);

        public long Read(string name)
        {
            listener.RecordObservableInstruments();
            return Values[name];
        }

        public void Dispose() => listener.Dispose();
    }
}
