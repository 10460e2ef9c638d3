using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Data;

/// <summary>Migrates the database at startup.</summary>
public static class DatabaseStart
{
    /// <summary>How often the lock file, which another node deletes, may be missing right after it could not be opened.</summary>
    const int MaxVanished = 20;

    /// <summary>Creates or migrates the database. Concurrent nodes take turns.</summary>
    /// <param name="services">The services of the application.</param>
    /// <exception cref="SettingException">The database has migrations that this version does not know, because a newer version wrote
    /// it.</exception>
    public static async Task PrepareDatabaseAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync(cancellationToken);
        var known = context.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        var applied = await AppliedAsync(context, cancellationToken);
        if (applied.FirstOrDefault(migration => !known.Contains(migration)) is { } newer)
        {
            throw new SettingException(
                "ConnectionStrings:Dashboard", $"points to a database that a newer version of Latchkey created (migration {newer}). Start the newer version, or restore a backup");
        }

        if (known.Count == applied.Count)
        {
            return;
        }

        using var turn = await TakeTurnAsync(context, cancellationToken);
        await context.Database.MigrateAsync(cancellationToken);
    }

    static async Task<IReadOnlyCollection<string>> AppliedAsync(DashboardContext context, CancellationToken cancellationToken) =>
        await context.Database.CanConnectAsync(cancellationToken) ? [.. await context.Database.GetAppliedMigrationsAsync(cancellationToken)] : [];

    /// <summary>On SQLite, EF Core guards migrations with a row. If the process is killed the row stays, and every later start waits for it
    /// forever. An open file guards the migrations as well, but its lock ends with the process: a row found while holding the file lock is
    /// stale.</summary>
    static async Task<IDisposable?> TakeTurnAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        if (context is not SqliteContext || new SqliteConnectionStringBuilder(context.Database.GetConnectionString()).DataSource is not { } file || !Path.IsPathFullyQualified(file))
        {
            return null;
        }

        var turnFile = $"{file}.migrating";
        FileStream? turn = null;
        for (var vanished = 0; turn is null;)
        {
            try
            {
                turn = PrivateFiles.OpenExclusively(turnFile, FileOptions.DeleteOnClose);
            }
            catch (Exception exception) when (
                exception is UnauthorizedAccessException || (exception is IOException && !File.Exists(turnFile) && ++vanished > MaxVanished))
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

        await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = 'wal'", cancellationToken); // as EF Core does if it creates the file
        await context.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
        return turn;
    }
}
