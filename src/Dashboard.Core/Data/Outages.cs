using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Dashboard.Core.Data;

/// <summary>Distinguishes an unavailable database from other failures.</summary>
public static class Outages
{
    /// <summary>What PostgreSQL reports when it stops or starts, beyond the states that Npgsql itself calls transient.</summary>
    internal static readonly string[] PostgreSqlStates =
    [
        PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.CrashShutdown, PostgresErrorCodes.CannotConnectNow,
        PostgresErrorCodes.ReadOnlySqlTransaction,
    ];

    /// <summary>Returns whether an unavailable database caused the exception, according to any provider or EF Core.</summary>
    /// <param name="exception">The exception that was thrown.</param>
    public static bool Caused(Exception exception) => exception switch
    {
        // any other is a defect of a command
        PostgresException answer => answer.IsTransient || PostgreSqlStates.Contains(answer.SqlState, StringComparer.Ordinal),
        DbException or RetryLimitExceededException or TimeoutException or SocketException or DatabaseFileException => true,
        _ => exception.InnerException is { } inner && Caused(inner),
    };
}
