using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Dashboard.Tests.Unit.Data.SqlServer;

/// <summary>Finds what SQL Server refuses when it creates tables or inserts certain rows, although every statement is valid
/// T-SQL.</summary>
static partial class SqlServerLint
{
    const int ClusteredKeyBytes = 900;
    const int OtherKeyBytes = 1700;

    /// <summary>Returns the problems of a model, each with the number of SQL Server's message.</summary>
    public static IEnumerable<string> Check(DbContext context)
    {
        var tables = context.GetService<IDesignTimeModel>().Model.GetRelationalModel().Tables.ToList();
        return [.. CascadePaths(tables), .. tables.SelectMany(KeyLengths), .. tables.SelectMany(ForeignKeyColumns)];
    }

    /// <summary>1785: at most one cascade path from one table to another, and none back to itself.</summary>
    static IEnumerable<string> CascadePaths(List<ITable> tables)
    {
        var next = tables.SelectMany(table => table.ForeignKeyConstraints)
            .Where(key => key.OnDeleteAction is ReferentialAction.Cascade or ReferentialAction.SetNull or ReferentialAction.SetDefault)
            .ToLookup(key => key.PrincipalTable, key => key.Table);
        foreach (var root in tables)
        {
            var paths = new Dictionary<ITable, int>();
            Walk(root, []);
            foreach (var (table, count) in paths.Where(path => path.Value > 1 || path.Key == root))
            {
                yield return $"1785: {count} cascading ways from {root.Name} to {table.Name}";
            }

            void Walk(ITable from, HashSet<ITable> above)
            {
                foreach (var table in next[from])
                {
                    paths[table] = paths.GetValueOrDefault(table) + 1;
                    if (table != root && above.Add(table))
                    {
                        Walk(table, above);
                        above.Remove(table);
                    }
                }
            }
        }
    }

    /// <summary>1919: no (max) column in a key. 1946: rows with a key that exceeds the limit cannot be written.</summary>
    static IEnumerable<string> KeyLengths(ITable table)
    {
        var keys = table.UniqueConstraints.Select(
            key => (key.Name, key.Columns, Limit: IsClustered(key) ? ClusteredKeyBytes : OtherKeyBytes))
            .Concat(table.Indexes.Select(index => (index.Name, index.Columns, Limit: OtherKeyBytes)));
        foreach (var (name, columns, limit) in keys)
        {
            if (columns.FirstOrDefault(column => column.StoreType.EndsWith("(max)", StringComparison.Ordinal)) is { } endless)
            {
                yield return $"1919: {name} has {endless.Name}, which has no end";
            }
            else if (columns.Sum(Bytes) is var bytes && bytes > limit)
            {
                yield return $"1946: {name} may take {bytes} bytes of {limit}";
            }
        }
    }

    /// <summary>1757, 1753, 1778: a column has the same type, length and collation as the one that it references.</summary>
    static IEnumerable<string> ForeignKeyColumns(ITable table) =>
        from key in table.ForeignKeyConstraints
        from pair in key.Columns.Zip(key.PrincipalColumns)
        where pair.First.StoreType != pair.Second.StoreType || pair.First.Collation != pair.Second.Collation
        select $"1757: {key.Name} compares {pair.First.StoreType} {pair.First.Collation} with {pair.Second.StoreType} {pair.Second.Collation}";

    static bool IsClustered(IUniqueConstraint key) =>
        key.GetIsPrimaryKey() && key.MappedKeys.All(mapped => mapped.IsClustered() != false);

    static int Bytes(IColumn column) => SizedType().Match(column.StoreType) is { Success: true } sized
        ? int.Parse(sized.Groups["size"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) * (
            column.StoreType.StartsWith('n') ? 2 : 1)
        : 16; // no other type is longer

    [GeneratedRegex(@"^n?(var)?(char|binary)\((?<size>\d+)\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SizedType();
}
