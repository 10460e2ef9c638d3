using System.Data.Common;
using System.Text.RegularExpressions;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Tests.Unit.Support;

/// <summary>The database of a <see cref="TestInstallation"/>: SQLite, or the one that the variable LATCHKEY_TEST_DATABASE names.
/// <c>./test.sh</c> runs the classes with <see cref="EveryDatabaseAttribute"/> once for each database that it has.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    const string Variable = "LATCHKEY_TEST_DATABASE";

    static readonly Lazy<string> Chosen = new(() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name ? name : "Sqlite");

    /// <summary>The value of <c>Database:Provider</c>.</summary>
    public static string Provider => Chosen.Value;

    public static bool IsSqlite => Provider == "Sqlite";

    /// <summary>The settings that lead to the database.</summary>
    public abstract IReadOnlyList<(string Key, string? Value)> Settings { get; }

    /// <summary>Returns a database with the tables.</summary>
    /// <param name="furnished">Whether it has people, organizations and projects.</param>
    /// <param name="folder">The folder of the installation.</param>
    public static TestDatabase Rent(bool furnished, DirectoryInfo folder) => Provider switch
    {
        "Sqlite" => new SqliteTestDatabase(furnished, folder),
        "PostgreSql" => PostgreSqlTestDatabase.Rent(furnished),
        "SqlServer" => SqlServerTestDatabase.Rent(furnished),
        var other => throw new InvalidOperationException($"{Variable} is {other}."),
    };

    /// <summary>Changes the options of the context of the chosen provider.</summary>
    public static void Configure(IServiceCollection services, Action<DbContextOptionsBuilder> configure) => _ = Provider switch
    {
        "Sqlite" => services.ConfigureDbContext<SqliteContext>(configure),
        "PostgreSql" => services.ConfigureDbContext<PostgreSqlContext>(configure),
        _ => services.ConfigureDbContext<SqlServerContext>(configure),
    };

    /// <summary>Opens a connection of its own.</summary>
    public abstract DbConnection Open();

    /// <summary>Rewrites SQL that is written for SQLite, without quotes around names.</summary>
    public abstract string Translate(string sql);

    /// <summary>Everything that is stored, as text.</summary>
    public abstract string Dump();

    /// <summary>The bytes of the database, where they can be read.</summary>
    public virtual byte[] Bytes => [];

    public abstract ValueTask DisposeAsync();

    /// <summary>Replaces names of tables and columns outside of literals.</summary>
    private protected static string Quote(string sql, Func<string, string> quote) =>
        Regex.Replace(
            sql, "'[^']*'|\"[^\"]*\"|[A-Za-z_]\\w*", match => Names.Value.Contains(match.Value) ? quote(match.Value) : match.Value,
            RegexOptions.None, TimeSpan.FromSeconds(1));

    private protected static string Read(DbConnection connection, string table, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string> { $"== {table}" };
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount)
                .Select(i => reader.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) : $"{reader.GetValue(i)}")));
        }

        return string.Join('\n', rows);
    }

    /// <summary>The tables, and the columns that are numbered by the database.</summary>
    private protected static IReadOnlyList<(string Name, IReadOnlyList<string> Columns, string? Numbered)> Tables => Model.Value;

    static readonly Lazy<IReadOnlyList<(string Name, IReadOnlyList<string> Columns, string? Numbered)>> Model = new(() =>
    {
        using var context = new SqliteDesignTime().CreateDbContext([]);
        return [.. context.Model.GetRelationalModel().Tables.Select(table => (
            table.Name,
            (IReadOnlyList<string>)[.. table.Columns.Select(column => column.Name)],
            table.PrimaryKey is { Columns: [{ } key] } && key.PropertyMappings[0].Property is var id
                && id.ValueGenerated == Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.OnAdd
                    && (id.ClrType == typeof(long) || id.ClrType == typeof(int)) ? key.Name : null))];
    });

    static readonly Lazy<HashSet<string>> Names = new(() =>
        Tables.SelectMany(table => table.Columns.Append(table.Name)).ToHashSet(StringComparer.Ordinal));
}
