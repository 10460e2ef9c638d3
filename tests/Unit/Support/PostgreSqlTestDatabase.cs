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

    private protected override string Reset => $"SELECT {Kept}.reset()";

    /// <summary>One function, whose statements the server has to read only once in a session. Foreign keys are triggers, which
    /// <c>replica</c> leaves out. What is kept of a table may be nothing.</summary>
    static string ResetFunction(IEnumerable<string> kept) => $"""
        CREATE FUNCTION {Kept}.reset() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS $$
        BEGIN
        {string.Join('\n', Tables.Select(table => $"DELETE FROM public.\"{table.Name}\";"))}
        {string.Join('\n', kept.Select(table => $"INSERT INTO public.\"{table}\" SELECT * FROM {Kept}.\"{table}\";"))}
        {string.Join('\n', Tables.Where(table => table.Numbered is not null).Select(table =>
            $"PERFORM setval(pg_get_serial_sequence('public.\"{table.Name}\"', '{table.Numbered}'), (SELECT coalesce(max(\"{table.Numbered}\"), 0) + 1 FROM public.\"{table.Name}\"), false);"))}
        END $$
        """;

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
        return string.Join('\n', Tables.Select(
            table => Read(connection, table.Name, $"SELECT * FROM \"{table.Name}\" AS t ORDER BY t::text COLLATE \"C\"")));
    }

    bool Keeps(string table)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT EXISTS (SELECT FROM {Kept}.\"{table}\")";
        return (bool)command.ExecuteScalar()!;
    }

    static string ConnectionStringTo(string database) =>
        new NpgsqlConnectionStringBuilder(Server) { Database = database, MaxPoolSize = 30, IncludeErrorDetail = true }.ToString();

    static string Template(bool furnished)
    {
        var name = $"{Prefix}{(furnished ? "furnished" : "empty")}";
        var template = new PostgreSqlTestDatabase(name, furnished);
        var connection = new NpgsqlConnectionStringBuilder(template.ConnectionString) { Pooling = false }.ToString();
        using (var context = new PostgreSqlContext(new DbContextOptionsBuilder<PostgreSqlContext>().UseNpgsql(connection).Options))
        {
            template.Fill(context, table => $"CREATE TABLE {Kept}.\"{table}\" AS TABLE \"{table}\"");
            template.Run(ResetFunction(Tables.Select(table => table.Name).Where(template.Keeps)));
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
