using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Simulates a failing database.</summary>
public sealed class Outage : DbCommandInterceptor
{
    volatile Exception? failure;

    /// <summary>The exception that each command fails with; null for none.</summary>
    public Exception? Failure
    {
        get => failure;
        set => failure = value;
    }

    /// <summary>SQLite's exception when its file is missing.</summary>
    public static Exception DatabaseUnavailable => new SqliteException("unable to open database file", 14);

    /// <summary>Adds it between the product and its database.</summary>
    public void Register(IServiceCollection services) =>
        services.ConfigureDbContext<Core.Data.SqliteContext>(options => options.AddInterceptors(this));

    public override InterceptionResult<DbDataReader> ReaderExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result) =>
        Pass(result);

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Pass(result));

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Pass(result));

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Pass(result));

    InterceptionResult<T> Pass<T>(InterceptionResult<T> result) => failure is { } exception ? throw exception : result;
}
