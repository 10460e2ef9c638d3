using Dashboard.Core;
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
    public async Task Start_makes_the_folder_and_the_file_beside_the_content()
    {
        await using var product = Build(connection: null);
        await product.PrepareDatabaseAsync(Token);
        Assert.True(File.Exists(Path.Combine(folder.FullName, "data", "latchkey.db")));
        await product.PrepareDatabaseAsync(Token); // nothing to do
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
    public async Task Lock_that_a_killed_migration_left_does_not_hold_up_the_next()
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
    public async Task Database_of_a_newer_version_stops_the_start_and_stays_as_it_is()
    {
        await using var product = Build();
        await product.PrepareDatabaseAsync(Token);
        await using var context = Open(product);
        await context.Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsHistory\" VALUES ('29990101000000_Later', '99.0')", Token);
        var stopped = await Assert.ThrowsAsync<SettingException>(() => product.PrepareDatabaseAsync(Token));
        Assert.Contains("29990101000000_Later", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("newer version", stopped.Message, StringComparison.Ordinal);
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
        IConfiguration configuration = World.Configuration(("ConnectionStrings:Dashboard", connection));
        return new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddDashboardDatabase(configuration, folder.FullName).BuildServiceProvider();
    }
}
