using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace Dashboard.Core.Data;

/// <summary>Waits for the writer lock of SQLite without a thread. SQLite itself waits in the thread that asks, and a few of them would be
/// all that the process has.</summary>
static class SqliteWriteLock
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    static readonly TimeSpan MaxPause = TimeSpan.FromMilliseconds(25);

    /// <summary>Waits until no other process holds the lock. It may be taken again right after: then the transaction waits for it as
    /// usual.</summary>
    /// <param name="context">A context with an open connection, and without a transaction.</param>
    /// <param name="limit">The maximum wait.</param>
    /// <returns>Whether the lock is free. Always true on other databases.</returns>
    public static async ValueTask<bool> WaitAsync(DashboardContext context, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (context is not SqliteContext || ((SqliteConnection)context.Database.GetDbConnection()).Handle is not { } database)
        {
            return true;
        }

        var start = Stopwatch.GetTimestamp();
        raw.sqlite3_busy_timeout(database, 0);
        try
        {
            for (var pause = FirstPause; !IsFree(database); pause = pause * 2 < MaxPause ? pause * 2 : MaxPause)
            {
                var left = limit - Stopwatch.GetElapsedTime(start);
                if (left <= TimeSpan.Zero)
                {
                    return false;
                }

                await Task.Delay(left < pause ? left : pause, TimeProvider.System, cancellationToken);
            }

            return true;
        }
        finally
        {
            raw.sqlite3_busy_timeout(database, SqliteBusyTimeout.Milliseconds);
        }
    }

    /// <summary>Returns whether a transaction failed because another process held the lock for longer than it waits. Nothing was
    /// changed.</summary>
    public static bool IsHeld(Exception exception) => exception.GetBaseException() is SqliteException { SqliteErrorCode: raw.SQLITE_BUSY };

    /// <summary>Any failure but a busy database is left to the transaction, which reports it.</summary>
    static bool IsFree(sqlite3 database)
    {
        switch (raw.sqlite3_exec(database, "BEGIN IMMEDIATE"))
        {
            case raw.SQLITE_OK:
                raw.sqlite3_exec(database, "ROLLBACK");
                return true;
            case var code:
                return (code & 0xFF) != raw.SQLITE_BUSY;
        }
    }
}
