using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Reflection;

namespace Dashboard.Core.Data;

/// <summary>Raises a number in a row and reads the row in one statement, which holds the row's lock until the transaction ends. EF Core's
/// ExecuteUpdate returns no values.</summary>
static class Counters
{
    static readonly ConcurrentDictionary<(Type Row, Type Result, string Column, string Key), Statement> statements = [];

    /// <summary>Adds <paramref name="step"/> to a column of one row.</summary>
    /// <param name="column">The column to raise.</param>
    /// <param name="key">The column that identifies the row, and its value.</param>
    /// <typeparam name="TRow">The mapped type of the row.</typeparam>
    /// <typeparam name="T">The values to return: the parameters of its constructor are columns of the row, with the types that are
    /// stored.</typeparam>
    /// <returns>The values after the addition, or null if there is no such row.</returns>
    public static Task<T?> RaiseAsync<TRow, T>(
        this DashboardContext context, string column, long step, (string Column, long Value) key, CancellationToken cancellationToken)
        where TRow : class
        where T : class
    {
        var statement = statements.GetOrAdd(
            (typeof(TRow), typeof(T), column, key.Column), static x => new(x.Row, x.Result, x.Column, x.Key));
        return statement.Sql.ReadAsync(context, [step, key.Value], reader => (T)statement.Read(reader), cancellationToken);
    }

    sealed class Statement
    {
        readonly ConstructorInfo constructor;
        readonly ParameterInfo[] values;

        public Statement(Type row, Type result, string column, string key)
        {
            constructor = result.GetConstructors(BindingFlags.Instance | BindingFlags.Public).MaxBy(x => x.GetParameters().Length)!;
            values = constructor.GetParameters();
            Sql = new(sql =>
            {
                var change = $"UPDATE {sql.Table(row)} SET {sql.Name(column)} = {sql.Name(column)} + {sql.Value(row, column)}";
                var which = $"WHERE {sql.Name(key)} = {sql.Value(row, key)}";
                var names = values.Select(value => sql.Name(value.Name!)).ToList();
                return sql.HasOutput
                    ? $"{change} OUTPUT {string.Join(", ", names.Select(name => $"INSERTED.{name}"))} {which}"
                    : $"{change} {which} RETURNING {string.Join(", ", names)}";
            });
        }

        public HandWrittenSql Sql { get; }

        public object Read(DbDataReader reader)
        {
            var read = new object?[values.Length];
            for (var i = 0; i < read.Length; i++)
            {
                var type = values[i].ParameterType;
                read[i] = reader.IsDBNull(i) ? null // SQLite has one type of integer
                    : Convert.ChangeType(reader.GetValue(i), Nullable.GetUnderlyingType(type) ?? type, CultureInfo.InvariantCulture);
            }

            return constructor.Invoke(read);
        }
    }
}
