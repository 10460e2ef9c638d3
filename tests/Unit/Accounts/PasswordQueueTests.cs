using System.Net;
using Dashboard.Core.Accounts;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

public sealed class PasswordQueueTests
{
    readonly FakeTimeProvider time = new();
    readonly PasswordQueue queue;

    public PasswordQueueTests() => queue = new(1, time);

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Newcomer_is_next_in_a_flood_from_80_networks()
    {
        var flood = await FloodAsync(80, 5);
        var newcomer = EnterAsync(Of(200));
        queue.Leave(Of(0), failed: true);
        await flood[1];
        for (var network = 1; network < 80; network++)
        {
            Assert.False(newcomer.IsCompleted); // those that came before and have not failed yet
            queue.Leave(Of(network), failed: true);
        }

        Assert.True(await newcomer);
        queue.Leave(Of(200), failed: false);
        var another = EnterAsync(Of(201));
        queue.Leave(Of(0), failed: true);
        Assert.True(await another); // all others have failed
    }

    [Fact]
    public async Task Known_browser_waits_for_one_other_at_most()
    {
        await FloodAsync(80, 5);
        var known = PasswordLane.OfBrowser([1], Address(100));
        var (first, second, third) = (EnterAsync(known), EnterAsync(known), EnterAsync(known));
        Assert.False(await third); // one place
        queue.Leave(Of(0), failed: true);
        Assert.True(await first);
        queue.Leave(known, failed: false);
        Assert.False(second.IsCompleted); // others take turns
        queue.Leave(Of(1), failed: true);
        Assert.True(await second);
        queue.Leave(known, failed: false);
        queue.Leave(Of(2), failed: true);
    }

    [Fact]
    public async Task Known_browser_waits_in_its_network_while_other_browsers_have_all_places()
    {
        Assert.True(await EnterAsync(Of(1)));
        List<Task<bool>> others = [];
        for (var i = 0; i < PasswordQueue.MaxOfBrowsers; i++)
        {
            others.Add(EnterAsync(PasswordLane.OfBrowser([2, (byte)(i / PasswordQueue.MaxOfBrowser)], Address(2))));
        }

        var known = PasswordLane.OfBrowser([1], Address(100));
        var (first, second, third) = (EnterAsync(known), EnterAsync(known), EnterAsync(known));
        Assert.False(first.IsCompleted);
        Assert.False(second.IsCompleted);
        Assert.False(await third); // no more places than in its own lane
        queue.Leave(Of(1), failed: false);
        Assert.True(await others[0]);
        queue.Leave(PasswordLane.OfBrowser([2, 0], Address(2)), failed: true);
        Assert.True(await first); // networks take turns with browsers
        queue.Leave(known, failed: false);
        Assert.True(await others[1]);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task Known_browser_that_made_room_may_come_again()
    {
        Assert.True(await EnterAsync(Of(1)));
        for (var i = 0; i < PasswordQueue.MaxOfBrowsers; i++)
        {
            _ = EnterAsync(PasswordLane.OfBrowser([2, (byte)(i / PasswordQueue.MaxOfBrowser)], Address(2)));
        }

        var known = Enumerable.Range(0, PasswordQueue.MaxOfNetwork)
            .Select(i => PasswordLane.OfBrowser([3, (byte)(i / PasswordQueue.MaxOfBrowser)], Address(9))).ToList();
        var waiting = known.ConvertAll(EnterAsync);
        for (var i = PasswordQueue.MaxOfNetwork; i < PasswordQueue.MaxOfNetworks; i++)
        {
            _ = EnterAsync(Of(10 + (i / PasswordQueue.MaxOfNetwork)));
        }

        using var impatience = new CancellationTokenSource();
        var newcomer = queue.EnterAsync(Of(200), impatience.Token);
        Assert.False(await waiting[^1]); // displaced
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => newcomer);
        Assert.False(EnterAsync(known[^1]).IsCompleted);
    }

    [Fact]
    public async Task Full_queue_takes_places_from_the_network_that_has_most()
    {
        var flood = await FloodAsync(8, PasswordQueue.MaxOfNetwork);
        Assert.False(await EnterAsync(Of(0)));
        var newcomer = EnterAsync(Of(200));
        Assert.False(newcomer.IsCompleted);
        Assert.False(await await Task.WhenAny(flood.Skip(1))); // displaced
        queue.Leave(Of(0), failed: true);
        for (var network = 1; network < 8; network++)
        {
            queue.Leave(Of(network), failed: true);
        }

        Assert.True(await newcomer);
    }

    [Fact]
    public async Task Client_that_failed_often_is_last()
    {
        Assert.True(await EnterAsync(Of(1)));
        var last = EnterAsync(PasswordLane.Of(Address(2), isLast: true));
        var other = EnterAsync(Of(3));
        queue.Leave(Of(1), failed: false);
        Assert.True(await other);
        Assert.False(last.IsCompleted);
        queue.Leave(Of(3), failed: true);
        Assert.True(await last);
    }

    [Fact]
    public async Task Withdrawn_attempt_leaves_its_place()
    {
        using var impatience = new CancellationTokenSource();
        Assert.True(await EnterAsync(Of(1)));
        var browser = PasswordLane.OfBrowser([1], Address(100));
        Task<bool>[] withdrawn = [queue.EnterAsync(Of(2), impatience.Token), queue.EnterAsync(browser, impatience.Token), queue.EnterAsync(
            browser, impatience.Token)];
        var next = EnterAsync(Of(3));
        await impatience.CancelAsync();
        foreach (var attempt in withdrawn)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt);
        }

        var returned = EnterAsync(browser);
        queue.Leave(Of(1), failed: false);
        Assert.True(await returned);
        queue.Leave(browser, failed: false);
        Assert.True(await next);
    }

    [Fact]
    public async Task Failures_count_for_a_minute()
    {
        Assert.True(await EnterAsync(Of(1)));
        queue.Leave(Of(1), failed: true);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await EnterAsync(Of(2)));
        var (first, second) = (EnterAsync(Of(1)), EnterAsync(Of(3)));
        queue.Leave(Of(2), failed: false);
        Assert.True(await first);
        Assert.False(second.IsCompleted);
        queue.Leave(Of(1), failed: false);
        Assert.True(await second);
    }

    static IPAddress Address(int network) => IPAddress.Parse($"10.0.{network}.1");

    static PasswordLane Of(int network) => PasswordLane.Of(Address(network));

    Task<bool> EnterAsync(PasswordLane lane) => queue.EnterAsync(lane, Cancel);

    /// <summary>Attempts from many networks, in turn, of which the first is being hashed.</summary>
    async Task<List<Task<bool>>> FloodAsync(int networks, int each)
    {
        List<Task<bool>> attempts = [.. Enumerable.Range(0, networks * each).Select(i => EnterAsync(Of(i % networks)))];
        Assert.True(await attempts[0]);
        if (attempts.Count == PasswordQueue.MaxOfNetworks)
        {
            attempts.Add(EnterAsync(Of(0))); // the one that is hashed does not wait
        }

        return attempts;
    }
}
