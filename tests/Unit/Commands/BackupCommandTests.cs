using Dashboard.Commands;
using Dashboard.Core.Audit;
using Dashboard.Hosting;
using Dashboard.Tests.Unit.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Commands;

/// <summary>The commands <c>backup</c>, <c>restore</c> and <c>migrate</c>.</summary>
[SqliteOnly("other databases are backed up by their own tools")]
public sealed class BackupCommandTests : IDisposable
{
    const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string Backup => Path.Combine(folder.FullName, "backup.db");

    string Database => Path.Combine(folder.FullName, "data", "latchkey.db");

    [Fact]
    public async Task Backup_under_writes_restores_a_consistent_database()
    {
        await using var product = new TestInstallation(("Keys:MaxActivePerProject", "1000"), ("Limits:WritesPerMinute", "0"));
        using var stop = new CancellationTokenSource();
        var (started, written) = (new TaskCompletionSource(), 0);
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(
            async () =>
            {
                for (var i = 0; !stop.IsCancellationRequested && i < 200; i++)
                {
                    var key = await product.Services.Keys.CreateAsync(
                        product.Admin, new(TestInstallation.Orders, $"key {writer}-{i}", KeyEnvironment.Test), CancellationToken.None);
                    Assert.Null(key.Error);
                    if (Interlocked.Increment(ref written) == 8)
                    {
                        started.SetResult();
                    }
                }
            },
            Token)).ToList();
        await started.Task;
        var before = Volatile.Read(ref written);
        Assert.Equal(0, (await RunAsync(product, "backup", Backup)).Code);
        Assert.False(writers.TrueForAll(writer => writer.IsCompleted), "The writers ended before the backup did.");
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Assert.Equal(Mine, File.GetUnixFileMode(Backup));
        Assert.Equal(["backup.db"], folder.GetFiles().Select(file => file.Name));

        Assert.Equal(0, (await RunAsync("restore", Backup)).Code);
        await using var restored = product.Run(("ConnectionStrings:Dashboard", $"Data Source={Database};Pooling=False"));
        await using var context = restored.Open();
        var keys = await context.Keys.CountAsync(Token);
        Assert.InRange(keys, before, written);
        Assert.Equal(keys, await context.Projects.Where(x => x.Slug == "orders").Select(x => x.ActiveKeys).SingleAsync(Token));
        Assert.Equal(keys, await context.AuditEntries.CountAsync(x => x.Action == "key.created", Token));
        Assert.Equal(
            await context.FeedEntries.MaxAsync(x => x.Number, Token), await context.FeedCounters.Select(x => x.Number).SingleAsync(Token));
        var chain = await restored.Get<AuditVerifier>()
            .VerifyAsync(await context.Organizations.Where(x => x.Slug == "acme").Select(x => x.Id).SingleAsync(Token), [], Token);
        Assert.Equal((true, keys), (chain.IsIntact, (int)chain.Entries));
        Assert.Equal("wal", await context.Database.SqlQueryRaw<string>("PRAGMA journal_mode").AsAsyncEnumerable().SingleAsync(Token));
    }

    [Fact]
    public async Task Backup_overwrites_nothing_and_needs_a_database()
    {
        Assert.Equal($"There is no database {Database}.", await RefusalOfAsync("backup", Backup));
        Assert.False(File.Exists(Backup));
        await RunAsync("migrate");
        await File.WriteAllTextAsync(Backup, "precious", Token);
        Assert.Equal($"{Backup} exists, and a backup overwrites nothing. Name another file.", await RefusalOfAsync("backup", Backup));
        Assert.Equal("precious", await File.ReadAllTextAsync(Backup, Token));
        Assert.StartsWith($"{folder.FullName}/none/backup.db cannot be written: ",
            await RefusalOfAsync("backup", Path.Combine(folder.FullName, "none", "backup.db")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PostgreSql", "Host=db", "backup",
        "Latchkey backs up SQLite only. \"pg_dump --format=custom --file=FILE DATABASE\" backs up PostgreSQL; docs/backup.md says more.")]
    [InlineData("PostgreSql", "Host=db", "restore", "Latchkey restores SQLite only. \"pg_restore --dbname=DATABASE FILE\" restores PostgreSQL, into an empty database; docs/backup.md says more.")]
    [InlineData("SqlServer", "Server=db", "backup",
        "Latchkey backs up SQLite only. BACKUP DATABASE backs up SQL Server; docs/backup.md says more.")]
    public async Task Another_database_has_a_tool_of_its_own(
        string provider, string connection, string command, string sentence) => Assert.Equal(
        sentence,
        (await Assert.ThrowsAsync<StartException>(() => CommandLine.Find(
            [command, Backup, $"--Database:Provider={provider}", $"--ConnectionStrings:Dashboard={connection}",
                $"--DataProtection:WrapKey={TestInstallation.AuditKeyText}"])!
            .RunAsync(TextWriter.Null, Token))).Message);

    [Fact]
    public async Task Restore_keeps_the_database_from_before_and_the_keys()
    {
        await RunAsync("migrate");
        await RunAsync("backup", Backup);
        await ExecuteAsync(Database, "PRAGMA user_version = 7");
        var key = Path.Combine(folder.FullName, "data", "keys", "audit.key");
        await File.WriteAllTextAsync(key, TestInstallation.AuditKeyText, Token);

        var (code, output) = await RunAsync("restore", Backup);
        Assert.Equal(0, code);
        Assert.Contains($"{Database} is now a copy of {Backup}.", output, StringComparison.Ordinal);
        Assert.Contains("The keys of the installation were not touched. They include", output, StringComparison.Ordinal);
        Assert.Equal(TestInstallation.AuditKeyText, await File.ReadAllTextAsync(key, Token));
        var kept = Assert.Single(
            new DirectoryInfo(Path.GetDirectoryName(Database)!).GetFiles(), file => file.Name != "latchkey.db").FullName;
        Assert.Contains($"The database from before is {kept}.", output, StringComparison.Ordinal);
        Assert.Equal((7L, 0L), (await ExecuteAsync(kept, "PRAGMA user_version"), await ExecuteAsync(Database, "PRAGMA user_version")));
        Assert.Equal((Mine, Mine), (File.GetUnixFileMode(Database), File.GetUnixFileMode(kept)));
    }

    [Fact]
    public async Task Restore_names_the_audit_key_that_is_missing()
    {
        await using var product = new TestInstallation();
        Assert.Null((
            await product.Services.Keys.CreateAsync(product.Admin, new(TestInstallation.Orders, "key", KeyEnvironment.Test), Token)).Error);
        await RunAsync(product, "backup", Backup);
        Assert.Contains($"Latchkey does not start with them: Audit:Key is not set, and {folder.FullName}/data/keys/audit.key is missing, which holds the key {TestInstallation.AuditKey.Id}",
            (await RunAsync("restore", Backup)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_is_refused_while_a_node_has_the_database_open()
    {
        await RunAsync("migrate");
        await RunAsync("backup", Backup);
        await ExecuteAsync(Database, "PRAGMA user_version = 7");
        await using (var node = new SqliteConnection($"Data Source={Database};Pooling=False"))
        {
            await node.OpenAsync(Token);
            await using var read = node.CreateCommand();
            read.CommandText = "SELECT COUNT(*) FROM Installation";
            await read.ExecuteScalarAsync(Token); // idle from here on
            Assert.Equal($"Latchkey or another program has {Database} open. Stop every node, then restore. Nothing was changed.",
                await RefusalOfAsync("restore", Backup));
        }

        Assert.Equal(7L, await ExecuteAsync(Database, "PRAGMA user_version"));
        Assert.Equal(0, (await RunAsync("restore", Backup)).Code);
    }

    [Theory]
    [InlineData("cut", "is damaged")]
    [InlineData("flipped", "is damaged")]
    [InlineData("text", "is damaged or not a database. Nothing was changed.")]
    [InlineData("foreign", "is not a database of Latchkey. Nothing was changed.")]
    [InlineData("newer",
        "was made by a newer version of Latchkey (migration 29990101000000_Later). Nothing was changed; restore it with that version.")]
    public async Task Restore_refuses_what_is_no_backup(string kind, string sentence)
    {
        await RunAsync("migrate");
        await RunAsync("backup", Backup);
        await SpoilAsync(kind);
        Assert.StartsWith($"{Backup} {sentence}", await RefusalOfAsync("restore", Backup), StringComparison.Ordinal);
        Assert.Equal(["latchkey.db"], new DirectoryInfo(Path.GetDirectoryName(Database)!).GetFiles().Select(file => file.Name));
    }

    [Fact]
    public async Task Restore_replaces_a_damaged_database_and_creates_a_missing_one()
    {
        await RunAsync("migrate");
        await RunAsync("backup", Backup);
        await File.WriteAllTextAsync(Database, new string('x', 10_000), Token);
        Assert.Equal(0, (await RunAsync("restore", Backup)).Code);
        foreach (var file in new DirectoryInfo(Path.GetDirectoryName(Database)!).GetFiles())
        {
            file.Delete();
        }

        var (code, output) = await RunAsync("restore", Backup);
        Assert.Equal(0, code);
        Assert.DoesNotContain("from before", output, StringComparison.Ordinal);
        Assert.Equal("The database was of this version already." + Environment.NewLine, (await RunAsync("migrate")).Output);
    }

    [Fact]
    public async Task Migrate_creates_the_database_and_names_what_it_applied()
    {
        var (code, output) = await RunAsync("migrate");
        Assert.Equal(0, code);
        Assert.StartsWith("Applied: ", output, StringComparison.Ordinal);
        Assert.EndsWith("The database is of this version." + Environment.NewLine, output, StringComparison.Ordinal);
        Assert.Equal(Mine, File.GetUnixFileMode(Database));
    }

    [Theory]
    [InlineData("\"backup\" needs a file; \"backup --help\" says more.", "backup")]
    [InlineData("\"b\" is one word too many; \"restore --help\" says what there is.", "restore", "a", "b")]
    public void Commands_need_one_file(string sentence, params string[] args) =>
        Assert.Equal(sentence, Assert.Throws<StartException>(() => CommandLine.Find(args)).Message);

    public void Dispose() => folder.Delete(recursive: true);

    async Task SpoilAsync(string kind)
    {
        switch (kind)
        {
            case "cut":
                await using (var file = new FileStream(Backup, FileMode.Open))
                {
                    file.SetLength(file.Length / 2);
                }

                break;
            case "flipped":
                var bytes = await File.ReadAllBytesAsync(Backup, Token);
                bytes.AsSpan(bytes.Length / 2, 4096).Fill(0xA5);
                await File.WriteAllBytesAsync(Backup, bytes, Token);
                break;
            case "text":
                await File.WriteAllTextAsync(Backup, new string('x', 10_000), Token);
                break;
            case "foreign":
                File.Delete(Backup);
                await using (var other = new SqliteConnection($"Data Source={Backup};Pooling=False"))
                {
                    await other.OpenAsync(Token);
                }

                await ExecuteAsync(Backup, "CREATE TABLE T (Id INTEGER)");
                break;
            default:
                await ExecuteAsync(Backup, "INSERT INTO __EFMigrationsHistory VALUES ('29990101000000_Later', '10.0.0')");
                break;
        }
    }

    static async Task<object?> ExecuteAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(Token);
    }

    async Task<string> RefusalOfAsync(params string[] args) => (await Assert.ThrowsAsync<StartException>(() => RunAsync(args))).Message;

    Task<(int Code, string Output)> RunAsync(params string[] args) => RunAsync($"Data Source={Database};Pooling=False", args);

    static Task<(int Code, string Output)> RunAsync(TestInstallation product, params string[] args) =>
        RunAsync(product.DatabaseSettings.Single(x => x.Key == "ConnectionStrings:Dashboard").Value!, args);

    static async Task<(int Code, string Output)> RunAsync(string connection, string[] args)
    {
        await using var output = new StringWriter();
        return (await CommandLine.Find(
            [.. args, $"--ConnectionStrings:Dashboard={connection}"])!.RunAsync(output, Token), output.ToString());
    }
}
