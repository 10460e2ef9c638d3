using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Dashboard.Tests.Unit.Data.SqlServer;

/// <summary>Parses T-SQL of SQL Server 2019 with Microsoft's parser.</summary>
static class TSql
{
    /// <summary>Parses a script.</summary>
    /// <exception cref="FormatException">The script is not T-SQL.</exception>
    public static TSqlScript Parse(string sql)
    {
        var script = (TSqlScript)new TSql150Parser(initialQuotedIdentifiers: true).Parse(new StringReader(sql), out var errors);
        return errors.Count == 0 ? script : throw new FormatException($"Line {errors[0].Line}: {errors[0].Message}\n{sql}");
    }

    /// <summary>Returns the statements of a script, in order.</summary>
    public static IEnumerable<TSqlStatement> Statements(string sql) => Parse(sql).Batches.SelectMany(batch => batch.Statements);
}
