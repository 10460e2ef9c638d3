using Dashboard.Core;
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

    [Fact]
    public async Task Client_secrets_of_the_first_version_are_there_after_an_upgrade()
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
