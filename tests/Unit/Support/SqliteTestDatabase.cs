using System.Data.Common;
using Dashboard.Core.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Dashboard.Tests.Unit.Support;

/// <summary>A file, copied from one that the migrations made.</summary>
sealed class SqliteTestDatabase : TestDatabase
{
    static readonly Lazy<byte[]> Migrated = new(() => Make(context => context.Database.Migrate()));
    static readonly Lazy<byte[]> Furnished = new(() => Make(TestInstallation.Furnish));

    readonly string file;

    public SqliteTestDatabase(bool furnished, DirectoryInfo folder)
    {
        file = Path.Combine(folder.FullName, "latchkey.db");
        File.WriteAllBytes(file, (furnished ? Furnished : Migrated).Value);
    }

    public override IReadOnlyList<(string Key, string? Value)> Settings => [("ConnectionStrings:Dashboard", $"Data Source={file}")];

    public override byte[] Bytes => File.ReadAllBytes(file);

    /// <summary>Turns off disk synchronization, because a test database need not survive a power failure.</summary>
    public static DbConnectionInterceptor WithoutSynchronization { get; } = new Hasty();

    public override DbConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        return connection;
    }

    public override string Translate(string sql) => sql;

    public override string Dump()
    {
        using var connection = Open();
        return string.Join('\n', Tables.Select(table => Read(connection, table.Name, $"SELECT * FROM \"{table.Name}\" ORDER BY rowid")));
    }

    public override ValueTask DisposeAsync()
    {
        using var connection = new SqliteConnection(Settings[0].Value);
        SqliteConnection.ClearPool(connection);
        return ValueTask.CompletedTask;
    }

    static byte[] Make(Action<DashboardContext> fill)
    {
        var place = Directory.CreateTempSubdirectory("latchkey-");
        try
        {
            var made = Path.Combine(place.FullName, "latchkey.db");
            using (var context = new SqliteContext(
                new DbContextOptionsBuilder<SqliteContext>().UseSqlite($"Data Source={made};Pooling=False")
                    .AddInterceptors(WithoutSynchronization).Options))
            {
                fill(context);
            }

            return File.ReadAllBytes(made);
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    sealed class Hasty : DbConnectionInterceptor
    {
        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA synchronous = OFF";
            command.ExecuteNonQuery();
        }

        public override Task ConnectionOpenedAsync(
            DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            ConnectionOpened(connection, eventData);
            return Task.CompletedTask;
        }
    }
}
