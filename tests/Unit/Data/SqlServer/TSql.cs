using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Dashboard.Tests.Unit.Data.SqlServer;

/// <summary>T-SQL as SQL Server 2019 reads it, by Microsoft's own parser.</summary>
static class TSql
{
    /// <summary>Reads a script.</summary>
    /// <exception cref="FormatException">It is no T-SQL.</exception>
    public static TSqlScript Parse(string sql)
    {
        var script = (TSqlScript)new TSql150Parser(initialQuotedIdentifiers: true).Parse(new StringReader(sql), out var errors);
        return errors.Count == 0 ? script : throw new FormatException($"Line {errors[0].Line}: {errors[0].Message}\n{sql}");
    }

    /// <summary>The statements of a script, in order.</summary>
    public static IEnumerable<TSqlStatement> Statements(string sql) => Parse(sql).Batches.SelectMany(batch => batch.Statements);
}
