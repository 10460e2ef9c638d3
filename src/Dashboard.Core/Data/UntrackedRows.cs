using System.Collections.Concurrent;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Dashboard.Core.Data;

/// <summary>A row to write as it is, without tracking it.</summary>
/// <param name="Row">An object of a mapped type without generated values.</param>
/// <param name="Replaces">Whether the row exists and its columns change; otherwise it is new.</param>
/// <param name="Only">The property of the only column that changes; null for all of them.</param>
readonly record struct UntrackedRow(object Row, bool Replaces = false, string? Only = null)
{
    /// <summary>A row that exists and of which one column changes.</summary>
    /// <param name="property">The property of the column.</param>
    public static UntrackedRow Set(object row, string property) => new(row, Replaces: true, property);
}

/// <summary>Writes rows that nobody reads again. EF Core would track each, compare it, sort it and write its SQL at every save, which costs
/// more than the database takes.</summary>
static class UntrackedRows
{
    /// <summary>The most rows in one command.</summary>
    const int MaxRows = 32;

    /// <summary>How many commands are kept. Changes of many rows have others, which are built at each call.</summary>
    const int MaxKept = 64;

    static readonly ConcurrentDictionary<Kind[], HandWrittenSql> kept = new(new SameKinds());

    static readonly ConditionalWeakTable<IEntityType, Column[]> columns = [];

    /// <summary>Writes the rows in their order.</summary>
    /// <exception cref="DbUpdateException">The database refused a row.</exception>
    /// <exception cref="UnstorableTextException">A text is longer than its column.</exception>
    public static async Task WriteAsync(
        this DashboardContext context, IReadOnlyList<UntrackedRow> rows, CancellationToken cancellationToken)
    {
        foreach (var together in rows.Chunk(MaxRows))
        {
            await WriteTogetherAsync(context, together, cancellationToken);
        }
    }

    static async Task WriteTogetherAsync(DashboardContext context, UntrackedRow[] rows, CancellationToken cancellationToken)
    {
        var values = new List<object?>(MaxRows);
        foreach (var (row, replaces, only) in rows)
        {
            foreach (var column in ColumnsOf(context.Model.FindEntityType(row.GetType())!, replaces, only))
            {
                var value = column.Getter.GetClrValue(row);
                if (value is string text && text.Length > column.MaxLength)
                {
                    throw new UnstorableTextException(
                        $"The text for {row.GetType().Name}.{column.Property.Name} is longer than {column.MaxLength} characters.");
                }

                values.Add(value);
            }
        }

        try
        {
            var changed = await StatementOf([.. rows.Select(row => new Kind(row.Row.GetType(), row.Replaces, row.Only))])
                .ExecuteAsync(context, [.. values], cancellationToken);
            if (changed != rows.Length)
            {
                throw new InvalidOperationException($"{changed} rows were written, not {rows.Length}.");
            }
        }
        catch (DbException exception)
        {
            throw new DbUpdateException("Rows could not be written.", exception); // as from a save: a duplicate makes the change run again
        }
    }

    static HandWrittenSql StatementOf(Kind[] kinds)
    {
        if (kept.TryGetValue(kinds, out var known))
        {
            return known;
        }

        var made = new HandWrittenSql(sql => string.Concat(kinds.Select(kind => Write(sql, kind))));
        return kept.Count < MaxKept ? kept.GetOrAdd(kinds, made) : made;
    }

    static string Write(SqlText sql, Kind kind)
    {
        var (type, replaces, only) = kind;
        var all = ColumnsOf(sql.Entity(type), replaces, only).Select(column => column.Property)
            .ToLookup(property => replaces && property.IsPrimaryKey());
        return replaces
            ? $"UPDATE {sql.Table(type)} SET {string.Join(", ", all[false].Select(Assign).ToList())} WHERE {string.Join(" AND ", all[true].Select(Assign).ToList())};\n"
            : $"INSERT INTO {sql.Table(type)} ({string.Join(", ", all[false].Select(Name))}) VALUES ({string.Join(", ", all[false].Select(Value))});\n";

        string Name(IProperty property) => sql.Name(property.GetColumnName());
        string Value(IProperty property) => sql.Value(type, property.Name);
        string Assign(IProperty property) => $"{Name(property)} = {Value(property)}";
    }

    /// <summary>The columns in the order in which a statement binds them: an update names the key last.</summary>
    static IEnumerable<Column> ColumnsOf(IEntityType type, bool replaces, string? only)
    {
        var all = columns.GetValue(
            type, static x => [.. x.GetProperties()
                .Select(property => new Column(property, property.GetGetter(), property.GetMaxLength() ?? int.MaxValue))]);
        return !replaces ? all
            : all.Where(column => only is null || column.Property.Name == only || column.Property.IsPrimaryKey())
                .OrderBy(column => column.Property.IsPrimaryKey());
    }

    sealed record Column(IProperty Property, IClrPropertyGetter Getter, int MaxLength);

    readonly record struct Kind(Type Type, bool Replaces, string? Only);

    sealed class SameKinds : IEqualityComparer<Kind[]>
    {
        public bool Equals(Kind[]? x, Kind[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(Kind[] kinds)
        {
            var hash = default(HashCode);
            foreach (var kind in kinds)
            {
                hash.Add(kind);
            }

            return hash.ToHashCode();
        }
    }
}
