using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Dashboard.Core.Data;

/// <summary>Keeps the statements of one connection prepared. The provider prepares the statements of each command again, which takes SQLite
/// as long as running them.</summary>
sealed class SqliteStatements : DbCommandInterceptor
{
    /// <summary>The maximum number of statements. Frequent changes have a few dozen; a change of many rows has its own.</summary>
    const int MaxKept = 128;

    readonly Dictionary<string, Statement> kept = new(StringComparer.Ordinal);

    volatile SqliteConnection? connection;

    /// <summary>Keeps the statements of an open connection, which one caller at a time uses.</summary>
    public void Attach(SqliteConnection opened) => connection = opened;

    /// <summary>Frees the statements. Must be called before the connection is closed.</summary>
    public void Detach()
    {
        connection = null;
        Clear();
    }

    /// <inheritdoc />
    public override DbCommand CommandInitialized(CommandEndEventData eventData, DbCommand result)
    {
        if (result is not SqliteCommand command || command.Connection is not { } owner || owner != connection)
        {
            return result;
        }

        if (!kept.TryGetValue(command.CommandText, out var statement))
        {
            if (kept.Count == MaxKept)
            {
                Clear();
            }

            statement = new(command.CommandText, owner);
            kept.Add(command.CommandText, statement);
        }

        if (!statement.TryTake(command))
        {
            return result; // the same statement is being read
        }

        command.Dispose();
        return statement;
    }

    void Clear()
    {
        foreach (var statement in kept.Values)
        {
            statement.Release();
        }

        kept.Clear();
    }

    /// <summary>A command that outlives its use: the caller's disposal ends the use alone.</summary>
    sealed class Statement(string text, SqliteConnection connection) : SqliteCommand(text, connection)
    {
        bool isUsed;
        bool isReleased;

        /// <summary>Takes over what a new command with the same text was given.</summary>
        /// <returns>False while the statement is in use.</returns>
        public bool TryTake(SqliteCommand command)
        {
            if (isUsed)
            {
                return false;
            }

            isUsed = true;
            Transaction = command.Transaction;
            CommandTimeout = command.CommandTimeout;
            foreach (SqliteParameter parameter in command.Parameters)
            {
                Parameters.Add(parameter);
            }

            return true;
        }

        /// <summary>Frees the prepared statement, at once or when its use ends.</summary>
        public void Release()
        {
            isReleased = true;
            if (!isUsed)
            {
                Dispose();
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                isUsed = false;
                Parameters.Clear();
            }

            if (!disposing || isReleased)
            {
                base.Dispose(disposing);
            }
        }
    }
}
