using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dashboard.Core.Data;

/// <summary>Raises a number in a row and reads the row in one statement, which holds the row's lock until the transaction ends. EF Core's ExecuteUpdate
/// returns no values.</summary>
static class Counters
{
    /// <summary>Adds <paramref name="step"/> to a column of one row.</summary>
    /// <param name="column">The column to raise.</param>
    /// <param name="key">The column that identifies the row, and its value.</param>
    /// <typeparam name="TRow">The mapped type of the row.</typeparam>
    /// <typeparam name="T">The values to return: its properties are columns of the row.</typeparam>
    /// <returns>The values after the addition, or null if there is no such row.</returns>
    public static async Task<T?> RaiseAsync<TRow, T>(
        this DashboardContext context, string column, long step, (string Column, long Value) key, CancellationToken cancellationToken)
        where TRow : class
        where T : class
    {
        var quote = context.GetService<ISqlGenerationHelper>();
        var table = quote.DelimitIdentifier(context.Model.FindEntityType(typeof(TRow))!.GetTableName()!);
        var change = $"UPDATE {table} SET {Name(column)} = {Name(column)} + {{0}}";
        var row = $"WHERE {Name(key.Column)} = {{1}}";
        var columns = typeof(T).GetProperties().Select(property => property.Name);
        var sql = context is SqlServerContext
            ? $"{change} OUTPUT {string.Join(", ", columns.Select(x => $"INSERTED.{Name(x)}"))} {row}"
            : $"{change} {row} RETURNING {string.Join(", ", columns.Select(Name))}";
        return (await context.Database.SqlQueryRaw<T>(sql, step, key.Value).ToListAsync(cancellationToken)).SingleOrDefault(); // composed on, it would become a subquery

        string Name(string name) => quote.DelimitIdentifier(name);
    }
}
