using System.Data.Common;
using System.Diagnostics;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Projects;
using Dashboard.Tests.Unit.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

[SqliteOnly("about its file and its writer lock")]
public sealed class BusyDatabaseTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string File => Path.Combine(world.Folder, "latchkey.db");

    /// <summary>Takes five seconds, which is what is tested.</summary>
    [Fact]
    public async Task Writers_behind_a_lasting_lock_are_told_in_five_seconds_and_hold_no_thread()
    {
        var keys = world.Services.Get<KeyService>();
        Assert.True((await keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "before"), Token)).Succeeded);
        using (var other = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            other.Open();
            using var transaction = other.BeginTransaction();
            var start = Stopwatch.GetTimestamp();
            var writers = Enumerable.Range(0, 4)
                .Select(i => keys.CreateAsync(world.Owner, new(TestInstallation.Orders, $"key {i}"), Token)).ToList();
            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(1)); // this thread was not held
            var answers = await Task.WhenAll(writers);
            Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(8));
            Assert.All(answers, answer =>
                Assert.Equal((ErrorCode.Unavailable, WriterQueue.MaxWait), (answer.Error!.Code, answer.Error.RetryAfter)));
            Assert.Equal(ErrorCode.Unavailable, (await world.Services.Get<WriteProbe>().FindFailureAsync())?.Code);
        }

        Assert.True((await keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "after"), Token)).Succeeded);
        Assert.Null(await world.Services.Get<WriteProbe>().FindFailureAsync());
    }

    [Fact]
    public async Task Lock_that_is_taken_between_the_wait_and_the_transaction_is_a_busy_database()
    {
        using var rival = new Rival(File);
        var services = world.Run(rival);
        var keys = services.Get<KeyService>();
        Assert.True((await keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "before"), Token)).Succeeded);
        rival.Waits = true;
        var refused = (await keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "refused"), Token)).Error;
        Assert.Equal((ErrorCode.Unavailable, WriterQueue.MaxWait), (refused?.Code, refused?.RetryAfter));
        rival.Release();
        rival.Waits = true;
        await Assert.ThrowsAsync<WritersBusyException>(() => services.Work.RunBehindAsync((_, _) => Task.CompletedTask, Token));
        rival.Release();
        Assert.True((await keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "after"), Token)).Succeeded);
        await using var context = world.Open();
        Assert.Equal(["after", "before"], context.Keys.Select(key => key.Name).ToList().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("swapped")]
    [InlineData("deleted")]
    public async Task Changes_to_a_file_that_is_gone_are_refused_until_the_restart(string how)
    {
        var (projects, feed, probe) =
            (world.Services.Get<ProjectService>(), world.Services.Get<ChangeFeed>(), world.Services.Get<WriteProbe>());
        Assert.True((await projects.CreateAsync(world.Owner, new("acme", "Before"), Token)).Succeeded);
        await feed.ReadAsync(Token);
        var away = File + ".away";
        System.IO.File.Move(File, away);
        if (how == "swapped")
        {
            System.IO.File.Copy(away, File);
        }

        var refused = await projects.CreateAsync(world.Owner, new("acme", "Lost"), Token);
        Assert.Equal((ErrorCode.Unavailable, DatabaseFile.Replaced), (refused.Error!.Code, refused.Error.Detail));
        await Assert.ThrowsAsync<DatabaseReplacedException>(() => world.Services.Work.RunBehindAsync((_, _) => Task.CompletedTask, Token));
        await Assert.ThrowsAsync<DatabaseReplacedException>(() => feed.ReadAsync(Token));
        Assert.Equal(ErrorCode.Unavailable, (await probe.FindFailureAsync())?.Code);

        System.IO.File.Move(away, File, overwrite: true);
        // some connection may have the other file
        Assert.Equal(ErrorCode.Unavailable, (await projects.CreateAsync(world.Owner, new("acme", "Lost"), Token)).Error?.Code);
        Assert.True((await world.Run().Get<ProjectService>().CreateAsync(world.Owner, new("acme", "After"), Token)).Succeeded);
    }

    [Fact]
    public async Task Changes_are_refused_while_the_file_cannot_be_examined_and_go_on_after_that()
    {
        var (projects, feed, probe) =
            (world.Services.Get<ProjectService>(), world.Services.Get<ChangeFeed>(), world.Services.Get<WriteProbe>());
        Assert.True((await projects.CreateAsync(world.Owner, new("acme", "Before"), Token)).Succeeded);
        var away = Hide();
        var refused = await projects.CreateAsync(world.Owner, new("acme", "Refused"), Token);
        Assert.Equal((ErrorCode.Unavailable, DatabaseFile.Hidden), (refused.Error?.Code, refused.Error?.Detail));
        Assert.Equal((ErrorCode.Unavailable, DatabaseFile.Hidden), await probe.FindFailureAsync() is { } failure
            ? (failure.Code, failure.Detail) : default);
        Assert.True(Outages.Caused(await Assert.ThrowsAsync<DatabaseHiddenException>(() => feed.ReadAsync(Token))));

        System.IO.File.Move(away, File, overwrite: true);
        Assert.True((await projects.CreateAsync(world.Owner, new("acme", "After"), Token)).Succeeded);
        Assert.Null(await probe.FindFailureAsync());
    }

    [Fact]
    public async Task Change_after_which_the_file_cannot_be_examined_is_acknowledged()
    {
        var acme = world.OrganizationId("acme");
        Assert.True((await world.Services.Get<ProjectService>().CreateAsync(world.Owner, new("acme", "Before"), Token)).Succeeded);
        var away = "";
        var result = await world.Services.Work.RunAsync<Core.Common.Unit>(
            world.Owner,
            (change, _) =>
            {
                away = Hide();
                change.Record(acme, new(AuditCategory.Settings, "thing.done", new("thing", "1", "1")));
                return Task.FromResult<Result<Core.Common.Unit>>(default(Core.Common.Unit));
            },
            Token);
        Assert.True(result.Succeeded);
        System.IO.File.Move(away, File, overwrite: true);
        await using var context = world.Open();
        Assert.True(context.AuditEntries.Any(entry => entry.Action == "thing.done"));
    }

    [Fact]
    public async Task Change_during_which_the_file_is_swapped_is_not_acknowledged()
    {
        var acme = world.OrganizationId("acme");
        Assert.True((await world.Services.Get<ProjectService>().CreateAsync(world.Owner, new("acme", "Before"), Token)).Succeeded);
        var result = await world.Services.Work.RunAsync<Core.Common.Unit>(
            world.Owner,
            (change, _) =>
            {
                System.IO.File.Move(File, File + ".away");
                change.Record(acme, new(AuditCategory.Settings, "thing.done", new("thing", "1", "1")));
                return Task.FromResult<Result<Core.Common.Unit>>(default(Core.Common.Unit));
            },
            Token);
        Assert.Equal(ErrorCode.Unavailable, result.Error?.Code);
    }

    [Fact]
    public async Task Backup_that_SQLite_copies_into_the_open_database_is_used_without_a_restart()
    {
        var (projects, feed) = (world.Services.Get<ProjectService>(), world.Services.Get<ChangeFeed>());
        var backup = File + ".backup";
        using (var from = new SqliteConnection($"Data Source={File};Pooling=False"))
        using (var to = new SqliteConnection($"Data Source={backup};Pooling=False"))
        {
            from.Open();
            to.Open();
            from.BackupDatabase(to);
        }

        Assert.True((await projects.CreateAsync(world.Owner, new("acme", "After the backup"), Token)).Succeeded);
        await feed.ReadAsync(Token);
        var resets = 0;
        using var subscription = feed.Subscribe(_ => { }, () => resets++);
        using (var from = new SqliteConnection($"Data Source={backup};Pooling=False"))
        using (var to = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            from.Open();
            to.Open();
            from.BackupDatabase(to); // what .restore of the sqlite3 program does
        }

        await feed.ReadAsync(Token);
        Assert.Equal(1, resets);
        Assert.True((await projects.CreateAsync(world.Owner, new("acme", "After the restore"), Token)).Succeeded);
        Assert.Null(await world.Services.Get<WriteProbe>().FindFailureAsync());
        await using var context = world.Open();
        Assert.DoesNotContain("After the backup", context.Projects.Select(project => project.Name).ToList());
    }

    [Fact]
    public async Task Database_that_takes_no_writes_is_not_ready()
    {
        await world.Services.Work.RunBehindAsync((_, _) => Task.CompletedTask, Token); // the first takes long on a busy machine
        world.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await world.Services.Get<WriteProbe>().FindFailureAsync());
        var failing = world.Run(new FailingCommits()).Get<WriteProbe>();
        await Assert.ThrowsAsync<SqliteException>(failing.FindFailureAsync);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    /// <summary>Puts a link to itself in the place of the file, which nobody can examine: a test may run as root, whom no right is
    /// denied.</summary>
    string Hide()
    {
        System.IO.File.Move(File, File + ".away");
        System.IO.File.CreateSymbolicLink(File, File);
        return File + ".away";
    }

    /// <summary>Another process that takes the writer lock just before a transaction begins, which then waits for a second at
    /// most.</summary>
    sealed class Rival(string file) : DbTransactionInterceptor, IDisposable
    {
        readonly SqliteConnection other = new($"Data Source={file};Pooling=False");
        SqliteTransaction? held;

        /// <summary>Whether it takes the lock when the next transaction begins.</summary>
        public bool Waits { get; set; }

        public override ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
            DbConnection connection, TransactionStartingEventData eventData,
            InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default)
        {
            if (Waits)
            {
                Waits = false;
                other.Open();
                held = other.BeginTransaction();
                raw.sqlite3_busy_timeout(((SqliteConnection)connection).Handle, 0);
                ((SqliteConnection)connection).DefaultTimeout = 1;
            }

            return new(result);
        }

        public void Release()
        {
            held?.Dispose();
            other.Close();
        }

        public void Dispose()
        {
            held?.Dispose();
            other.Dispose();
        }
    }

    /// <summary>A full disk: what is written fails when it is committed.</summary>
    sealed class FailingCommits : DbTransactionInterceptor
    {
        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData,
            InterceptionResult result, CancellationToken cancellationToken = default) =>
            throw new SqliteException("database or disk is full", 13);
    }
}
