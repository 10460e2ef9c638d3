using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Audit;

[EveryDatabase]
public sealed class AuditPruningTests : IAsyncDisposable
{
    readonly TestInstallation world = new();
    readonly long chain;

    public AuditPruningTests() => chain = world.OrganizationId("acme");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pruned_chain_begins_with_the_first_entry_that_was_kept()
    {
        await WriteAsync(4);
        var early = await HeadAsync();
        world.Time.Advance(TimeSpan.FromDays(1));
        await WriteAsync(3);
        var late = await HeadAsync();

        Assert.Equal(new(chain, 4, 4), (await PruneAsync()).Value);

        await using var context = world.Open();
        var kept = await context.AuditEntries.AsNoTracking().Where(entry => entry.ChainId == chain)
            .OrderBy(entry => entry.Sequence).ToListAsync(Token);
        Assert.Equal([5, 6, 7, 8], kept.Select(entry => entry.Sequence));
        Assert.Equal(("audit.pruned", "system"), (kept[^1].Action, kept[^1].ActorType));
        Assert.Contains($"\"to\":4,\"hash\":\"{early.Hash}\"", kept[^1].Details, StringComparison.Ordinal);
        var found = await VerifyAsync(early, late);
        Assert.True(found.IsIntact);
        Assert.Equal((5, 4), (found.First, found.Entries));
        Assert.Equal([(4, HeadState.Pruned), (7, HeadState.Found)], found.HeadChecks.OrderBy(check => check.Head.Sequence)
            .Select(check => (check.Head.Sequence, check.State)));
    }

    [Fact]
    public async Task Chain_can_be_pruned_whole_and_again()
    {
        await WriteAsync(3);
        world.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(3, (await PruneAsync()).Value!.To);
        Assert.True((await VerifyAsync()).IsIntact);
        Assert.Null((await PruneAsync()).Value); // the entry that says so is not older
        world.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal((4, 1), ((await PruneAsync()).Value is var again ? again!.To : 0, again!.Entries));
        Assert.Equal((5, true), ((await VerifyAsync()).First, (await VerifyAsync()).IsIntact));
    }

    [Fact]
    public async Task Nothing_older_is_nothing_pruned()
    {
        Assert.Null((await PruneAsync()).Value);
        await WriteAsync(2);
        Assert.Null((await PruneAsync()).Value);
        Assert.Equal(2, (await HeadAsync()).Sequence);
    }

    [Fact]
    public async Task Entry_that_is_younger_than_one_before_it_keeps_it()
    {
        await WriteAsync(2);
        world.Sql("UPDATE AuditEntries SET At = At + 86400000 * 2 WHERE Sequence = 1"); // a clock that was wrong
        world.Time.Advance(TimeSpan.FromDays(1));
        Assert.Null((await PruneAsync()).Value);
    }

    [Fact]
    public async Task Entries_removed_beyond_the_pruned_range_are_detected()
    {
        await PruneFourOfSevenAsync();
        world.Sql("DELETE FROM AuditEntries WHERE Sequence = 5");
        Assert.Equal(5, (await VerifyAsync()).Break);
    }

    [Fact]
    public async Task Range_that_nobody_pruned_is_detected()
    {
        await PruneFourOfSevenAsync();
        Assert.NotEqual(0, world.Sql("UPDATE AuditEntries SET Details = replace(Details, '\"to\":4', '\"to\":5') WHERE Sequence = 8"));
        world.Sql("DELETE FROM AuditEntries WHERE Sequence = 5");
        Assert.Equal(8, (await VerifyAsync()).Break);
    }

    [Fact]
    public async Task Killed_pruning_leaves_a_chain_that_verifies_and_is_finished_by_the_next()
    {
        await WriteAsync(4);
        world.Time.Advance(TimeSpan.FromDays(1));
        var killed = world.Run(new SentCommands { FailWhen = text => text.Contains("DELETE", StringComparison.Ordinal) });
        await Assert.ThrowsAnyAsync<Exception>(
            () => killed.Get<AuditPruning>().PruneAsync(Actor.System, chain, world.Time.GetUtcNow(), Token));
        world.Sql("DELETE FROM AuditEntries WHERE Sequence = 1"); // as far as it got
        Assert.Equal((2, true), ((await VerifyAsync()).First, (await VerifyAsync()).IsIntact));

        await PruneAsync();
        Assert.True((await VerifyAsync()).IsIntact);
        Assert.Equal(5, (await VerifyAsync()).First);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    async Task PruneFourOfSevenAsync()
    {
        await WriteAsync(4);
        world.Time.Advance(TimeSpan.FromDays(1));
        await WriteAsync(3);
        Assert.Equal(4, (await PruneAsync()).Value!.To);
    }

    Task<Result<AuditPruned?>> PruneAsync() =>
        world.Services.Get<AuditPruning>().PruneAsync(Actor.System, chain, world.Time.GetUtcNow() - TimeSpan.FromHours(1), Token);

    async Task WriteAsync(int entries)
    {
        for (var i = 0; i < entries; i++)
        {
            await AuditSamples.WriteAsync(
                world, chain, world.Owner, new AuditEvent(AuditCategory.Settings, "thing.done", new("thing", $"{i}", "Thing")));
        }
    }

    async Task<AuditHead> HeadAsync() => (await world.Services.Get<AuditLogService>().HeadAsync(world.Owner, "acme", Token)).Value.Head!;

    Task<AuditVerification> VerifyAsync(params AuditHead[] recorded) =>
        world.Services.Get<AuditVerifier>().VerifyAsync(chain, recorded, Token);
}
