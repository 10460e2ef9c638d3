using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Organizations;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Data;

[EveryDatabase]
public sealed class UntrackedRowsTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_beyond_one_command_are_all_written_and_none_is_tracked()
    {
        var commands = new SentCommands();
        await using var context = world.Run(commands).Open();
        var before = await context.FeedEntries.CountAsync(Token);
        commands.Forget();
        await context.WriteAsync([.. Enumerable.Range(1, 40).Select(number => new UntrackedRow(Entry(1000 + number)))], Token);
        Assert.Equal(2, commands.Sent.Count);
        Assert.Empty(context.ChangeTracker.Entries());
        Assert.Equal(before + 40, await context.FeedEntries.CountAsync(Token));
        var last = await context.FeedEntries.AsNoTracking().SingleAsync(entry => entry.Number == 1040, Token);
        Assert.Equal(("key", "Ab1040", TestInstallation.Start), (last.SubjectType, last.SubjectId, last.At));
    }

    [Fact]
    public async Task Row_that_exists_is_replaced_and_no_other()
    {
        await using var context = world.Open();
        var acme = world.OrganizationId("acme");
        await context.WriteAsync(
            [new(new AuditChain { Id = acme, Sequence = 7, Hash = [.. Enumerable.Repeat((byte)9, 32)], KeyId = "k1" }, Replaces: true)],
            Token);
        var chain = await context.AuditChains.AsNoTracking().SingleAsync(x => x.Id == acme, Token);
        Assert.Equal(7, chain.Sequence);
        Assert.Equal(9, chain.Hash[31]);
        Assert.Equal("k1", chain.KeyId);
        Assert.Null((await context.AuditChains.AsNoTracking().SingleAsync(x => x.Id == AuditChain.Installation, Token)).KeyId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Only_the_column_that_is_set_changes(bool isTracking)
    {
        var (acme, globex) = (world.OrganizationId("acme"), world.OrganizationId("globex"));
        var stale = new Organization { Id = acme, Name = "Renamed", Slug = "stale", CreatedAt = TestInstallation.Start };
        var changed = await world.Services.Work.RunAsync<int>(
            world.Owner,
            async (change, token) =>
            {
                if (isTracking)
                {
                    (await change.Context.Organizations.SingleAsync(x => x.Id == globex, token)).Name = "Tracked";
                }

                change.Rows.Add(UntrackedRow.Set(stale, nameof(Organization.Name)));
                change.Record(acme, new(AuditCategory.Settings, "thing.done", new("thing", "1", "1")));
                return 1;
            },
            Token);
        Assert.True(changed.Succeeded);
        await using var context = world.Open();
        var names = await context.Organizations.OrderBy(x => x.Id).Select(x => $"{x.Slug} {x.Name}").ToListAsync(Token);
        Assert.Equal(["acme Renamed", isTracking ? "globex Tracked" : "globex globex"], names);
    }

    [Fact]
    public async Task Row_that_is_missing_cannot_be_replaced()
    {
        await using var context = world.Open();
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => context.WriteAsync([new(new AuditChain { Id = -1 }, Replaces: true)], Token));
    }

    [Fact]
    public async Task Duplicate_is_reported_as_from_a_save()
    {
        await using var context = world.Open();
        await context.WriteAsync([new(Entry(1001))], Token);
        var refused = await Assert.ThrowsAsync<DbUpdateException>(() => context.WriteAsync([new(Entry(1001))], Token));
        Assert.True(Duplicates.Caused(refused));
    }

    [Fact]
    public async Task Text_longer_than_its_column_is_refused_before_it_is_sent()
    {
        await using var context = world.Open();
        var tooLong = new FeedEntry { Number = 1001, SubjectType = new('x', 33), SubjectId = "1", At = TestInstallation.Start };
        await Assert.ThrowsAsync<UnstorableTextException>(() => context.WriteAsync([new(tooLong)], Token));
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static FeedEntry Entry(long number) =>
        new() { Number = number, SubjectType = "key", SubjectId = $"Ab{number}", At = TestInstallation.Start };
}
