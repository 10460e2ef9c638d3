using System.Collections.Concurrent;
using Dashboard.Core.Changes;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

public sealed class FeedWaitersTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waiters_share_one_read_and_all_are_notified()
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
    public async Task Waiter_during_a_read_waits_for_the_next_one()
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
    public async Task Read_that_never_ends_times_out_for_all_waiters()
    {
        using var waiters = new FeedWaiters(TimeSpan.FromMilliseconds(50));
        var never = new TaskCompletionSource();
        var first = waiters.WaitAsync(_ => never.Task, Token); // a read that is still queued has not started
        Assert.False(await first.WaitAsync(TimeSpan.FromSeconds(60), Token));
        Assert.False(await waiters.WaitAsync(_ => never.Task, Token).WaitAsync(TimeSpan.FromSeconds(60), Token));
    }

    [Fact]
    public async Task Stop_notifies_waiters()
    {
        var waiters = new FeedWaiters(TimeSpan.FromMinutes(1));
        var waiting = waiters.WaitAsync(_ => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, Token), Token);
        waiters.Dispose();
        Assert.False(await waiting.WaitAsync(TimeSpan.FromSeconds(4), Token));
    }
}
