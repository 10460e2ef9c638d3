using Dashboard.Core.Data;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Data;

public sealed class DatabaseStartTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_makes_the_folder_and_the_file_beside_the_content_for_their_owner_alone()
    {
        await using var product = Build(connection: null);
        await product.PrepareDatabaseAsync(Token);
        await using var context = Open(product);
        await context.Database.ExecuteSqlRawAsync("UPDATE Installation SET Id = Id", Token); // so that the files beside it are there
        var data = new DirectoryInfo(Path.Combine(folder.FullName, "data"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, data.UnixFileMode);
        Assert.Equal(
            ["latchkey.db", "latchkey.db-shm", "latchkey.db-wal"], data.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.All(data.GetFiles(), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode));
        await product.PrepareDatabaseAsync(Token); // nothing to do
    }

    [Fact]
    public async Task Folder_and_file_that_were_there_keep_their_modes()
    {
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        folder.UnixFileMode = mode;
        var file = Path.Combine(folder.FullName, "latchkey.db");
        await File.WriteAllBytesAsync(file, [], Token);
        File.SetUnixFileMode(file, mode);
        await using var product = Build();
        await product.PrepareDatabaseAsync(Token);
        Assert.Equal((mode, mode), (new DirectoryInfo(folder.FullName).UnixFileMode, File.GetUnixFileMode(file)));
        Assert.Equal("wal", await Open(product).Database.SqlQueryRaw<string>("PRAGMA journal_mode").AsAsyncEnumerable().SingleAsync(Token));
    }

    [Theory]
    [InlineData("Data Source=/proc/nowhere/latchkey.db",
        "ConnectionStrings:Dashboard names /proc/nowhere/latchkey.db, whose folder cannot be created: ")]
    [InlineData("Server=db", "ConnectionStrings:Dashboard is not a connection string for SQLite: ")]
    public void Connection_that_cannot_be_used_stops_the_start(string connection, string message) =>
        Assert.StartsWith(message, Assert.Throws<SettingException>(() => Build(connection)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Folder_that_takes_no_file_stops_the_start()
    {
        await using var product = Build("Data Source=/proc/latchkey.db");
        Assert.StartsWith(
            "ConnectionStrings:Dashboard names /proc/latchkey.db, beside which files cannot be created: ",
            (await Assert.ThrowsAsync<SettingException>(() => product.PrepareDatabaseAsync(Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_starts_at_once_take_turns()
    {
        await using var one = Build();
        await using var other = Build();
        await Task.WhenAll(one.PrepareDatabaseAsync(Token), other.PrepareDatabaseAsync(Token));
        await using var context = Open(one);
        Assert.Single(await context.Installations.ToListAsync(Token));
    }

    [Fact]
    public async Task Lock_left_by_a_killed_migration_does_not_block_the_next()
    {
        await using var product = Build();
        await using (var context = Open(product))
        {
            await context.Database.ExecuteSqlRawAsync(
                "CREATE TABLE \"__EFMigrationsLock\" (\"Id\" INTEGER NOT NULL PRIMARY KEY, \"Timestamp\" TEXT NOT NULL); INSERT INTO \"__EFMigrationsLock\" VALUES (1, '2026-11-21')", Token);
        }

        await product.PrepareDatabaseAsync(Token).WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    [Fact]
    public async Task Database_of_a_newer_version_fails_startup_unchanged()
    {
        await using var product = Build();
        await product.PrepareDatabaseAsync(Token);
        await using var context = Open(product);
        await context.Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsHistory\" VALUES ('29990101000000_Later', '99.0')", Token);
        var stopped = await Assert.ThrowsAsync<SettingException>(() => product.PrepareDatabaseAsync(Token));
        Assert.Contains("29990101000000_Later", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("newer version", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_of_an_unreleased_version_fails_startup_and_says_how_to_begin_again()
    {
        await using var product = Build();
        await product.PrepareDatabaseAsync(Token);
        await using var context = Open(product);
        await context.Database.ExecuteSqlRawAsync("DELETE FROM \"__EFMigrationsHistory\" WHERE \"MigrationId\" NOT LIKE '%Initial'", Token);
        await context.Database.ExecuteSqlRawAsync(
            "UPDATE \"__EFMigrationsHistory\" SET \"MigrationId\" = '20261122032748_Initial' WHERE \"MigrationId\" LIKE '%Initial'", Token);
        var stopped = await Assert.ThrowsAsync<SettingException>(() => product.PrepareDatabaseAsync(Token));
        Assert.Equal(
            "ConnectionStrings:Dashboard points to a database that an unreleased version of Latchkey created (migration 20261122032748_Initial). It cannot be upgraded. "
            + $"To begin again, move {Path.Combine(folder.FullName, "latchkey.db")} and the files beside it away, and the folder keys with them.",
            stopped.Message);
    }

    [Theory]
    [InlineData("PostgreSql", "Host=/nowhere;Username=latchkey;Database=latchkey",
        "points to a database that can neither be opened nor created: ")]
    [InlineData("PostgreSql", "Data Source=latchkey.db;Nonsense=1", "is not a connection string for PostgreSQL: ")]
    [InlineData("PostgreSql", null, "must be set when Database:Provider is PostgreSql")]
    [InlineData("SqlServer", null, "must be set when Database:Provider is SqlServer")]
    public async Task Server_that_cannot_be_reached_stops_the_start_with_one_sentence(string provider, string? connection, string message)
    {
        var stopped = await Assert.ThrowsAsync<SettingException>(async () =>
        {
            await using var product =
                Build(("Database:Provider", provider), ("ConnectionStrings:Dashboard", connection), ("DataProtection:KeyPath", "keys"));
            await product.PrepareDatabaseAsync(Token);
        });
        Assert.StartsWith($"ConnectionStrings:Dashboard {message}", stopped.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }

    static DashboardContext Open(ServiceProvider product) =>
        product.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContext();

    ServiceProvider Build() => Build($"Data Source={Path.Combine(folder.FullName, "latchkey.db")}");

    ServiceProvider Build(string? connection) => Build(("ConnectionStrings:Dashboard", connection));

    ServiceProvider Build(params (string Key, string? Value)[] settings)
    {
        IConfiguration configuration = TestInstallation.Configuration(settings);
        return new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System)
            .AddDashboardDatabase(configuration, folder.FullName).BuildServiceProvider();
    }
}
