using System.Globalization;
using Dashboard.Core.Changes;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

[EveryDatabase]
public sealed class FeedCleanupServiceTests : IAsyncDisposable
{
    static CancellationToken None => TestContext.Current.CancellationToken;

    readonly TestInstallation world = new();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Rows_older_than_a_week_are_deleted_in_batches()
    {
        await AddRowsAsync(1, 2500, TestInstallation.Start);
        await AddRowsAsync(2501, 2510, TestInstallation.Start + TimeSpan.FromDays(1));
        world.Time.Advance(TimeSpan.FromDays(7) + TimeSpan.FromMilliseconds(1));
        Assert.Equal(2500, await world.Services.Get<FeedCleanupService>().ClearAsync(None));
        Assert.Equal(Enumerable.Range(2501, 10).Select(i => (long)i), await NumbersAsync());
    }

    [Fact]
    public async Task Newest_row_is_never_deleted()
    {
        await AddRowsAsync(1, 3, TestInstallation.Start);
        var feed = world.Services.Get<ChangeFeed>();
        await feed.ReadAsync(None);
        var resets = 0;
        using var subscription = feed.Subscribe(_ => { }, () => resets++);
        world.Time.Advance(TimeSpan.FromDays(30));
        Assert.Equal(2, await world.Services.Get<FeedCleanupService>().ClearAsync(None));
        await feed.ReadAsync(None);
        Assert.Equal([3L], await NumbersAsync());
        Assert.Equal(0, resets);
    }

    [Fact]
    public async Task One_node_clears_in_an_hour_and_any_in_the_next()
    {
        var other = world.Run();
        await AddRowsAsync(1, 3, TestInstallation.Start);
        world.Time.Advance(TimeSpan.FromDays(8));
        Assert.Equal(2, await world.Services.Get<FeedCleanupService>().ClearAsync(None));
        await AddRowsAsync(4, 6, TestInstallation.Start);
        Assert.Equal(0, await other.Get<FeedCleanupService>().ClearAsync(None));
        world.Time.Advance(FeedCleanupService.Interval);
        Assert.Equal(3, await other.Get<FeedCleanupService>().ClearAsync(None));
    }

    async Task<List<long>> NumbersAsync()
    {
        await using var context = world.Open();
        return await context.FeedEntries.OrderBy(x => x.Number).Select(x => x.Number).ToListAsync(None);
    }

    async Task AddRowsAsync(int first, int last, DateTimeOffset at)
    {
        await using var context = world.Open();
        context.AddRange(Enumerable.Range(first, last - first + 1)
            .Select(i => new FeedEntry { Number = i, SubjectType = "key", SubjectId = i.ToString(CultureInfo.InvariantCulture), At = at }));
        await context.SaveChangesAsync(None);
        await context.FeedCounters.ExecuteUpdateAsync(set => set.SetProperty(x => x.Number, last), None);
    }
}
