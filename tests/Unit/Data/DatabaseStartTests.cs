using Dashboard.Core.Data;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
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
        Assert.Equal(["latchkey.db", "latchkey.db-shm", "latchkey.db-wal"], data.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal));
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
    [InlineData("Data Source=/proc/nowhere/latchkey.db", "ConnectionStrings:Dashboard names /proc/nowhere/latchkey.db, whose folder cannot be created: ")]
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
    public async Task Client_secrets_of_the_first_version_survive_an_upgrade()
    {
        await using var product = Build();
        await using (var context = Open(product))
        {
            await context.GetService<IMigrator>().MigrateAsync("Initial", Token);
            await context.Database.ExecuteSqlRawAsync("""
                INSERT INTO Organizations (Id, Slug, Name, CreatedAt, Revision) VALUES (1, 'acme', 'Acme', 0, 0);
                INSERT INTO ServiceAccounts (Id, OrganizationId, Name, Description, Permissions, AllProjects, Environment, State, CreatedAt, CreatedBy)
                  VALUES ('sa_Aa', 1, 'one', '', 'read', 1, 'live', 'active', 0, 'x'), ('sa_Bb', 1, 'two', '', 'read', 1, 'live', 'active', 0, 'x');
                INSERT INTO ServiceAccountCredentials (ClientId, ServiceAccountId, SecretHash, CreatedAt) VALUES ('latchkey-sa-Aa', 'sa_Aa', x'01', 5), ('latchkey-sa-Bb', 'sa_Bb', x'02', 6);
                """, Token);
        }

        await product.PrepareDatabaseAsync(Token);
        await using var after = Open(product);
        Assert.Equal(
            ["cs_Aa latchkey-sa-Aa sa_Aa 01  5", "cs_Bb latchkey-sa-Bb sa_Bb 02  6"],
            (await after.ServiceAccountCredentials.OrderBy(x => x.Id).ToListAsync(Token))
                .Select(x => $"{x.Id} {x.ClientId} {x.ServiceAccountId} {Convert.ToHexString(x.SecretHash)} {x.Hint} {x.CreatedAt.ToUnixTimeMilliseconds()}"));
    }

    [Fact]
    public async Task Keys_from_before_managed_keys_survive_an_upgrade_with_constraints()
    {
        const string insert = """
            INSERT INTO ApiKeys (KeyId, Hash, Prefix, ProjectId, Name, Environment, State, Permissions, AllResources, OwnerType, OwnerId, CreatedBy, CreatedAt, Shelf, LastUsedOrder, ExpiryOrder)
              VALUES ('{0}', x'{1}', 'nk_test', 1, 'one', 'test', 'revoked', 'read', 0, '{2}', 'x', 'x', 5, {3}, 0, 253402300799999)
            """;
        await using var product = Build();
        List<string> indexes;
        await using (var context = Open(product))
        {
            await context.GetService<IMigrator>().MigrateAsync("OAuth", Token);
            await context.Database.ExecuteSqlRawAsync("""
                INSERT INTO Organizations (Id, Slug, Name, CreatedAt, Revision) VALUES (1, 'acme', 'Acme', 0, 0);
                INSERT INTO Projects (Id, OrganizationId, Slug, Name, CreatedAt, Revision) VALUES (1, 1, 'orders', 'Orders', 0, 0);
                INSERT INTO Resources (Id, ProjectId, Kind, ExternalId, Name, CreatedAt) VALUES (1, 1, 'agent', 'clerk', 'Clerk', 0);
                """, Token);
            await InsertAsync(context, "Aa", "01", "user", "3");
            await context.Database.ExecuteSqlRawAsync("INSERT INTO ApiKeyResources (KeyId, ResourceId) VALUES ('Aa', 1)", Token);
            indexes = await IndexesAsync(context);
        }

        await product.PrepareDatabaseAsync(Token);
        await using var after = Open(product);
        var key = await after.Keys.Include(x => x.Scope).SingleAsync(Token);
        Assert.Equal(("Aa", "01", 3, 1L), (key.KeyId, Convert.ToHexString(key.Hash), key.Shelf, Assert.Single(key.Scope).ResourceId));
        Assert.Equal(indexes, await IndexesAsync(after));
        await InsertAsync(after, "Bb", "02", "app", "7");
        await Assert.ThrowsAsync<Microsoft.Data.Sqlite.SqliteException>(() => InsertAsync(after, "Cc", "03", "app", "3"));

        static async Task InsertAsync(DashboardContext context, params string[] values) =>
            await context.Database.ExecuteSqlRawAsync(values.Select((value, i) => (value, i)).Aggregate(insert, (sql, x) => sql.Replace($"{{{x.i}}}", x.value, StringComparison.Ordinal)), Token);

        static Task<List<string>> IndexesAsync(DashboardContext context) =>
            context.Database.SqlQueryRaw<string>("SELECT sql AS Value FROM sqlite_master WHERE type = 'index' AND tbl_name = 'ApiKeys' AND sql IS NOT NULL ORDER BY name").ToListAsync(Token);
    }

    [Fact]
    public async Task Usage_from_before_days_were_counted_is_added_up_by_an_upgrade()
    {
        await using var product = Build();
        await using (var context = Open(product))
        {
            await context.GetService<IMigrator>().MigrateAsync("KeyFolder", Token);
            await context.Database.ExecuteSqlRawAsync("""
                INSERT INTO KeyHours (KeyId, Hour, Outcome, ProjectId, Count)
                  VALUES ('Aa', 86400000, 'valid', 7, 1), ('Aa', 169200000, 'valid', 7, 2), ('Aa', 169200000, 'expired_key', 7, 4), ('Aa', 172800000, 'valid', 7, 8), ('Bb', 86400000, 'valid', 9, 16)
                """, Token);
        }

        for (var i = 0; i < 2; i++)
        {
            await product.PrepareDatabaseAsync(Token); // the second time there is nothing to do
            await using var after = Open(product);
            Assert.Equal(
                ["Aa 2 expired_key 7 4", "Aa 2 valid 7 3", "Aa 3 valid 7 8", "Bb 2 valid 9 16"],
                (await after.KeyDays.OrderBy(x => x.KeyId).ThenBy(x => x.Day).ThenBy(x => x.Outcome).ToListAsync(Token))
                    .Select(x => $"{x.KeyId} {x.Day.Day} {x.Outcome} {x.ProjectId} {x.Count}"));
        }
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }

    static DashboardContext Open(ServiceProvider product) => product.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContext();

    ServiceProvider Build() => Build($"Data Source={Path.Combine(folder.FullName, "latchkey.db")}");

    ServiceProvider Build(string? connection)
    {
        IConfiguration configuration = TestInstallation.Configuration(("ConnectionStrings:Dashboard", connection));
        return new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddDashboardDatabase(configuration, folder.FullName).BuildServiceProvider();
    }
}
