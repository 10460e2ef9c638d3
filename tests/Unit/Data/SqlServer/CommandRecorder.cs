using System.Data.Common;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Dashboard.Tests.Unit.Data.SqlServer;

/// <summary>Records the responses of a real database, in order. Replayed without a database, the same code gets the same
/// responses.</summary>
sealed class CommandRecorder : DbCommandInterceptor
{
    /// <summary>The results of queries.</summary>
    public Queue<ResultSet> Rows { get; } = new();

    /// <summary>The generated ids of inserted rows.</summary>
    public Queue<ResultSet> Generated { get; } = new();

    /// <summary>The rows that updates return.</summary>
    public Queue<ResultSet> Updated { get; } = new();

    /// <summary>The number of rows that each bulk update or delete affected.</summary>
    public Queue<int> Affected { get; } = new();

    public bool IsAtItsEnd => Rows.Count == 0 && Generated.Count == 0 && Updated.Count == 0 && Affected.Count == 0;

    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result) =>
        Record(command, result);

    public override ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default) =>
            new(Record(command, result));

    public override int NonQueryExecuted(DbCommand command, CommandExecutedEventData eventData, int result)
    {
        Affected.Enqueue(result);
        return result;
    }

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default) =>
        new(NonQueryExecuted(command, eventData, result));

    DbDataReader Record(DbCommand command, DbDataReader reader)
    {
        var into = command.CommandText.StartsWith("SELECT \"ConfirmedAt\" FROM \"Sessions\"", StringComparison.Ordinal)
                ? Updated // the lock of a session, which SQL Server takes by an update
            : command.CommandText.StartsWith("SELECT", StringComparison.Ordinal) ? Rows
            : command.CommandText.Contains("RETURNING \"Id\"", StringComparison.Ordinal) ? Generated
            : command.CommandText.StartsWith("UPDATE", StringComparison.Ordinal)
                && command.CommandText.Contains("RETURNING \"", StringComparison.Ordinal) ? Updated
            : null;
        if (into is null)
        {
            return reader;
        }

        var rows = new List<object?[]>();
        while (reader.Read())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        var set = new ResultSet(reader.FieldCount, rows, [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)]);
        into.Enqueue(set);
        reader.Dispose();
        return new RowsReader(set);
    }
}
