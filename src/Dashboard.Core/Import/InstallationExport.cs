using System.Data.Common;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Import;

/// <summary>Writes everything but secrets as JSON, for an installation on another database. The file is one array, each element on a line
/// of its own: the header, then each table with its columns, followed by its rows.</summary>
public sealed class InstallationExport(UnitOfWorkRunner changes, TimeProvider time)
{
    /// <summary>The number of this form of the file.</summary>
    internal const int Form = 1;

    internal const string Warning =
        "This file holds the hashes of keys, passwords and tokens, names, addresses and the audit log. Guard it like the database, and delete it after the move.";

    static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the file as of one moment.</summary>
    /// <param name="file">An empty file.</param>
    /// <returns>The number of rows.</returns>
    public async Task<long> WriteAsync(FileStream file, CancellationToken cancellationToken)
    {
        var rows = 0L;
        await changes.RunBehindAsync(
            async (context, token) =>
            {
                (file.Position, rows) = (0, 0); // may run again
                file.SetLength(0);
                if (context is PostgreSqlContext)
                {
                    // SQLite's transaction holds off writers
                    await context.Database.ExecuteSqlRawAsync("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", token);
                }

                await using var writer = new StreamWriter(file, leaveOpen: true);
                await writer.WriteAsync("[\n" + JsonSerializer.Serialize(
                    new ExportHeader(Form, InstallationTables.VersionOf(context), time.GetUtcNow(), Warning), Options));
                foreach (var table in InstallationTables.Of(context))
                {
                    await writer.WriteAsync(",\n"
                        + JsonSerializer.Serialize(new ExportTable(table.Name, [.. table.Columns.Select(column => column.Name)]), Options));
                    rows += await WriteRowsAsync(context, table, writer, token);
                }

                await writer.WriteAsync("\n]\n");
            },
            cancellationToken);
        return rows;
    }

    static async Task<long> WriteRowsAsync(
        DashboardContext context, MovedTable table, StreamWriter writer, CancellationToken cancellationToken)
    {
        var rows = 0L;
        await using var command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"SELECT {table.ColumnList} FROM {table.Quoted} ORDER BY {table.KeyList}";
        command.Transaction = Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions.GetDbTransaction(
            context.Database.CurrentTransaction!);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var values = table.Columns.Select((column, i) => ValueOf(reader, i, column)).ToArray();
            await writer.WriteAsync(",\n" + JsonSerializer.Serialize(values, Options));
            rows++;
        }

        return rows;
    }

    static object? ValueOf(DbDataReader reader, int i, MovedColumn column) => reader.IsDBNull(i) ? null
        : column.Type == typeof(long) ? reader.GetFieldValue<long>(i)
        : column.Type == typeof(int) ? reader.GetFieldValue<int>(i)
        : column.Type == typeof(short) ? reader.GetFieldValue<short>(i)
        : column.Type == typeof(bool) ? reader.GetFieldValue<bool>(i)
        : column.Type == typeof(byte[]) ? Convert.ToBase64String(reader.GetFieldValue<byte[]>(i))
        : column.Type == typeof(Guid) ? reader.GetFieldValue<Guid>(i)
        : column.Type == typeof(double) ? reader.GetFieldValue<double>(i)
        : reader.GetString(i);
}

/// <summary>The first element of an export.</summary>
sealed record ExportHeader(int LatchkeyExport, string Version, DateTimeOffset At, string Warning);

/// <summary>The element before the rows of a table.</summary>
sealed record ExportTable(string Table, IReadOnlyList<string> Columns);
