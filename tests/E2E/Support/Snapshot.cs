using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Tests.E2E.Support;

/// <summary>All that is stored, as one text: two that are equal mean that nothing was written in between.</summary>
public static class Snapshot
{
    /// <summary>Written behind the requests, and so by an earlier one.</summary>
    static readonly string[] Behind = ["LastUsedAt", "LastUsedFrom", "LastUsedOrder"];

    /// <summary>Tables of nothing else.</summary>
    static readonly string[] TablesBehind = ["KeyClients", "KeyHours", "KeyPermissionUses", "UsageNodes"];

    public static async Task<string> TakeAsync(Product product)
    {
        await using var context = await People.OpenAsync(product);
        var text = new StringBuilder();
        foreach (var table in context.Model.GetEntityTypes().Select(x => x.GetTableName()!).Distinct(StringComparer.Ordinal).Except(TablesBehind).Order(StringComparer.Ordinal))
        {
            await AppendAsync(text, context, table);
        }

        return text.ToString();
    }

    static async Task AppendAsync(StringBuilder text, DbContext context, string table)
    {
        await context.Database.OpenConnectionAsync();
        await using var command = context.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // the name is the model's own
        command.CommandText = $"SELECT * FROM \"{table}\"";
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var columns = Enumerable.Range(0, reader.FieldCount).Where(i => !Behind.Contains(reader.GetName(i), StringComparer.Ordinal)).ToList();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', columns.Select(i => reader.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        text.Append(table).Append(": ").Append(rows.Count).AppendLine().AppendJoin('\n', rows.Order(StringComparer.Ordinal)).AppendLine();
    }
}
