using System.Globalization;
using System.Text;
using Dashboard.Core.OAuth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Tests.E2E.Support;

/// <summary>The content of the database as text. Equal snapshots mean that nothing was written in between.</summary>
public static class Snapshot
{
    /// <summary>Columns that are written in the background, possibly for an earlier request.</summary>
    static readonly string[] Behind = ["LastUsedAt", "LastUsedFrom", "LastUsedOrder"];

    /// <summary>Tables that are written in the background.</summary>
    static readonly string[] TablesBehind = ["KeyClients", "KeyDays", "KeyHours", "KeyPermissionUses", "UsageNodes"];

    public static async Task<string> TakeAsync(Product product)
    {
        await product.Services.GetRequiredService<TokenIssueLog>().FlushAsync(CancellationToken.None); // tokens of earlier requests
        await using var context = await People.OpenAsync(product);
        var text = new StringBuilder();
        foreach (var table in context.Model.GetEntityTypes().Select(x => x.GetTableName()!)
            .Distinct(StringComparer.Ordinal).Except(TablesBehind).Order(StringComparer.Ordinal))
        {
            await AppendAsync(text, context, table);
        }

        return text.ToString();
    }

    static async Task AppendAsync(StringBuilder text, DbContext context, string table)
    {
        await context.Database.OpenConnectionAsync();
        await using var command = context.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // the name comes from the model
        command.CommandText = $"SELECT * FROM \"{table}\"";
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var columns = Enumerable.Range(0, reader.FieldCount)
            .Where(i => !Behind.Contains(reader.GetName(i), StringComparer.Ordinal)).ToList();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', columns.Select(i => reader.GetValue(i) is byte[] bytes
                ? Convert.ToHexString(bytes) : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        text.Append(table).Append(": ").Append(rows.Count).AppendLine().AppendJoin('\n', rows.Order(StringComparer.Ordinal)).AppendLine();
    }
}
