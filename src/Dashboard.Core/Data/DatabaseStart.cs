using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Core.Data;

/// <summary>Brings the database to this build's model before anything uses it.</summary>
public static class DatabaseStart
{
    /// <summary>How often the file that another node has just deleted may be gone when we look for it.</summary>
    const int MaxVanished = 20;

    /// <summary>Creates or migrates the database. Two nodes at once take turns.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SettingException">The database has migrations that this build does not know: a newer build wrote it.</exception>
    public static async Task PrepareDatabaseAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var context = await services.GetRequiredService<IDbContextFactory<DashboardContext>>().CreateDbContextAsync(cancellationToken);
        var known = context.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        var applied = await AppliedAsync(context, cancellationToken);
        if (applied.FirstOrDefault(migration => !known.Contains(migration)) is { } newer)
        {
            throw new SettingException(
                "ConnectionStrings:Dashboard", $"names a database of a newer version of Latchkey (it has {newer}), which this version would damage; start the newer version, or restore a backup");
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

    /// <summary>On SQLite, EF Core guards a migration by a row that stays when the process is killed, and then every later start waits for ever. An open file
    /// guards as well and its lock ends with its process, so that a row found under it is a dead one's.</summary>
    static async Task<IDisposable?> TakeTurnAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        if (context is not SqliteContext || new SqliteConnectionStringBuilder(context.Database.GetConnectionString()).DataSource is not { } file || !Path.IsPathFullyQualified(file))
        {
            return null;
        }

        FileStream? turn = null;
        for (var vanished = 0; turn is null;)
        {
            try
            {
                turn = PrivateFiles.OpenAlone($"{file}.migrating", FileOptions.DeleteOnClose);
            }
            catch (Exception exception) when (exception is UnauthorizedAccessException || (exception is IOException && !File.Exists($"{file}.migrating") && ++vanished > MaxVanished))
            {
                throw new SettingException("ConnectionStrings:Dashboard", $"names {file}, beside which no file can be written: {exception.Message.TrimEnd('.')}");
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
            }
        }

        if (!File.Exists(file))
        {
            PrivateFiles.Create(file); // SQLite would let everybody read it; the files that it keeps beside it get its mode
        }

        await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = 'wal'", cancellationToken); // as EF Core does for a file that it creates itself
        await context.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellationToken);
        return turn;
    }
}
