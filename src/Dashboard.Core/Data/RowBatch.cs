using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dashboard.Core.Data;

/// <summary>Writes several rows with one command, where EF Core sends a command for each to SQLite and tracks what nobody reads again.
/// Values are converted as the model says.</summary>
/// <param name="context">The transaction's context.</param>
sealed class RowBatch(DashboardContext context)
{
    readonly ISqlGenerationHelper quote = context.GetService<ISqlGenerationHelper>();
    readonly StringBuilder sql = new();
    readonly List<object> values = [];

    /// <summary>Adds a row.</summary>
    /// <param name="row">A mapped row without generated values.</param>
    public RowBatch Insert<TRow>(TRow row)
        where TRow : class
    {
        var type = TypeOf<TRow>();
        var properties = type.GetProperties().ToList();
        sql.Append(
            CultureInfo.InvariantCulture, $"INSERT INTO {TableOf(type)} ({string.Join(", ", properties.Select(ColumnOf))}) VALUES (");
        sql.AppendJoin(", ", properties.Select(property => Value(property, property.PropertyInfo!.GetValue(row)))).Append(");\n");
        return this;
    }

    /// <summary>Changes one column of one row.</summary>
    /// <param name="key">The row's primary key.</param>
    /// <param name="property">The property of the column.</param>
    /// <param name="value">The new value.</param>
    /// <typeparam name="TRow">The mapped type of the row, which has a key of one column.</typeparam>
    public RowBatch Set<TRow>(object key, string property, object? value)
        where TRow : class
    {
        var (type, changed) = (TypeOf<TRow>(), TypeOf<TRow>().FindProperty(property)!);
        var id = type.FindPrimaryKey()!.Properties.Single();
        sql.Append(CultureInfo.InvariantCulture,
            $"UPDATE {TableOf(type)} SET {ColumnOf(changed)} = {Value(changed, value)} WHERE {ColumnOf(id)} = {Value(id, key)};\n");
        return this;
    }

    /// <summary>Sends the command.</summary>
    public Task WriteAsync(CancellationToken cancellationToken) =>
        context.Database.ExecuteSqlRawAsync(sql.ToString(), values, cancellationToken);

    IEntityType TypeOf<TRow>() => context.Model.FindEntityType(typeof(TRow))!;

    string TableOf(IEntityType type) => quote.DelimitIdentifier(type.GetTableName()!);

    string ColumnOf(IProperty property) => quote.DelimitIdentifier(property.GetColumnName());

    string Value(IProperty property, object? value)
    {
        if (value is null)
        {
            return "NULL"; // a parameter would need the column's type
        }

        values.Add(property.GetTypeMapping().Converter is { } converter ? converter.ConvertToProvider(value)! : value);
        return string.Create(CultureInfo.InvariantCulture, $"{{{values.Count - 1}}}");
    }
}
