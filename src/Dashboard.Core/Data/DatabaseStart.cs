using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dashboard.Core.Data;

/// <summary>Migrates the database at startup.</summary>
public static class DatabaseStart
{
    /// <summary>How often the lock file, which another node deletes, may be missing right after it could not be opened.</summary>
    const int MaxVanished = 20;

    /// <summary>The number of the advisory lock on PostgreSQL. Any number that nothing else in the database uses.</summary>
    const long PostgreSqlLock = 0x4C61_7463_686B_6579; // "Latchkey"

    /// <summary>Creates or migrates the database. Concurrent nodes take turns.</summary>
    /// <param name="services">The services of the application.</param>
    /// <exception cref="SettingException">The database has migrations that this version does not know, because a newer version or one from
    /// before the first release created it.</exception>
    public static async Task PrepareDatabaseAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<DashboardContext>>()
            .CreateDbContextAsync(cancellationToken);
        var known = context.Database.GetMigrations().ToList();
        var history = context.GetService<IHistoryRepository>();
        List<string> applied = await ExistsAsync(context, cancellationToken) && await HasHistoryAsync(context, history, cancellationToken)
            ? [.. (await history.GetAppliedMigrationsAsync(cancellationToken)).Select(migration => migration.MigrationId)]
            : [];
        if (FindForeign(applied, known) is var (foreign, isNewer))
        {
            throw new SettingException("ConnectionStrings:Dashboard", !isNewer
                ? $"points to a database that an unreleased version of Latchkey created (migration {foreign}). It cannot be upgraded. {BeginAgain(context)}"
                : $"points to a database that a newer version of Latchkey created (migration {foreign}). Start the newer version, or restore a backup");
        }

        if (applied.Count == known.Count)
        {
            return;
        }

        await using var turn = context switch
        {
            SqliteContext when FileOf(context) is { } file => await TakeTurnAsync(context, file, cancellationToken),
            PostgreSqlContext => await TakeTurnAsync(context.Database.GetConnectionString()!, cancellationToken),
            _ => null,
        };
        if (context is PostgreSqlContext && !await HasHistoryAsync(context, history, cancellationToken))
        {
            await history.CreateIfNotExistsAsync(cancellationToken);
        }

        await context.Database.MigrateAsync(cancellationToken);
    }

    /// <summary>Returns the first migration of a database that this version does not know, and whether a newer version made it; otherwise
    /// an unreleased one did. Null if there is none.</summary>
    internal static (string Migration, bool IsNewer)? FindForeign(IEnumerable<string> applied, IReadOnlyList<string> known) =>
        applied.FirstOrDefault(migration => !known.Contains(migration, StringComparer.Ordinal)) is { } foreign
            ? (foreign, string.CompareOrdinal(foreign, known[0]) > 0) // an identifier begins with its time
            : null;

    /// <summary>Returns whether the database exists. On a server it is created if the login may do so.</summary>
    static async Task<bool> ExistsAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        if (await context.Database.CanConnectAsync(cancellationToken))
        {
            return true;
        }

        if (context is SqliteContext)
        {
            return false;
        }

        try
        {
            await context.GetService<IRelationalDatabaseCreator>().CreateAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is DbException || Outages.Caused(exception))
        {
            if (!await context.Database.CanConnectAsync(cancellationToken)) // another node has not created it either
            {
                throw new SettingException("ConnectionStrings:Dashboard",
                    $"points to a database that can neither be opened nor created: {exception.GetBaseException().Message.TrimEnd('.')}");
            }
        }

        return true;
    }

    /// <summary>Returns whether there is a table of migrations. On PostgreSQL the provider reads the table to find out, and logs the
    /// failure as an error.</summary>
    static async Task<bool> HasHistoryAsync(DashboardContext context, IHistoryRepository history, CancellationToken cancellationToken) =>
        context is PostgreSqlContext
        ? (await context.Database.SqlQueryRaw<bool>(
            $"SELECT to_regclass('\"{HistoryRepository.DefaultTableName}\"') IS NOT NULL AS \"Value\"").ToListAsync(cancellationToken))
                .Single()
        : await history.ExistsAsync(cancellationToken);

    static string BeginAgain(DashboardContext context) => FileOf(context) is { } file
        ? $"To begin again, move {file} and the files beside it away, and the folder keys with them"
        : "To begin again, create an empty database and name it there";

    /// <summary>Returns the file of a SQLite database, or null if it has none.</summary>
    static string? FileOf(DashboardContext context) =>
        context is SqliteContext && new SqliteConnectionStringBuilder(context.Database.GetConnectionString()).DataSource is { } file
            && Path.IsPathFullyQualified(file) ? file : null;

    /// <summary>Nodes that create tables at once fail on PostgreSQL even with IF NOT EXISTS. The lock ends with its connection.</summary>
    static async Task<IAsyncDisposable> TakeTurnAsync(string connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        (command.CommandText, command.CommandTimeout) = ($"SELECT pg_advisory_lock({PostgreSqlLock})", 0);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return connection;
    }

    /// <summary>On SQLite, EF Core guards migrations with a row. If the process is killed the row stays, and every later start waits for it
    /// forever. An open file guards the migrations as well, but its lock ends with the process: a row found while holding the file lock is
    /// stale.</summary>
    static async Task<IAsyncDisposable> TakeTurnAsync(DashboardContext context, string file, CancellationToken cancellationToken)
    {
        var turnFile = $"{file}.migrating";
        FileStream? turn = null;
        for (var vanished = 0; turn is null;)
        {
            try
            {
                turn = PrivateFiles.OpenExclusively(turnFile, FileOptions.DeleteOnClose);
            }
            catch (Exception exception) when (
                exception is UnauthorizedAccessException
                    || (exception is IOException && !File.Exists(turnFile) && ++vanished > MaxVanished))
            {
                throw new SettingException(
                    "ConnectionStrings:Dashboard", $"names {file}, beside which files cannot be created: {exception.Message.TrimEnd('.')}");
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
            }
        }

        if (!File.Exists(file))
        {
            PrivateFiles.Create(file); // SQLite would create it readable for all; the files beside it get its mode
        }

        // as EF Core does if it creates the file
        await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = 'wal'", cancellationToken);
        await context.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
        return turn;
    }
}
