using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

[EveryDatabase]
public sealed class UnitOfWorkLoadTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Concurrent_changes_number_feed_and_audit_in_commit_order_without_gaps()
    {
        var (acme, globex) = (world.OrganizationId("acme"), world.OrganizationId("globex"));
        Services[] graphs = [world.Services, world.Run()];
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(
            () => graphs[i % 2].Work.RunAsync<Core.Common.Unit>(
                i % 2 == 0 ? world.Owner : world.Stranger,
                async (change, token) =>
                {
                    await change.LockOrganizationAsync(i % 2 == 0 ? acme : globex, token);
                    change.Record(i % 2 == 0 ? acme : globex, new(AuditCategory.Settings, "thing.done", new("thing", $"{i}", $"{i}")));
                    change.Record(AuditChain.Installation, new(AuditCategory.Settings, "thing.done", new("thing", $"{i}-too", $"{i}")));
                    // rolled back ones leave no gap either
                    return i % 10 == 9 ? new Error(ErrorCode.Conflict, "Not this one.") : default(Core.Common.Unit);
                },
                Token),
            Token)));

        Assert.Equal(45, outcomes.Count(outcome => outcome.Succeeded));
        await using var context = world.Open();
        var feed = await context.FeedEntries.OrderBy(x => x.Number).ToListAsync(Token);
        Assert.Equal(Enumerable.Range(1, 90).Select(x => (long)x), feed.Select(x => x.Number));
        Assert.Equal(90, (await context.FeedCounters.SingleAsync(Token)).Number);
        // The installation's chain and the feed both contain the changes in commit order.
        var chained = await context.AuditEntries.Where(x => x.ChainId == AuditChain.Installation)
            .OrderBy(x => x.Sequence).Select(x => x.TargetId).ToListAsync(Token);
        Assert.Equal(chained, feed.Where(x => x.SubjectId.EndsWith("-too", StringComparison.Ordinal)).Select(x => x.SubjectId));
        foreach (var (chain, count) in new[] { (acme, 25L), (globex, 20L), (AuditChain.Installation, 45L) })
        {
            Assert.Equal(count, (await context.AuditChains.SingleAsync(x => x.Id == chain, Token)).Sequence);
            Assert.Equal(count, await context.AuditEntries.LongCountAsync(x => x.ChainId == chain, Token));
            Assert.Null(await world.Services.Get<AuditVerifier>().FindBreakAsync(chain, Token));
        }
    }

    [Fact]
    public async Task Chain_verified_while_it_grows_is_intact()
    {
        var acme = world.OrganizationId("acme");
        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; i < 100; i++)
                {
                    await world.Services.Work.RunAsync<Core.Common.Unit>(
                        world.Owner,
                        (change, _) =>
                        {
                            change.Record(acme, new(AuditCategory.Settings, "thing.done", new("thing", $"{i}", $"{i}")));
                            return Task.FromResult<Result<Core.Common.Unit>>(default(Core.Common.Unit));
                        },
                        Token);
                }
            },
            Token);
        var verifier = world.Run().Get<AuditVerifier>();
        do
        {
            Assert.Null(await verifier.FindBreakAsync(acme, Token));
        }
        while (!writing.IsCompleted);

        await writing;
        Assert.Null(await verifier.FindBreakAsync(acme, Token));
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();
}
