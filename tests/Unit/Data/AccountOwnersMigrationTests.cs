using Dashboard.Core.Data;
using Dashboard.Tests.Unit.Support;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using Xunit;

namespace Dashboard.Tests.Unit.Data;

/// <summary>The migration that moves the owner of a service account into a table of its own, with rows of the version before.</summary>
[EveryDatabase]
public sealed class AccountOwnersMigrationTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");
    readonly DashboardContext context;

    public AccountOwnersMigrationTests()
    {
        var name = $"latchkey_{Environment.ProcessId}_owners";
        context = TestDatabase.Provider switch
        {
            "PostgreSql" =>
                new PostgreSqlContext(new DbContextOptionsBuilder<PostgreSqlContext>().UseNpgsql(
                    new NpgsqlConnectionStringBuilder(Server("POSTGRESQL")) { Database = name, Pooling = false }.ToString()).Options),
            "SqlServer" =>
                new SqlServerContext(new DbContextOptionsBuilder<SqlServerContext>().UseSqlServer(
                    new SqlConnectionStringBuilder(Server("SQLSERVER")) { InitialCatalog = name, Pooling = false }.ToString()).Options),
            _ => new SqliteContext(
                new DbContextOptionsBuilder<SqliteContext>().UseSqlite($"Data Source={folder.FullName}/latchkey.db;Pooling=False").Options),
        };
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        context.Database.EnsureDeleted();
        context.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Owner_of_each_account_is_kept_in_both_directions()
    {
        var migrator = context.GetService<IMigrator>();
        await migrator.MigrateAsync("People", Token);
        await ExecuteAsync(
            """
            INSERT INTO "Organizations" ("Slug", "Name", "CreatedAt", "Revision", "LiveKeysByAdmins", "LiveKeysNeedAllowList", "LiveWriteKeysNeedApproval", "RequireTwoFactor")
            VALUES ('acme', 'Acme', 0, 0, {false}, {false}, {false}, {false})
            """);
        foreach (var (id, owner) in new[] { ("sa_created", "NULL"), ("sa_chosen", "'dora'"), ("sa_deleted", "'dora'") })
        {
            await ExecuteAsync($"""
                INSERT INTO "ServiceAccounts" ("Id", "OrganizationId", "Name", "SearchText", "Description", "Permissions", "AllProjects", "Environment", "State", "TokenGeneration", "CreatedAt", "CreatedBy", "OwnerId", "DeletedAt")
                VALUES ('{id}', (SELECT "Id" FROM "Organizations"), 'gateway', 'gateway', '', 'read', {"{true}"}, 'live', 'active', 3, 0, 'adam', {owner}, {(id == "sa_deleted" ? "1" : "NULL")})
                """);
        }

        await migrator.MigrateAsync(cancellationToken: Token);
        Assert.Equal(
            ["sa_chosen dora 0", "sa_created adam 0", "sa_deleted dora 0"],
            await context.ServiceAccountOwners.OrderBy(x => x.ServiceAccountId)
                .Select(x => x.ServiceAccountId + " " + x.UserId + " " + x.Position).ToListAsync(Token));
        Assert.Equal(3, await context.ServiceAccountOwners.CountAsync(
            x => context.Organizations.Any(organization => organization.Id == x.OrganizationId), Token));
        // the table is the same otherwise
        Assert.Equal(3, (await context.ServiceAccounts.SingleAsync(x => x.Id == "sa_chosen", Token)).TokenGeneration);

        await ExecuteAsync("""INSERT INTO "ServiceAccountOwners" ("ServiceAccountId", "UserId", "OrganizationId", "Position") SELECT 'sa_created', 'olga', "Id", 1 FROM "Organizations" """);
        await migrator.MigrateAsync("People", Token);
        Assert.Equal(
            ["sa_chosen dora", "sa_created adam", "sa_deleted dora"],
            await context.Database.SqlQueryRaw<string>("""SELECT "Id" || ' ' || "OwnerId" AS "Value" FROM "ServiceAccounts" """.Replace(
                "||", TestDatabase.Provider == "SqlServer" ? "+" : "||", StringComparison.Ordinal))
                .OrderBy(x => x).ToListAsync(Token));
    }

    static string Server(string name) => Environment.GetEnvironmentVariable($"LATCHKEY_TEST_{name}")
        ?? throw new InvalidOperationException($"LATCHKEY_TEST_{name} must be a connection string.");

    Task<int> ExecuteAsync(string sql)
    {
        var (yes, no) = TestDatabase.Provider == "PostgreSql" ? ("TRUE", "FALSE") : ("1", "0");
        return context.Database.ExecuteSqlRawAsync(
            sql.Replace("{true}", yes, StringComparison.Ordinal).Replace("{false}", no, StringComparison.Ordinal), Token);
    }
}
