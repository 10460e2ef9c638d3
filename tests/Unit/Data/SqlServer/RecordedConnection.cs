using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Dashboard.Tests.Unit.Support;
using Microsoft.Data.SqlClient;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using IsolationLevel = System.Data.IsolationLevel;

namespace Dashboard.Tests.Unit.Data.SqlServer;

/// <summary>A connection without a SQL Server: it parses every command as T-SQL, records it, and replays recorded responses.</summary>
sealed class RecordedConnection(CommandRecorder tape) : DbConnection
{
    ConnectionState state = ConnectionState.Closed;

    public List<string> Sent { get; } = [];

    [AllowNull]
    public override string ConnectionString { get; set; } = "Server=nowhere;Database=latchkey";

    public override string Database => "latchkey";

    public override string DataSource => "nowhere";

    public override string ServerVersion => "15.00.2000";

    public override ConnectionState State => state;

    public override void Open() => state = ConnectionState.Open;

    public override void Close() => state = ConnectionState.Closed;

    public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => new Transaction(this, isolationLevel);

    protected override DbCommand CreateDbCommand() => new Command(this);

    RowsReader Ask(string sql)
    {
        Sent.Add(sql);
        return new([.. TSql.Statements(sql).Select(Answer).OfType<ResultSet>()]);
    }

    int Tell(string sql)
    {
        Sent.Add(sql);
        // One number for a command, whatever it consists of. An update whose output nobody reads is a lock, which SQLite need not take.
        return TSql.Statements(sql).Any(statement => statement is not (SaveTransactionStatement or RollbackTransactionStatement
                or UpdateStatement { UpdateSpecification.OutputClause: not null }))
            ? tape.Affected.Dequeue() : 0;
    }

    /// <summary>Returns the result of a statement: the rows of a query, the generated id of an insert, 1 for each affected row, or
    /// nothing.</summary>
    ResultSet? Answer(TSqlStatement statement) => statement switch
    {
        SelectStatement => tape.Rows.Dequeue(),
        InsertStatement { InsertSpecification.OutputClause: not null } => tape.Generated.Dequeue(),
        UpdateStatement
        {
            UpdateSpecification.OutputClause.SelectColumns: [
            SelectScalarExpression { Expression: ColumnReferenceExpression }, ..]
        } => tape.Updated.Dequeue(),
        UpdateStatement { UpdateSpecification.OutputClause: not null } or DeleteStatement { DeleteSpecification.OutputClause: not null } =>
            new(1, [[1]]),
        InsertStatement or PredicateSetStatement => null,
        _ => throw new NotSupportedException($"The tape has no answer to a {statement.GetType().Name}."),
    };

    sealed class Transaction(RecordedConnection connection, IsolationLevel level) : DbTransaction
    {
        public override IsolationLevel IsolationLevel => level;

        protected override DbConnection DbConnection => connection;

        public override void Commit()
        {
        }

        public override void Rollback()
        {
        }
    }

    sealed class Command(RecordedConnection connection) : DbCommand
    {
        readonly SqlCommand parameters = new();

        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override int CommandTimeout { get; set; }

        public override CommandType CommandType { get; set; } = CommandType.Text;

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; } = connection;

        protected override DbParameterCollection DbParameterCollection => parameters.Parameters;

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
        }

        public override void Prepare()
        {
        }

        public override int ExecuteNonQuery() => connection.Tell(CommandText);

        public override object? ExecuteScalar() => throw new NotSupportedException();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => connection.Ask(CommandText);

        protected override DbParameter CreateDbParameter() => parameters.CreateParameter();

        protected override void Dispose(bool disposing)
        {
            parameters.Dispose();
            base.Dispose(disposing);
        }
    }
}
