using System.Reflection;
using System.Runtime.CompilerServices;
using Dashboard.Commands;
using Dashboard.Core.Accounts;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Import;
using Dashboard.Core.Keys;
using Dashboard.Core.Mail;
using Dashboard.Core.OAuth;
using Dashboard.Core.Setup;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Architecture;

/// <summary>Ensures that no code writes without an audit row. Reads the IL of both assemblies, so that it does not depend on how the code
/// is written.</summary>
public sealed class TransactionPlacesTests
{
    static readonly Assembly[] Product = [typeof(UnitOfWorkRunner).Assembly, Assembly.Load("Dashboard")];

    [Fact]
    public void Transactions_are_started_by_the_unit_of_work_only()
    {
        string[] begins = ["BeginTransaction", "BeginTransactionAsync", "UseTransaction",
            "UseTransactionAsync", "EnlistTransaction", "CreateExecutionStrategy"];
        Assert.Equal([nameof(UnitOfWorkRunner)], Callers(called =>
            begins.Contains(called.Name) || called.DeclaringType?.Namespace == "System.Transactions").Select(Written).Distinct());
    }

    [Fact]
    public void Rows_are_written_inside_a_unit_of_work_only()
    {
        string[] writes =
        [
            "SaveChanges", "SaveChangesAsync", "ExecuteUpdate", "ExecuteUpdateAsync", "ExecuteDelete", "ExecuteDeleteAsync",
            "ExecuteSql", "ExecuteSqlAsync", "ExecuteSqlRaw", "ExecuteSqlRawAsync", "ExecuteSqlInterpolated", "ExecuteSqlInterpolatedAsync",
            "ExecuteNonQuery", "ExecuteNonQueryAsync", "SqlQuery", "SqlQueryRaw", $"{nameof(Counters)}.{nameof(Counters.RaiseAsync)}",
            $"{nameof(UntrackedRows)}.{nameof(UntrackedRows.WriteAsync)}",
            $"{nameof(HandWrittenSql)}.{nameof(HandWrittenSql.ExecuteAsync)}",
            $"{nameof(HandWrittenSql)}.{nameof(HandWrittenSql.ReadAsync)}",
        ];
        var places = Callers(called => writes.Contains(called.Name) || writes.Contains($"{called.DeclaringType?.Name}.{called.Name}"))
            .Where(method => !HasChange(method)).Select(Written).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                nameof(AuditPruning), // deletes old audit rows, after one that says so
                nameof(ClientRequests), // when a client that nobody has approved last asked, not audited
                nameof(Counters), // for those who have a unit of work
                nameof(DatabaseDoctor), // only reads
                nameof(DatabaseStart), // cleans up after a killed migration
                nameof(DeviceCodeStore), // makes room for a device code, not audited
                nameof(FeedCleanupService), // deletes old feed rows, not audited
                nameof(FirstUses), // a key's first use, not audited
                nameof(HandWrittenSql), // for those who have a unit of work
                nameof(InstallationExport), // only reads
                nameof(InstallationImport), // fills an empty database, with the audit log itself
                nameof(KeyCount), // the number of active keys: in a unit of work, and repaired once a day, not audited
                nameof(MailDeliveryService), // the outbox, not audited
                nameof(OAuthCleanupService), // deletes expired codes and tokens, not audited
                nameof(SessionService), // a session's last activity, not audited, and written through RunBehindAsync
                nameof(SetUpCode), // nor this: guesses, while there is no person yet
                nameof(SqliteBackup), // writes the copy, never the database
                "TableWriter", // of InstallationImport
                nameof(TokenIssueLog), // the last use of a client secret, not audited
                nameof(UnitOfWorkRunner), // the implementation
                nameof(UntrackedRows), // for those who have a unit of work
                nameof(UsageCleanupService), // deletes old counts, not audited
                nameof(UsageWriter), // usage is not audited, and written through RunBehindAsync
                nameof(WriteProbe), // changes nothing
            ],
            places);
    }

    static IEnumerable<MethodBase> Callers(Func<MethodBase, bool> target) => Product.Select(assembly => new Calls(assembly))
        .SelectMany(calls => calls.Methods.Where(method => calls.Of(method).Any(target)));

    /// <summary>Returns whether a method, or the lambda or local function that a state machine belongs to, takes a unit of work.</summary>
    static bool HasChange(MethodBase method) => method.DeclaringType == typeof(UnitOfWork)
        || method.GetParameters().Any(parameter => parameter.ParameterType == typeof(UnitOfWork))
        || (method.DeclaringType is { } type && type.GetInterfaces().Contains(typeof(IAsyncStateMachine))
            && type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Any(field => field.FieldType == typeof(UnitOfWork)));

    /// <summary>Returns the type that declares a method in source code.</summary>
    static string Written(MethodBase method)
    {
        var type = method.DeclaringType!;
        while (type.DeclaringType is { } outer && type.Name.Contains('<', StringComparison.Ordinal))
        {
            type = outer;
        }

        return type.Name;
    }
}
