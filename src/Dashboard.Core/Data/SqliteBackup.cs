using Microsoft.Data.Sqlite;

namespace Dashboard.Core.Data;

/// <summary>Writes a backup of the embedded database while nodes use it.</summary>
public static class SqliteBackup
{
    /// <summary>Writes the state of one moment to a new file with mode 0600. Nodes keep reading and writing. The file exists once it is
    /// complete, on the disk and verified.</summary>
    /// <param name="database">The file of the database.</param>
    /// <param name="file">The file to create.</param>
    /// <returns>The size of the file, in bytes.</returns>
    /// <exception cref="BackupException">There is no such database, the file exists, or it cannot be written.</exception>
    public static async Task<long> WriteAsync(string database, string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(database))
        {
            throw new BackupException($"There is no database {database}.");
        }

        if (Path.Exists(file))
        {
            throw new BackupException($"{file} exists, and a backup overwrites nothing. Name another file.");
        }

        var partial = $"{file}.partial-{Environment.ProcessId}";
        try
        {
            await PrivateFiles.CreateNew(partial).DisposeAsync();
            await CopyAsync(database, partial, cancellationToken);
            await CheckAsync(partial, cancellationToken);
            await using (var written = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite))
            {
                written.Flush(flushToDisk: true);
            }

            File.Move(partial, file);
            return new FileInfo(file).Length;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new BackupException($"{file} cannot be written: {exception.Message}");
        }
        finally
        {
            foreach (var left in new[] { partial, $"{partial}-wal", $"{partial}-shm" }.Where(File.Exists))
            {
                File.Delete(left);
            }
        }
    }

    /// <summary>Opens a database for one use.</summary>
    internal static async Task<SqliteConnection> OpenAsync(string file, CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>Runs a statement, and returns the first column of its rows as text.</summary>
    internal static async Task<List<string>> ReadAsync(this SqliteConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<string> rows = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(reader.IsDBNull(0) ? "" : reader.GetString(0));
        }

        return rows;
    }

    /// <summary>One read transaction, which writers do not wait for. What was deleted is not copied.</summary>
    static async Task CopyAsync(string database, string file, CancellationToken cancellationToken)
    {
        await using var source = await OpenAsync(database, cancellationToken);
        await using var copy = source.CreateCommand();
        copy.CommandText = "VACUUM INTO $file";
        copy.Parameters.AddWithValue("$file", file);
        await copy.ExecuteNonQueryAsync(cancellationToken);
    }

    static async Task CheckAsync(string file, CancellationToken cancellationToken)
    {
        await using var copy = await OpenAsync(file, cancellationToken);
        if (await copy.ReadAsync("PRAGMA integrity_check", cancellationToken) is not ["ok"])
        {
            throw new BackupException("The database is damaged, and so is its copy. Nothing was kept of it; restore an earlier backup.");
        }

        // the copy has SQLite's default, and may be put in place by hand
        await copy.ReadAsync("PRAGMA journal_mode = 'wal'", cancellationToken);
    }
}
