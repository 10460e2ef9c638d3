using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Dashboard.Tests.Unit.Support;

/// <summary>Reads SQLite's query plan for each query before it is sent.</summary>
public sealed class Plans : DbCommandInterceptor
{
    /// <summary>The queries and their plans, in order.</summary>
    public IList<(string Sql, IReadOnlyList<string> Plan)> Seen { get; } = new List<(string, IReadOnlyList<string>)>();

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default)
    {
        await using var explain = command.Connection!.CreateCommand();
        explain.Transaction = command.Transaction;
        explain.CommandText = $"EXPLAIN QUERY PLAN {command.CommandText}";
        foreach (DbParameter parameter in command.Parameters)
        {
            var copy = explain.CreateParameter();
            (copy.ParameterName, copy.Value) = (parameter.ParameterName, parameter.Value);
            explain.Parameters.Add(copy);
        }

        var lines = new List<string>();
        await using var reader = await explain.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            lines.Add(reader.GetString(3));
        }

        Seen.Add((command.CommandText, lines));
        return result;
    }
}
