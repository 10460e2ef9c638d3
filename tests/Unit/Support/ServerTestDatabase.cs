using System.Collections.Concurrent;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Tests.Unit.Support;

/// <summary>A database on a server. To create one takes longer than most tests, so they are used again: every row goes, and the rows of a
/// furnished one come back from the tables of the schema <c>kept</c>.</summary>
abstract class ServerTestDatabase(string name, bool furnished) : TestDatabase
{
    /// <summary>The schema with the copies.</summary>
    private protected const string Kept = "kept";

    static readonly ConcurrentDictionary<bool, ConcurrentBag<ServerTestDatabase>> Free = new();
    static int made;

    /// <summary>The first characters of the names that this process gives to its databases.</summary>
    private protected static string Prefix { get; } = $"latchkey_{Environment.ProcessId}_";

    private protected string Name => name;

    /// <summary>The connection string of the database.</summary>
    private protected abstract string ConnectionString { get; }

    public override IReadOnlyList<(string Key, string? Value)> Settings =>
    [
        ("Database:Provider", Provider), ("ConnectionStrings:Dashboard", ConnectionString), ("DataProtection:KeyPath", "keys"),
    ];

    public override ValueTask DisposeAsync()
    {
        Free.GetOrAdd(furnished, _ => []).Add(this);
        return ValueTask.CompletedTask;
    }

    private protected static TestDatabase Rent(bool furnished, Func<string, ServerTestDatabase> create)
    {
        if (Free.TryGetValue(furnished, out var free) && free.TryTake(out var used))
        {
            used.Run(used.Reset);
            return used;
        }

        return create($"{Prefix}{Interlocked.Increment(ref made)}");
    }

    /// <summary>Deletes what tests wrote.</summary>
    private protected abstract string Reset { get; }

    private protected void Run(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Migrates the database, fills it, and keeps a copy of its rows.</summary>
    private protected void Fill(DashboardContext context, Func<string, string> keep)
    {
        if (furnished)
        {
            TestInstallation.Furnish(context);
        }
        else
        {
            context.Database.Migrate();
        }

        Run($"CREATE SCHEMA {Kept}");
        foreach (var (table, _, _) in Tables)
        {
            Run(keep(table));
        }
    }
}
