using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Keys;
using Dashboard.Core.Mail;
using Dashboard.Core.OAuth;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

[EveryDatabase]
public sealed class ChangeFeedTests : IAsyncDisposable
{
    static CancellationToken None => TestContext.Current.CancellationToken;

    readonly TestInstallation world = new();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Change_is_published_once_on_its_own_node_before_it_returns()
    {
        var heard = await ListenAsync(world.Services);
        var key = await CreateAsync();
        Assert.Equal([$"key {key}"], heard);
        await world.Services.Get<ChangeFeed>().ReadAsync(None);
        Assert.Equal([$"key {key}"], heard);
    }

    [Fact]
    public async Task Change_is_published_once_on_another_node_by_its_next_read()
    {
        var other = world.Run();
        var heard = await ListenAsync(other);
        var key = await CreateAsync();
        Assert.Empty(heard);
        await other.Get<ChangeFeed>().ReadAsync(None);
        await other.Get<ChangeFeed>().ReadAsync(None);
        Assert.Equal([$"key {key}"], heard);
    }

    [Fact]
    public async Task Changes_of_both_nodes_are_published_once_on_each()
    {
        var other = world.Run();
        var (here, there) = (await ListenAsync(world.Services), await ListenAsync(other));
        var keys = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            keys.Add(await CreateAsync(world.Services));
            keys.Add(await CreateAsync(other));
        }

        await world.Services.Get<ChangeFeed>().ReadAsync(None);
        await other.Get<ChangeFeed>().ReadAsync(None);
        Assert.Equal(keys.Select(key => $"key {key}").Order(), here.Order());
        Assert.Equal(keys.Select(key => $"key {key}").Order(), there.Order());
    }

    [Fact]
    public async Task Running_node_publishes_within_a_second()
    {
        var commands = new SentCommands();
        var other = world.Run(commands);
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var feed = other.Get<ChangeFeed>();
        await feed.StartAsync(None);
        using var subscription = feed.Subscribe(entry => told.TrySetResult(entry.SubjectId));
        var key = await CreateAsync();
        Assert.False(told.Task.IsCompleted);
        world.Time.Advance(ChangeFeed.Interval);
        Assert.Equal(key, await told.Task.WaitAsync(TimeSpan.FromSeconds(30), None));
        await feed.StopAsync(None);
    }

    [Fact]
    public async Task Idle_node_reads_only_the_feed_once_a_second()
    {
        var commands = new SentCommands();
        using var asked = new SemaphoreSlim(0);
        var node = world.Run(commands);
        var feed = node.Get<ChangeFeed>();
        using var first = feed.Subscribe(_ => { });
        using var second = feed.Subscribe(_ => { });
        foreach (var service in node.Provider.GetServices<IHostedService>().Where(service => service is not (
            FeedCleanupService or UsageCleanupService or OAuthCleanupService or AuditWatch or KeyCountService or MailDeliveryService)))
        {
            await service.StartAsync(None);
        }

        commands.Forget();
        commands.Before = _ => asked.Release();
        for (var tick = 1; tick <= 30; tick++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(await asked.WaitAsync(TimeSpan.FromSeconds(30), None));
        }

        foreach (var service in node.Provider.GetServices<IHostedService>())
        {
            await service.StopAsync(None);
        }

        Assert.Equal(30, commands.Sent.Count(text => text.Contains("\"FeedEntries\"", StringComparison.Ordinal)));
        Assert.Equal(30, commands.Sent.Count);
    }

    [Fact]
    public async Task Node_starts_at_the_counter()
    {
        await CreateAsync();
        var other = world.Run();
        var heard = await ListenAsync(other);
        await other.Get<ChangeFeed>().ReadAsync(None);
        Assert.Empty(heard);
        var key = await CreateAsync();
        await other.Get<ChangeFeed>().ReadAsync(None);
        Assert.Equal([$"key {key}"], heard);
    }

    [Theory]
    [InlineData("UPDATE FeedCounter SET Number = 1; DELETE FROM FeedEntries WHERE Number > 1")]
    [InlineData("UPDATE FeedEntries SET SubjectId = 'another' WHERE Number = 2")]
    [InlineData("UPDATE FeedEntries SET At = At + 1 WHERE Number = 2")]
    [InlineData("UPDATE FeedCounter SET Number = 5; DELETE FROM FeedEntries; INSERT INTO FeedEntries (Number, SubjectType, SubjectId, At) VALUES (5, 'key', 'x', 1)")]
    [InlineData("UPDATE FeedCounter SET Number = 5; INSERT INTO FeedEntries (Number, SubjectType, SubjectId, At) VALUES (5, 'key', 'x', 1)")]
    public async Task Discontinuous_feed_is_published_as_a_reset(string sql)
    {
        await CreateAsync();
        await CreateAsync();
        var other = world.Run();
        var heard = await ListenAsync(other);
        world.Sql(sql);

        await other.Get<ChangeFeed>().ReadAsync(None);
        Assert.Equal(["reset"], heard);
        await other.Get<ChangeFeed>().ReadAsync(None);
        var key = await CreateAsync();
        await other.Get<ChangeFeed>().ReadAsync(None);
        Assert.Equal(["reset", $"key {key}"], heard);
    }

    [Fact]
    public async Task Own_change_after_a_restore_is_published_despite_its_old_number()
    {
        var heard = await ListenAsync(world.Services);
        var one = await CreateAsync();
        world.Sql("UPDATE FeedCounter SET Number = 0; DELETE FROM FeedEntries");

        await world.Services.Get<ChangeFeed>().ReadAsync(None);
        var two = await CreateAsync();
        await world.Services.Get<ChangeFeed>().ReadAsync(None);
        Assert.Equal([$"key {one}", $"key {two}"], heard);
    }

    [Fact]
    public async Task More_rows_than_one_query_are_published_in_order()
    {
        var heard = await ListenAsync(world.Services);
        world.Sql("""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
            INSERT INTO FeedEntries (Number, SubjectType, SubjectId, At) SELECT i, 'key', CAST(i AS varchar(10)), 1 FROM n;
            UPDATE FeedCounter SET Number = 2500
            """);

        await world.Services.Get<ChangeFeed>().ReadAsync(None);
        Assert.Equal(Enumerable.Range(1, 2500).Select(i => $"key {i}"), heard);
    }

    [Fact]
    public async Task Listener_that_throws_disturbs_neither_the_change_nor_the_others()
    {
        var feed = world.Services.Get<ChangeFeed>();
        using var broken =
            feed.Subscribe(_ => throw new InvalidOperationException("broken"), () => throw new InvalidOperationException("broken"));
        var heard = await ListenAsync(world.Services);
        var key = await CreateAsync();
        Assert.Equal([$"key {key}"], heard);
    }

    [Fact]
    public async Task Disposed_subscription_is_not_notified_and_disposes_twice()
    {
        var heard = new List<string>();
        var subscription = world.Services.Get<ChangeFeed>().Subscribe(entry => heard.Add(entry.SubjectId));
        var one = await CreateAsync();
        subscription.Dispose();
        subscription.Dispose();
        await CreateAsync();
        Assert.Equal([one], heard);
    }

    [Fact]
    public async Task Refused_change_is_not_published()
    {
        var heard = await ListenAsync(world.Services);
        Assert.Equal(ErrorCode.Forbidden,
            (await world.Services.Keys.CreateAsync(world.Viewer, new(TestInstallation.Orders, "no"), None)).Error!.Code);
        Assert.Empty(heard);
    }

    [Fact]
    public async Task Node_publishes_what_it_missed_during_an_outage()
    {
        var commands = new SentCommands();
        var other = world.Run(commands);
        var heard = await ListenAsync(other);
        commands.FailWhen = _ => true;
        var key = await CreateAsync();
        await Assert.ThrowsAsync<DatabaseAway>(() => other.Get<ChangeFeed>().ReadAsync(None));
        commands.FailWhen = _ => false;
        await other.Get<ChangeFeed>().ReadAsync(None);
        Assert.Equal([$"key {key}"], heard);
    }

    async Task<string> CreateAsync(Services? node = null) =>
        (await (node ?? world.Services).Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "name"), None)).Value.Key.KeyId;

    static async Task<List<string>> ListenAsync(Services node)
    {
        var heard = new List<string>();
        var feed = node.Get<ChangeFeed>();
        await feed.ReadAsync(None);
        feed.Subscribe(entry => heard.Add($"{entry.SubjectType} {entry.SubjectId}"), () => heard.Add("reset"));
        return heard;
    }
}
