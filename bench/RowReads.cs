using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using SQLitePCL;

namespace Dashboard.Bench;

/// <summary>What a query cost SQLite, by its own counters.</summary>
/// <param name="Sql">The query.</param>
/// <param name="Shown">How many rows it gave.</param>
/// <param name="Steps">How many instructions its program ran: it grows with each row that is read, shown or not.</param>
/// <param name="Scanned">How many rows it went through without an index.</param>
/// <param name="Plan">How it went about it.</param>
public sealed record RowRead(string Sql, int Shown, int Steps, int Scanned, IReadOnlyList<string> Plan);

/// <summary>Writes down what each query reads. SQLite counts no rows that an index leads to, but its program's steps: a query that takes no
/// more of them among ten times as many keys reads no row that it does not need.</summary>
public sealed class RowReads : DbCommandInterceptor
{
    readonly List<RowRead> seen = [];
    IReadOnlyList<string> plan = [];

    /// <summary>The queries since the last <see cref="Forget"/>, in order.</summary>
    public IReadOnlyList<RowRead> Seen => seen;

    /// <summary>Starts again.</summary>
    public void Forget() => seen.Clear();

    /// <inheritdoc/>
    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default)
    {
        // before the query is prepared: else it is not found afterwards
        ((SqliteConnection)command.Connection!).Handle!.enable_sqlite3_next_stmt(true);
        await using var explain = command.Connection!.CreateCommand();
        explain.Transaction = command.Transaction;
        explain.CommandText = $"EXPLAIN QUERY PLAN {command.CommandText}";
        foreach (DbParameter parameter in command.Parameters)
        {
            explain.Parameters.Add(new SqliteParameter(parameter.ParameterName, parameter.Value));
        }

        var lines = new List<string>();
        await using var reader = await explain.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            lines.Add(reader.GetString(3));
        }

        plan = lines;
        return result;
    }

    /// <inheritdoc/>
    public override ValueTask<InterceptionResult> DataReaderClosingAsync(
        DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result)
    {
        var database = ((SqliteConnection)command.Connection!).Handle;
        for (var statement = raw.sqlite3_next_stmt(database, null); statement
            is not null; statement = raw.sqlite3_next_stmt(database, statement))
        {
            if (raw.sqlite3_sql(statement).utf8_to_string() == command.CommandText)
            {
                seen.Add(new(
                    command.CommandText, eventData.ReadCount, raw.sqlite3_stmt_status(statement, raw.SQLITE_STMTSTATUS_VM_STEP, 0),
                    raw.sqlite3_stmt_status(statement, raw.SQLITE_STMTSTATUS_FULLSCAN_STEP, 0), plan));
                break;
            }
        }

        return new(result);
    }
}
