using System.Data.Common;
using System.Text.RegularExpressions;
using Dashboard.Core.Data;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Tests.Unit.Support;

/// <summary>A database on the server that the variable LATCHKEY_TEST_SQLSERVER names, with a login that may create databases.</summary>
sealed partial class SqlServerTestDatabase(string name, bool furnished) : ServerTestDatabase(name, furnished)
{
    static string Server => Environment.GetEnvironmentVariable("LATCHKEY_TEST_SQLSERVER")
        ?? throw new InvalidOperationException("LATCHKEY_TEST_SQLSERVER must be a connection string.");

    private protected override string ConnectionString => new SqlConnectionStringBuilder(Server) { InitialCatalog = Name }.ToString();

    private protected override string Reset => ResetScript.Value;

    static readonly Lazy<string> ResetScript = new(WriteReset);

    public static TestDatabase Rent(bool furnished) => Rent(furnished, name =>
    {
        var database = new SqlServerTestDatabase(name, furnished);
        using var context =
            new SqlServerContext(new DbContextOptionsBuilder<SqlServerContext>().UseSqlServer(database.ConnectionString).Options);
        // a union does not copy IDENTITY
        database.Fill(
            context, table => $"SELECT * INTO {Kept}.[{table}] FROM [dbo].[{table}] UNION ALL SELECT * FROM [dbo].[{table}] WHERE 1 = 0");
        return database;
    });

    /// <summary>Returns the script that deletes what tests wrote.</summary>
    public static string WriteReset() => string.Join('\n', [
        .. Tables.Select(table => $"ALTER TABLE [dbo].[{table.Name}] NOCHECK CONSTRAINT ALL;"),
        .. Tables.SelectMany(Refill),
        .. Tables.Select(table => $"ALTER TABLE [dbo].[{table.Name}] WITH CHECK CHECK CONSTRAINT ALL;"),
    ]);

    public override DbConnection Open()
    {
        var connection = new SqlConnection(ConnectionString);
        connection.Open();
        return connection;
    }

    public override string Translate(string sql)
    {
        var quoted = Quote(sql, word => $"[{word}]").Replace("WITH RECURSIVE", "WITH", StringComparison.Ordinal)
            .Replace("||", "+", StringComparison.Ordinal).Replace("FALSE", "0", StringComparison.Ordinal);
        quoted = Blob().Replace(quoted, "0x${hex}");
        return Zeros().Replace(quoted, "CONVERT(binary(${count}), 0x00)");
    }

    public override string Dump()
    {
        using var connection = Open();
        return string.Join('\n', Tables.Select(table => Read(connection, table.Name, $"SELECT * FROM [dbo].[{table.Name}]")));
    }

    static IEnumerable<string> Refill((string Name, IReadOnlyList<string> Columns, string? Numbered) table)
    {
        var columns = string.Join(", ", table.Columns.Select(column => $"[{column}]"));
        yield return $"DELETE FROM [dbo].[{table.Name}];";
        if (table.Numbered is not null)
        {
            yield return $"DBCC CHECKIDENT ('[dbo].[{table.Name}]', RESEED, 0);";
            yield return $"SET IDENTITY_INSERT [dbo].[{table.Name}] ON;";
        }

        yield return $"INSERT INTO [dbo].[{table.Name}] ({columns}) SELECT {columns} FROM {Kept}.[{table.Name}];";
        if (table.Numbered is not null)
        {
            yield return $"SET IDENTITY_INSERT [dbo].[{table.Name}] OFF;";
        }
    }

    [GeneratedRegex(@"\bx'(?<hex>[0-9A-Fa-f]*)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Blob();

    [GeneratedRegex(@"zeroblob\((?<count>\d+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Zeros();
}
