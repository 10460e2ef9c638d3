using System.Data.Common;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Dashboard.Core.Data;

/// <summary>A statement of a frequent change, written by hand and built once for each model. EF Core would translate its own at each call,
/// which costs more than the database takes. Its parameters have the types of columns, and interceptors see it like any other.</summary>
/// <param name="write">Writes the SQL. Parameters are bound to the values in the order in which they are written.</param>
sealed class HandWrittenSql(Func<SqlText, string> write)
{
    readonly PerModel<Statement> statements = new(context =>
    {
        var text = new SqlText(context);
        var sql = write(text);
        return new(text.Build(sql), text.Parameters);
    });

    /// <summary>Runs the statement.</summary>
    /// <returns>The number of rows that it changed.</returns>
    public async Task<int> ExecuteAsync(DashboardContext context, object?[] values, CancellationToken cancellationToken)
    {
        var statement = statements.Get(context);
        var connection = context.GetService<IRelationalConnection>();
        var command = connection.RentCommand();
        try
        {
            command.PopulateFrom(statement.Command);
            return await command.ExecuteNonQueryAsync(Bind(context, connection, statement, values), cancellationToken);
        }
        finally
        {
            connection.ReturnCommand(command);
        }
    }

    /// <summary>Runs the statement and reads the first row that it returns.</summary>
    /// <param name="read">Reads the row.</param>
    /// <returns>The row, or null if there is none.</returns>
    public async Task<T?> ReadAsync<T>(
        DashboardContext context, object?[] values, Func<DbDataReader, T> read, CancellationToken cancellationToken)
        where T : class
    {
        var statement = statements.Get(context);
        var connection = context.GetService<IRelationalConnection>();
        var command = connection.RentCommand();
        try
        {
            command.PopulateFrom(statement.Command);
            await using var reader = await command.ExecuteReaderAsync(Bind(context, connection, statement, values), cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? read(reader.DbDataReader) : null;
        }
        finally
        {
            connection.ReturnCommand(command);
        }
    }

    static RelationalCommandParameterObject Bind(
        DashboardContext context, IRelationalConnection connection, Statement statement, object?[] values)
    {
        var bound = new Dictionary<string, object?>(values.Length, StringComparer.Ordinal);
        foreach (var (i, property) in statement.Parameters.Index())
        {
            var type = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
            bound[SqlText.NameOf(i)] = values[i] is { } value && value.GetType() != type && value is IConvertible
                ? Convert.ChangeType(value, type, CultureInfo.InvariantCulture) : values[i];
        }

        return new(
            connection, bound, null, context, context.GetService<IRelationalCommandDiagnosticsLogger>(), CommandSource.ExecuteSqlRaw);
    }

    sealed record Statement(IRelationalCommand Command, IReadOnlyList<IProperty> Parameters);
}

/// <summary>Writes the names and parameters of a <see cref="HandWrittenSql"/> as its provider does.</summary>
sealed class SqlText(DashboardContext context)
{
    readonly ISqlGenerationHelper quote = context.GetService<ISqlGenerationHelper>();
    readonly List<IProperty> parameters = [];

    /// <summary>Whether the provider writes <c>OUTPUT</c> where the others write <c>RETURNING</c>.</summary>
    public bool HasOutput { get; } = context is SqlServerContext;

    /// <summary>The column of each parameter.</summary>
    public IReadOnlyList<IProperty> Parameters => parameters;

    /// <summary>The name of a parameter.</summary>
    public static string NameOf(int i) => string.Create(CultureInfo.InvariantCulture, $"p{i}");

    /// <summary>The table of a mapped type.</summary>
    public string Table(Type type) => quote.DelimitIdentifier(Entity(type).GetTableName()!);

    /// <summary>A column.</summary>
    public string Name(string column) => quote.DelimitIdentifier(column);

    /// <summary>A parameter of the type of a column.</summary>
    public string Value(Type type, string column)
    {
        parameters.Add(Entity(type).FindProperty(column)!);
        return quote.GenerateParameterName(NameOf(parameters.Count - 1));
    }

    /// <summary>Reads a column of some rows and locks the rows until the transaction ends. On PostgreSQL, two updates could deadlock: each
    /// locks rows in the order in which they lie in the table, and moves them. On SQLite a transaction that writes holds the lock of the
    /// whole database from its beginning.</summary>
    /// <param name="column">The column to read.</param>
    /// <param name="which">The condition, in SQL.</param>
    /// <param name="order">The column in whose order rows are locked.</param>
    public string Hold(Type type, string column, string which, string order)
    {
        var read = $"SELECT {Name(column)} FROM {Table(type)} WHERE {which} ORDER BY {Name(order)}";
        return context is PostgreSqlContext ? $"{read} FOR NO KEY UPDATE"
            : HasOutput
                ? $"UPDATE {Table(type)} SET {Name(column)} = {Name(column)} OUTPUT INSERTED.{Name(column)} WHERE {which}"
            : read;
    }

    /// <summary>Builds the command.</summary>
    public IRelationalCommand Build(string sql)
    {
        var builder = context.GetService<IRelationalCommandBuilderFactory>().Create();
        builder.Append(sql);
        foreach (var (i, property) in parameters.Index())
        {
            builder.AddParameter(
                NameOf(i), quote.GenerateParameterName(NameOf(i)), property.GetRelationalTypeMapping(), property.IsNullable);
        }

        return builder.Build();
    }

    /// <summary>A mapped type.</summary>
    public IEntityType Entity(Type type) => context.Model.FindEntityType(type)!;
}
