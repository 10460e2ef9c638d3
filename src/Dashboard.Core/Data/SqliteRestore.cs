using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Dashboard.Core.Data;

/// <summary>What was restored.</summary>
/// <param name="Kept">The file that holds the database from before, or null if there was none.</param>
/// <param name="Pending">The migrations that this version adds to the backup.</param>
/// <param name="AuditKeys">The identifiers of the keys that the newest entries of its audit log are chained by.</param>
public sealed record RestoredDatabase(string? Kept, IReadOnlyList<string> Pending, IReadOnlyList<string> AuditKeys);

/// <summary>Replaces the file of the embedded database by a backup.</summary>
public static class SqliteRestore
{
    const int NotADatabase = 26; // SQLITE_NOTADB
    const int Corrupt = 11; // SQLITE_CORRUPT
    const int Busy = 5; // SQLITE_BUSY
    const long SharedLock = 0x4000_0002; // where every open connection holds a lock (SQLite's os.h, SHARED_FIRST)
    const long SharedLockLength = 510;

    static readonly string[] Beside = ["-wal", "-shm"];
    static readonly string[] Copied = ["", "-wal"];

    /// <summary>Verifies a backup and puts a copy of it in place. The database from before is kept beside it.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="database">The file of the database. No node may be running on it.</param>
    /// <param name="known">The migrations of this version.</param>
    /// <param name="now">The time, which names the file from before.</param>
    /// <exception cref="BackupException">The backup is damaged or of a newer version, or a node has the database open.</exception>
    public static async Task<RestoredDatabase> RunAsync(
        string backup, string database, IReadOnlyList<string> known, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!File.Exists(backup))
        {
            throw new BackupException($"There is no file {backup}.");
        }

        if (Path.GetFullPath(backup) == Path.GetFullPath(database))
        {
            throw new BackupException($"{backup} is the database itself.");
        }

        var copy = $"{database}.restoring-{Environment.ProcessId}";
        try
        {
            PrivateFiles.CreateFolder(Path.GetDirectoryName(Path.GetFullPath(database))!);
            await CopyAsync(backup, copy, cancellationToken);
            var (pending, auditKeys) = await CheckAsync(backup, copy, known, cancellationToken);
            var kept = await MoveAwayAsync(database, now, cancellationToken);
            try
            {
                File.Move(copy, database);
            }
            catch (IOException) when (kept is not null && !File.Exists(database))
            {
                Move(kept, database);
                throw;
            }

            return new(kept, pending, auditKeys);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"{database} cannot be replaced: {exception.Message}");
        }
        finally
        {
            foreach (var left in Beside.Prepend("").Select(end => copy + end).Where(File.Exists))
            {
                File.Delete(left);
            }
        }
    }

    /// <summary>Copies the backup, so that what is verified is what is put in place. A copy that somebody made with the files beside it is
    /// whole only with its write-ahead log.</summary>
    static async Task CopyAsync(string backup, string copy, CancellationToken cancellationToken)
    {
        foreach (var end in Copied.Where(end => File.Exists(backup + end)))
        {
            await using var source = new FileStream(backup + end, FileMode.Open, FileAccess.Read, FileShare.Read);
            await using var target = PrivateFiles.CreateNew(copy + end);
            await source.CopyToAsync(target, cancellationToken);
            target.Flush(flushToDisk: true);
        }
    }

    static async Task<(IReadOnlyList<string> Pending, IReadOnlyList<string> AuditKeys)> CheckAsync(
        string backup, string copy, IReadOnlyList<string> known, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await SqliteBackup.OpenAsync(copy, cancellationToken);
            if (await connection.ReadAsync("PRAGMA integrity_check", cancellationToken) is not ["ok"])
            {
                throw new BackupException($"{backup} is damaged. Nothing was changed.");
            }

            if (await connection.ReadAsync("SELECT name FROM sqlite_master WHERE name IN ('__EFMigrationsHistory', 'AuditChains')",
                cancellationToken) is not { Count: 2 })
            {
                throw new BackupException($"{backup} is not a database of Latchkey. Nothing was changed.");
            }

            var applied = await connection.ReadAsync("SELECT MigrationId FROM __EFMigrationsHistory", cancellationToken);
            if (DatabaseStart.FindForeign(applied, known) is var (foreign, isNewer))
            {
                throw new BackupException(
                    $"{backup} was made by {(isNewer ? "a newer" : "an unreleased")} version of Latchkey (migration {foreign}). Nothing was changed; restore it with that version.");
            }

            var keys = await connection.ReadAsync("SELECT DISTINCT KeyId FROM AuditChains WHERE KeyId IS NOT NULL", cancellationToken);
            await connection.ReadAsync("PRAGMA journal_mode = 'wal'", cancellationToken);
            return ([.. known.Except(applied, StringComparer.Ordinal)], keys);
        }
        catch (SqliteException exception)
        {
            throw new BackupException(exception.SqliteErrorCode is NotADatabase or Corrupt
                ? $"{backup} is damaged or not a database. Nothing was changed."
                : $"{backup} cannot be read: {exception.Message} Nothing was changed.");
        }
    }

    /// <summary>Moves the database away, with all that is in its write-ahead log.</summary>
    /// <returns>Its new name, or null if there is no database.</returns>
    static async Task<string?> MoveAwayAsync(string database, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!File.Exists(database))
        {
            return null;
        }

        var kept = $"{database}.{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        await using (var alone = await HoldAsync(database, cancellationToken))
        {
            if (OperatingSystem.IsWindows())
            {
                await alone.DisposeAsync(); // nobody renames an open file there
            }

            Move(database, kept);
        } // closed before the backup takes the name: SQLite deletes the files beside it by their names

        if (new FileInfo($"{kept}-wal") is { Exists: true, Length: 0 } empty)
        {
            empty.Delete();
        }

        return kept;
    }

    static void Move(string from, string to)
    {
        File.Move(from, to);
        foreach (var end in Beside.Where(end => File.Exists(from + end)))
        {
            File.Move(from + end, to + end);
        }
    }

    /// <summary>Opens the database for this process alone, and writes its log into it.</summary>
    static async Task<IAsyncDisposable> HoldAsync(string database, CancellationToken cancellationToken)
    {
        SqliteConnection? connection = null;
        try
        {
            connection = await SqliteBackup.OpenAsync(database, cancellationToken);
            connection.DefaultTimeout = 1;
            // before the first read: then every other connection counts
            await connection.ReadAsync("PRAGMA locking_mode = EXCLUSIVE", cancellationToken);
            await connection.ReadAsync("BEGIN EXCLUSIVE", cancellationToken);
            await connection.ReadAsync("COMMIT", cancellationToken);
            await connection.ReadAsync("PRAGMA wal_checkpoint(TRUNCATE)", cancellationToken);
            return connection;
        }
        catch (SqliteException exception)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            return exception.SqliteErrorCode switch
            {
                Busy => throw InUse(database),
                NotADatabase or Corrupt => HoldDamaged(database),
                _ => throw new BackupException($"{database} cannot be opened: {exception.Message} Nothing was changed."),
            };
        }
    }

    /// <summary>SQLite cannot open a damaged file, but a node that opened it earlier still has its lock.</summary>
    static FileStream HoldDamaged(string database)
    {
        var file = new FileStream(database, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            if (!OperatingSystem.IsMacOS())
            {
                file.Lock(SharedLock, SharedLockLength);
            }

            return file;
        }
        catch (IOException)
        {
            file.Dispose();
            throw InUse(database);
        }
    }

    static BackupException InUse(string database) =>
        new($"Latchkey or another program has {database} open. Stop every node, then restore. Nothing was changed.");
}
