using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Core.Import;

/// <summary>Why an export cannot be imported. The message is for the operator, and nothing was changed.</summary>
public sealed class ExportException(string message) : Exception(message);

/// <summary>Reads an export into an installation without people, on any database.</summary>
public sealed class InstallationImport(IDbContextFactory<DashboardContext> contexts, UnitOfWorkRunner changes, TimeProvider time)
{
    const int MaxParameters = 900;

    /// <summary>Returns whether a file is an export, and not a list of keys.</summary>
    public static async Task<bool> IsExportAsync(string path, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(path);
        var start = new char[64];
        var read = await reader.ReadBlockAsync(start, cancellationToken);
        return new string(start, 0, read).StartsWith($"[\n{{\"{nameof(ExportHeader.LatchkeyExport)}\"", StringComparison.Ordinal);
    }

    /// <summary>Imports everything, or nothing.</summary>
    /// <returns>The number of rows.</returns>
    /// <exception cref="ExportException">The installation is not empty, the file is damaged, or another version wrote it.</exception>
    public async Task<long> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using (var context = await contexts.CreateDbContextAsync(cancellationToken))
        {
            await CheckEmptyAsync(context, cancellationToken);
        }

        var rows = 0L;
        await changes.RunBehindAsync(
            async (context, token) =>
            {
                await CheckEmptyAsync(context, token);
                rows = await ReadAsync(context, path, token);
                await context.Installations.ExecuteUpdateAsync(set => set.SetProperty(x => x.SetUpAt, time.GetUtcNow()), token);
            },
            cancellationToken);
        return rows;
    }

    static async Task CheckEmptyAsync(DashboardContext context, CancellationToken cancellationToken)
    {
        if (await context.Users.AnyAsync(cancellationToken) || await context.Organizations.AnyAsync(cancellationToken)
            || await context.AuditEntries.AnyAsync(cancellationToken))
        {
            throw new ExportException("The installation is not empty. Import into a new database, created by \"migrate\".");
        }
    }

    static async Task<long> ReadAsync(DashboardContext context, string path, CancellationToken cancellationToken)
    {
        var tables = InstallationTables.Of(context).ToDictionary(table => table.Name, StringComparer.Ordinal);
        await context.AuditChains.ExecuteDeleteAsync(cancellationToken); // the one that a new database has
        var (rows, number) = (0L, 0);
        TableWriter? writer = null;
        await foreach (var line in LinesAsync(path, cancellationToken))
        {
            number++;
            try
            {
                if (number == 1)
                {
                    CheckHeader(JsonSerializer.Deserialize<ExportHeader>(line)!, InstallationTables.VersionOf(context));
                }
                else if (line.StartsWith('{'))
                {
                    await FinishAsync(writer, cancellationToken);
                    writer = Begin(context, tables, JsonSerializer.Deserialize<ExportTable>(line)!);
                    await writer.BeginAsync(cancellationToken);
                }
                else
                {
                    using var row = JsonDocument.Parse(line);
                    await writer!.AddAsync(row.RootElement, cancellationToken);
                    rows++;
                }
            }
            catch (Exception exception) when (
                exception is JsonException or FormatException or InvalidOperationException or NullReferenceException or OverflowException)
            {
                throw new ExportException(
                    string.Create(CultureInfo.InvariantCulture, $"Line {number + 1} of the file is damaged. Nothing was imported."));
            }
        }

        await FinishAsync(writer, cancellationToken);
        return rows;
    }

    static void CheckHeader(ExportHeader header, string version)
    {
        if (header.LatchkeyExport != InstallationExport.Form || header.Version != version)
        {
            throw new ExportException($"The file was written by another version of Latchkey (schema {header.Version}; this is {version}). Export with the version that imports.");
        }
    }

    static TableWriter Begin(DashboardContext context, Dictionary<string, MovedTable> tables, ExportTable head) =>
        tables.GetValueOrDefault(head.Table) is { } table
            && table.Columns.Select(column => column.Name).SequenceEqual(head.Columns, StringComparer.Ordinal)
            ? new TableWriter(context, table)
            : throw new FormatException(head.Table);

    static Task FinishAsync(TableWriter? writer, CancellationToken cancellationToken) =>
        writer?.EndAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>The elements of the array. A file that ends before the array does is damaged.</summary>
    static async IAsyncEnumerable<string> LinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(path);
        var last = await reader.ReadLineAsync(cancellationToken);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            last = line;
            if (line != "]")
            {
                yield return line.TrimEnd(',');
            }
        }

        if (last != "]")
        {
            throw new ExportException("The file is not complete. Nothing was imported.");
        }
    }

    /// <summary>Inserts the rows of a table, many in one statement.</summary>
    sealed class TableWriter(DashboardContext context, MovedTable table)
    {
        readonly List<object> values = [];
        readonly StringBuilder rows = new();
        int count;

        public Task BeginAsync(CancellationToken cancellationToken) => SwitchNumbersAsync("ON", cancellationToken);

        public async Task AddAsync(JsonElement row, CancellationToken cancellationToken)
        {
            if (row.GetArrayLength() != table.Columns.Count)
            {
                throw new FormatException(table.Name);
            }

            rows.Append(rows.Length == 0 ? "(" : ", (")
                .AppendJoin(", ", table.Columns.Select((column, i) => Parameter(column, row[i]))).Append(')');
            count++;
            if (values.Count + table.Columns.Count > MaxParameters)
            {
                await FlushAsync(cancellationToken);
            }
        }

        public async Task EndAsync(CancellationToken cancellationToken)
        {
            await FlushAsync(cancellationToken);
            await SwitchNumbersAsync("OFF", cancellationToken);
            if (context is PostgreSqlContext && table.Numbered is { } column && count > 0)
            {
                var sql = $"SELECT setval(pg_get_serial_sequence('{table.Quoted}', '{column}'), (SELECT MAX(\"{column}\") FROM {table.Quoted}))";
                await context.Database.ExecuteSqlRawAsync(sql, cancellationToken);
            }
        }

        async Task FlushAsync(CancellationToken cancellationToken)
        {
            if (rows.Length > 0)
            {
                var sql = $"INSERT INTO {table.Quoted} ({table.ColumnList}) VALUES {rows}"; // names of the model, and placeholders
                await context.Database.ExecuteSqlRawAsync(sql, values, cancellationToken);
                rows.Clear();
                values.Clear();
            }
        }

        /// <summary>SQL Server takes numbers of its own only when told so.</summary>
        Task SwitchNumbersAsync(string state, CancellationToken cancellationToken)
        {
            var sql = $"SET IDENTITY_INSERT {table.Quoted} {state}";
            return context is SqlServerContext
                && table.Numbered is not null ? context.Database.ExecuteSqlRawAsync(sql, cancellationToken) : Task.CompletedTask;
        }

        string Parameter(MovedColumn column, JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Null)
            {
                return "NULL";
            }

            values.Add(column.Type == typeof(long) ? value.GetInt64()
                : column.Type == typeof(int) ? value.GetInt32()
                : column.Type == typeof(short) ? value.GetInt16()
                : column.Type == typeof(bool) ? value.GetBoolean()
                : column.Type == typeof(byte[]) ? value.GetBytesFromBase64()
                : column.Type == typeof(Guid) ? value.GetGuid()
                : column.Type == typeof(double) ? value.GetDouble()
                : value.GetString()!);
            return column.Parameter(string.Create(CultureInfo.InvariantCulture, $"{{{values.Count - 1}}}"));
        }
    }
}
