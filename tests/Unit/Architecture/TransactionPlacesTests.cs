using System.Reflection;
using System.Runtime.CompilerServices;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.OAuth;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Architecture;

/// <summary>Writing without an audit row should be impossible to do by accident. Read from the instructions of both assemblies, so that no way of writing it
/// down hides it.</summary>
public sealed class TransactionPlacesTests
{
    static readonly Assembly[] Product = [typeof(UnitOfWorkRunner).Assembly, Assembly.Load("Dashboard")];

    [Fact]
    public void Transactions_are_begun_by_changes_alone()
    {
        string[] begins = ["BeginTransaction", "BeginTransactionAsync", "UseTransaction", "UseTransactionAsync", "EnlistTransaction", "CreateExecutionStrategy"];
        Assert.Equal([nameof(UnitOfWorkRunner)], Callers(called => begins.Contains(called.Name) || called.DeclaringType?.Namespace == "System.Transactions").Select(Written).Distinct());
    }

    [Fact]
    public void Rows_are_written_inside_a_change_alone()
    {
        string[] writes =
        [
            "SaveChanges", "SaveChangesAsync", "ExecuteUpdate", "ExecuteUpdateAsync", "ExecuteDelete", "ExecuteDeleteAsync",
            "ExecuteSql", "ExecuteSqlAsync", "ExecuteSqlRaw", "ExecuteSqlRawAsync", "ExecuteSqlInterpolated", "ExecuteSqlInterpolatedAsync",
            "ExecuteNonQuery", "ExecuteNonQueryAsync",
        ];
        var places = Callers(called => writes.Contains(called.Name)).Where(method => !HasChange(method)).Select(Written).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                nameof(DatabaseStart), // before there is anything to change: what a killed migration left
                nameof(FeedCleanupService), // no one's decision: old feed rows
                nameof(FirstUses), // nor this: a key's first use
                nameof(OAuthCleanupService), // nor this: expired codes and tokens
                nameof(SqliteBusyTimeout), // a setting of the connection
                nameof(UnitOfWorkRunner), // the function itself
                nameof(UsageCleanupService), // nor this: old counts
                nameof(UsageWriter), // nobody's decision, and not audited: through RunBehindAsync
            ],
            places);
    }

    static IEnumerable<MethodBase> Callers(Func<MethodBase, bool> target) => Product.Select(assembly => new Calls(assembly))
        .SelectMany(calls => calls.Methods.Where(method => calls.Of(method).Any(target)));

    /// <summary>Whether a method, or the lambda or local function that a state machine belongs to, has a change in hand.</summary>
    static bool HasChange(MethodBase method) => method.DeclaringType == typeof(UnitOfWork)
        || method.GetParameters().Any(parameter => parameter.ParameterType == typeof(UnitOfWork))
        || (method.DeclaringType is { } type && type.GetInterfaces().Contains(typeof(IAsyncStateMachine))
            && type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Any(field => field.FieldType == typeof(UnitOfWork)));

    /// <summary>The type that a method was written in.</summary>
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
