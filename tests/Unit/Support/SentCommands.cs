using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Dashboard.Tests.Unit.Support;

/// <summary>Simulates an unavailable database.</summary>
public sealed class DatabaseAway() : DbException("Simulates an unavailable database.");

/// <summary>Records every command before it is sent, and fails those that a test selects.</summary>
public sealed class SentCommands : DbCommandInterceptor
{
    readonly ConcurrentQueue<string> sent = new();
    readonly ConcurrentQueue<Exception> failures = new();

    /// <summary>The SQL of the commands, in order.</summary>
    public IReadOnlyList<string> Sent => [.. sent];

    /// <summary>What the database refused, even where it was tried again.</summary>
    public IReadOnlyList<Exception> Failures => [.. failures];

    /// <summary>Selects the commands that fail, by their SQL.</summary>
    public Func<string, bool> FailWhen { get; set; } = _ => false;

    /// <summary>The exception that they fail with.</summary>
    public Func<Exception> With { get; set; } = () => new DatabaseAway();

    /// <summary>Runs before each command.</summary>
    public Action<string> Before { get; set; } = _ => { };

    public void Forget() => sent.Clear();

    public override InterceptionResult<DbDataReader> ReaderExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result) => See(command, result);

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken =
            default) => new(See(command, result));

    public override InterceptionResult<int> NonQueryExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result) => See(command, result);

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
            new(See(command, result));

    public override InterceptionResult<object> ScalarExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result) => See(command, result);

    public override ValueTask<InterceptionResult<object>> ScalarExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<object> result, CancellationToken cancellationToken = default) =>
            new(See(command, result));

    public override Task CommandFailedAsync(
        DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        failures.Enqueue(eventData.Exception);
        return Task.CompletedTask;
    }

    T See<T>(DbCommand command, T result)
    {
        Before(command.CommandText);
        sent.Enqueue(command.CommandText);
        return FailWhen(command.CommandText) ? throw With() : result;
    }
}
