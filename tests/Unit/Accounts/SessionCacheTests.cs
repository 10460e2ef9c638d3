using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

/// <summary>The sessions that requests act through are kept in memory, and follow every change.</summary>
[EveryDatabase]
public sealed class SessionCacheTests : IAsyncDisposable
{
    readonly TestInstallation world = new();
    readonly SentCommands commands = new();
    readonly Services node;
    readonly Actor actor;

    public SessionCacheTests()
    {
        node = world.Run(commands);
        actor = world.SignIn(world.Developer);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_needs_no_query_while_the_feed_is_read()
    {
        await node.ReadFeedAsync();
        var read = await FindAsync();
        commands.Forget();
        Assert.Equal(read, await FindAsync());
        Assert.Null(await node.Get<SessionService>().FindLiveAsync(TestInstallation.SecretOf(actor.SessionId!), world.Admin.Id, Token));
        Assert.Single(commands.Sent); // another person's cookie
    }

    [Fact]
    public async Task Ended_session_is_refused_at_once_here_and_elsewhere_with_the_feed()
    {
        await world.Services.ReadFeedAsync();
        await node.ReadFeedAsync();
        Assert.NotNull(await FindAsync());
        Assert.NotNull(await FindAsync(world.Services));
        Assert.True((await node.Get<SessionService>().EndAsync(actor, Token)).Succeeded);
        Assert.Null(await FindAsync());
        await world.Services.ReadFeedAsync();
        Assert.Null(await FindAsync(world.Services));
    }

    [Fact]
    public async Task Required_second_factor_counts_for_a_known_session()
    {
        await node.ReadFeedAsync();
        Assert.False((await FindAsync())!.LacksSecondFactor);
        await using (var context = world.Open())
        {
            context.Organizations.Single(x => x.Slug == "acme").RequireTwoFactor = true;
            await context.SaveChangesAsync(Token);
        }

        await node.Work.AnnounceBehindAsync(
            (_, _) => Task.FromResult<IReadOnlyList<FeedSubject>>([new(FeedSubject.Organization, "acme")]), Token);
        Assert.True((await FindAsync())!.LacksSecondFactor);
    }

    [Fact]
    public async Task Session_is_read_again_while_the_feed_cannot_be_trusted()
    {
        await node.ReadFeedAsync();
        Assert.NotNull(await FindAsync());
        world.Time.Advance(ChangeFeed.Trusted);
        Assert.True((await world.Services.Get<SessionService>().EndAsync(actor, Token)).Succeeded);
        Assert.Null(await FindAsync()); // although the node has not read the feed
    }

    [Fact]
    public async Task Known_session_expires_for_want_of_activity_and_activity_keeps_it()
    {
        await using (var context = world.Open())
        {
            context.Sessions.Single().IdleAt = world.Time.GetUtcNow() + TimeSpan.FromMinutes(10);
            await context.SaveChangesAsync(Token);
        }

        await node.ReadFeedAsync();
        var session = await FindAsync();
        world.Time.Advance(session!.IdleAt - world.Time.GetUtcNow() - TimeSpan.FromSeconds(1));
        await node.ReadFeedAsync();
        Assert.NotNull(await FindAsync());
        await node.Get<SessionService>().KeepAsync(actor, Token);
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await node.ReadFeedAsync();
        Assert.True((await FindAsync())!.IdleAt > session.IdleAt);
        world.Time.Advance(TimeSpan.FromDays(1));
        await node.ReadFeedAsync();
        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task Change_during_the_read_keeps_its_result_out()
    {
        await node.ReadFeedAsync();
        var changed = false;
        commands.Before = text =>
        {
            if (text.Contains("SecretHash", StringComparison.Ordinal) && !changed)
            {
                changed = true;
                node.Work.AnnounceBehindAsync(
                    (_, _) => Task.FromResult<IReadOnlyList<FeedSubject>>([new(FeedSubject.User, actor.Id)]), Token)
                        .GetAwaiter().GetResult();
            }
        };
        Assert.NotNull(await FindAsync());
        commands.Forget();
        Assert.NotNull(await FindAsync());
        Assert.Single(commands.Sent);
        commands.Forget();
        Assert.NotNull(await FindAsync());
        Assert.Empty(commands.Sent);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    Task<LiveSession?> FindAsync(Services? other = null) =>
        (other ?? node).Get<SessionService>().FindLiveAsync(TestInstallation.SecretOf(actor.SessionId!), actor.Id, Token);
}
