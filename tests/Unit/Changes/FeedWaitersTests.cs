using System.Collections.Concurrent;
using Dashboard.Core.Changes;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

public sealed class FeedWaitersTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task However_many_wait_share_one_read_and_all_are_told()
    {
        using var waiters = new FeedWaiters(TimeSpan.FromMinutes(1));
        var (reads, hold) = (0, new TaskCompletionSource());
        var waiting = Enumerable.Range(0, 2000).Select(_ => waiters.WaitAsync(ReadAsync, Token)).ToList();
        hold.SetResult();
        Assert.All(await Task.WhenAll(waiting), Assert.True);
        Assert.InRange(reads, 1, 2);

        async Task ReadAsync(CancellationToken token)
        {
            await hold.Task;
            var party = waiters.Begin();
            reads++;
            party?.Complete(true);
        }
    }

    [Fact]
    public async Task Who_comes_while_a_read_is_under_way_waits_for_the_next()
    {
        using var waiters = new FeedWaiters(TimeSpan.FromMinutes(1));
        var (begun, held) = (new ConcurrentQueue<TaskCompletionSource>([new(), new()]), new TaskCompletionSource());
        var first = begun.First().Task;
        var early = waiters.WaitAsync(ReadAsync, Token);
        await first.WaitAsync(TimeSpan.FromSeconds(30), Token);
        var late = waiters.WaitAsync(ReadAsync, Token);
        held.SetResult();
        Assert.False(await early);
        Assert.True(await late);

        async Task ReadAsync(CancellationToken token)
        {
            var party = waiters.Begin();
            begun.TryDequeue(out var mine);
            mine?.TrySetResult();
            var one = held.Task.IsCompleted;
            await held.Task;
            party?.Complete(one); // the second read succeeds
        }
    }

    [Fact]
    public async Task Read_that_never_ends_is_given_up_for_who_waits_for_it_and_for_who_comes_after()
    {
        using var waiters = new FeedWaiters(TimeSpan.FromMilliseconds(50));
        var never = new TaskCompletionSource();
        var first = waiters.WaitAsync(_ => never.Task, Token); // a read that waits for its turn has not begun
        Assert.False(await first.WaitAsync(TimeSpan.FromSeconds(60), Token));
        Assert.False(await waiters.WaitAsync(_ => never.Task, Token).WaitAsync(TimeSpan.FromSeconds(60), Token));
    }

    [Fact]
    public async Task Stop_tells_who_waits()
    {
        var waiters = new FeedWaiters(TimeSpan.FromMinutes(1));
        var waiting = waiters.WaitAsync(_ => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, Token), Token);
        waiters.Dispose();
        Assert.False(await waiting.WaitAsync(TimeSpan.FromSeconds(4), Token));
    }
}
