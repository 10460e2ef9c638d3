using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Dashboard.Bench.Soak;

/// <summary>Counts what the database is asked to read.</summary>
sealed class ReadCount : DbCommandInterceptor
{
    long value;

    /// <summary>How many so far.</summary>
    public long Value => Interlocked.Read(ref value);

    public override InterceptionResult<DbDataReader> ReaderExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result) => Count(command, result);

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken =
            default) => new(Count(command, result));

    /// <summary>What is inserted comes back through a reader as well.</summary>
    InterceptionResult<DbDataReader> Count(DbCommand command, InterceptionResult<DbDataReader> result)
    {
        if (command.CommandText.StartsWith("SELECT", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref value);
        }

        return result;
    }
}
