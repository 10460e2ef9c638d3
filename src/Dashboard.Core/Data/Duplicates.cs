using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dashboard.Core.Data;

/// <summary>Recognizes that a row exists already. Two nodes that both find no row and add it can meet on a server, where writers do not
/// wait for each other as they do on SQLite.</summary>
static class Duplicates
{
    const int SqliteUnique = 2067;
    const int SqlitePrimaryKey = 1555;
    const int SqlServerConstraint = 2627;
    const int SqlServerIndex = 2601;

    /// <summary>Returns whether a unique constraint caused the exception, according to any provider.</summary>
    public static bool Caused(DbUpdateException exception) => exception.InnerException switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } => true,
        SqlException { Number: SqlServerConstraint or SqlServerIndex } => true,
        SqliteException { SqliteExtendedErrorCode: SqliteUnique or SqlitePrimaryKey } => true,
        _ => false,
    };
}
