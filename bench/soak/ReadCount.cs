using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Dashboard.Bench.Soak;

/// <summary>Counts what the database is asked to read.</summary>
sealed class ReadCount : DbCommandInterceptor
{
    long value;

    /// <summary>How many so far.</summary>
    public long Value => Interlocked.Read(ref value);

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result) => Count(result);

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) => new(Count(result));

    InterceptionResult<DbDataReader> Count(InterceptionResult<DbDataReader> result)
    {
        Interlocked.Increment(ref value);
        return result;
    }
}
