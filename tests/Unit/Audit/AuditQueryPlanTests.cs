using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Audit;

[SqliteOnly("Reads SQLite's query plans.")]
public sealed class AuditQueryPlanTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static readonly Dictionary<string, AuditQuery> queries = new(StringComparer.Ordinal)
    {
        ["none"] = new("acme"),
        ["category"] = new("acme", Category: AuditCategory.Keys),
        ["actor"] = new("acme", Actor: "person-1"),
        ["target"] = new("acme", Target: "a"),
        ["outcome"] = new("acme", Succeeded: false),
        ["network"] = new("acme", Network: "10.2.3.4"),
        ["time"] = new("acme", From: TestInstallation.Start, To: TestInstallation.Start.AddDays(1)),
    };

    /// <summary>The column of the index that serves each filter, also among the sign-ins. The others are read by time.</summary>
    static readonly Dictionary<string, string> leads = new(StringComparer.Ordinal)
    {
        ["category"] = "Category=?",
        ["actor"] = "ActorId=?",
        ["target"] = "TargetId=?",
        ["outcome"] = "Succeeded=?",
        ["network"] = "Network=?",
    };

    public static TheoryData<string> Filters => [.. queries.Keys];

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Each_filter_reads_in_the_order_of_an_index(string filter)
    {
        var plans = new Plans();
        await using var services = world.Run(plans);
        Assert.Null((await services.Get<AuditLogService>().ListAsync(world.Owner, queries[filter], Token)).Error);
        var reads = plans.Seen.Where(seen => seen.Sql.Contains("AuditEntries", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(reads);
        Assert.All(reads, seen =>
        {
            // sorts everything that matches
            Assert.DoesNotContain(seen.Plan, line => line.Contains("TEMP B-TREE", StringComparison.Ordinal));
            Assert.Contains(seen.Plan, line => line.StartsWith("SEARCH a USING INDEX", StringComparison.Ordinal)
                && line.Contains(leads.GetValueOrDefault(filter, "_ChainId_At_"), StringComparison.Ordinal));
        });
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
