using System.Data.Common;
using System.Text.RegularExpressions;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dashboard.Tests.Unit.Support;

/// <summary>A database on the server that the variable LATCHKEY_TEST_POSTGRESQL names, with a login that may create databases and disable
/// triggers.</summary>
sealed partial class PostgreSqlTestDatabase(string name, bool furnished) : ServerTestDatabase(name, furnished)
{
    static readonly string Server = Environment.GetEnvironmentVariable("LATCHKEY_TEST_POSTGRESQL")
        ?? throw new InvalidOperationException("LATCHKEY_TEST_POSTGRESQL must be a connection string.");

    static readonly Lazy<string> Empty = new(() => Template(furnished: false));
    static readonly Lazy<string> Furnished = new(() => Template(furnished: true));

    private protected override string ConnectionString => ConnectionStringTo(Name);

    /// <summary>The settings of the session: foreign keys are triggers, which <c>replica</c> leaves out.</summary>
    private protected override string Reset => ResetScript.Value;

    static readonly Lazy<string> ResetScript = new(() => $"""
        SET session_replication_role = replica;
        {string.Join('\n', Tables.Select(table => $"DELETE FROM \"{table.Name}\"; INSERT INTO \"{table.Name}\" SELECT * FROM {Kept}.\"{table.Name}\";"))}
        {string.Join('\n', Tables.Where(table => table.Numbered is not null).Select(table =>
            $"SELECT setval(pg_get_serial_sequence('\"{table.Name}\"', '{table.Numbered}'), (SELECT coalesce(max(\"{table.Numbered}\"), 0) + 1 FROM \"{table.Name}\"), false);"))}
        SET session_replication_role = DEFAULT;
        """);

    public static TestDatabase Rent(bool furnished) => Rent(furnished, name =>
    {
        Execute($"CREATE DATABASE {name} TEMPLATE {(furnished ? Furnished : Empty).Value} STRATEGY FILE_COPY");
        return new PostgreSqlTestDatabase(name, furnished);
    });

    public override DbConnection Open()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        connection.Open();
        return connection;
    }

    public override string Translate(string sql)
    {
        var quoted = Quote(sql, word => $"\"{word}\"");
        quoted = Blob().Replace(quoted, @"'\x${hex}'::bytea");
        return Zeros().Replace(quoted, "decode(repeat('00', ${count}), 'hex')");
    }

    public override string Dump()
    {
        using var connection = Open();
        return string.Join('\n', Tables.Select(table => Read(connection, table.Name, $"SELECT * FROM \"{table.Name}\" AS t ORDER BY t::text COLLATE \"C\"")));
    }

    static string ConnectionStringTo(string database) => new NpgsqlConnectionStringBuilder(Server) { Database = database, MaxPoolSize = 30, IncludeErrorDetail = true }.ToString();

    static string Template(bool furnished)
    {
        var name = $"{Prefix}{(furnished ? "furnished" : "empty")}";
        var template = new PostgreSqlTestDatabase(name, furnished);
        var connection = new NpgsqlConnectionStringBuilder(template.ConnectionString) { Pooling = false }.ToString();
        using (var context = new PostgreSqlContext(new DbContextOptionsBuilder<PostgreSqlContext>().UseNpgsql(connection).Options))
        {
            template.Fill(context, table => $"CREATE TABLE {Kept}.\"{table}\" AS TABLE \"{table}\"");
        }

        using (var pooled = new NpgsqlConnection(template.ConnectionString))
        {
            NpgsqlConnection.ClearPool(pooled); // a template must have no connections
        }

        return name;
    }

    static void Execute(string sql)
    {
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Server) { Database = "postgres" }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    [GeneratedRegex(@"\bx'(?<hex>[0-9A-Fa-f]*)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Blob();

    [GeneratedRegex(@"zeroblob\((?<count>\d+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Zeros();
}
