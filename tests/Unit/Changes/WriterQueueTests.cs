using System.Diagnostics;
using Dashboard.Core.Changes;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

public sealed class WriterQueueTests
{
    readonly WriterQueue queue = new(1, (actor, _) => ValueTask.FromResult(actor.Name.Length == 0 ? (long?)null : actor.Name[0]));
    readonly List<string> order = [];
    readonly List<Task> writers = [];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Organizations_take_turns_and_so_do_their_people()
    {
        using (await queue.EnterAsync(Actor.System, Token))
        {
            foreach (var name in new[] { "a1", "a1", "a1", "a1", "a2", "a2", "b1", "c1", "c1" })
            {
                Write(name);
            }

            Assert.Equal(9, queue.Waiting);
        }

        await Task.WhenAll(writers);
        Assert.Equal(["a1", "b1", "c1", "a2", "c1", "a1", "a2", "a1", "a1"], order);
        Assert.Equal(0, queue.Waiting);
    }

    [Fact]
    public async Task Strangers_are_one_group_however_many_their_networks()
    {
        using (await queue.EnterAsync(Actor.System, Token))
        {
            foreach (var address in Enumerable.Range(1, 80))
            {
                Write(Actor.Anonymous($"192.0.2.{address}"), "stranger");
            }

            Write("a1");
            Write("a2");
            Write(Actor.System, "own");
        }

        await Task.WhenAll(writers);
        Assert.Equal(["stranger", "a1", "own", "stranger", "a2"], order[..5]);
    }

    [Fact]
    public async Task Places_are_bounded_for_a_person_an_organization_and_all()
    {
        using var first = await queue.EnterAsync(Actor.System, Token);
        Fill("a0", WriterQueue.MaxPerActor);
        Assert.Null(await queue.EnterAsync(Of("a0"), Token));
        foreach (var organization in "bcde")
        {
            for (var i = 0; i < WriterQueue.MaxPerOrganization; i++)
            {
                Write($"{organization}{i}");
            }

            Assert.Null(await queue.EnterAsync(Of($"{organization}-another"), Token)); // each has as much
        }

        Fill("a1", WriterQueue.MaxPerOrganization - WriterQueue.MaxPerActor);
        Assert.Equal(WriterQueue.MaxWaiting, queue.Waiting);
        Assert.Null(await queue.EnterAsync(Of("f1"), Token));
        first!.Dispose();
        await Task.WhenAll(writers);
        Assert.Equal(WriterQueue.MaxWaiting, order.Count);
    }

    [Fact]
    public async Task Few_that_have_all_places_of_their_group_make_room_for_others()
    {
        var first = await queue.EnterAsync(Actor.System, Token);
        Task<WriterQueue.Turn?>[] flood =
        [
            .. Enumerable.Range(0, WriterQueue.MaxPerOrganization)
                .Select(i => queue.EnterAsync(Actor.Anonymous($"192.0.{i % 2}.1"), Token).AsTask()),
        ];
        Write(Actor.Anonymous("198.51.100.1"), "another");
        Assert.Equal(WriterQueue.MaxPerOrganization, queue.Waiting);
        Assert.Null(await await Task.WhenAny(flood)); // the newest of one of the two
        Assert.Equal(1, flood.Count(attempt => attempt.IsCompleted));
        Assert.Equal(1, flood[^2..].Count(attempt => attempt.IsCompleted));
        first!.Dispose();
        foreach (var attempt in flood)
        {
            (await attempt)?.Dispose();
        }

        await Task.WhenAll(writers);
        Assert.Equal(["another"], order);
        Assert.Equal(0, queue.Waiting);
        using var again = await queue.EnterAsync(Of("a1"), Token);
        Assert.NotNull(again); // no turn was lost
    }

    /// <summary>Takes five seconds, which is what is tested.</summary>
    [Fact]
    public async Task Look_up_of_an_organization_that_hangs_is_given_up_in_five_seconds()
    {
        var asked = new TaskCompletionSource<long?>();
        var hanging = new WriterQueue(1, (_, _) => new(asked.Task));
        using var first = await hanging.EnterAsync(Actor.System, Token);
        var start = Stopwatch.GetTimestamp();
        Assert.Null(await hanging.EnterAsync(Of("a1"), Token));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(8));
        Assert.Equal(0, hanging.Waiting);
    }

    [Fact]
    public async Task Writer_that_gives_up_leaves_its_place_and_keeps_no_turn()
    {
        using var stop = new CancellationTokenSource();
        var first = await queue.EnterAsync(Actor.System, Token);
        var waiting = queue.EnterAsync(Of("a1"), stop.Token).AsTask();
        Assert.Equal(1, queue.Waiting);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, queue.Waiting);
        first!.Dispose();
        first.Dispose(); // gives nothing back twice
        using var next = await queue.EnterAsync(Of("a1"), Token);
        Assert.NotNull(next);
        Write("a2");
        Assert.Equal(1, queue.Waiting);
        next.Dispose();
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task Several_slots_let_several_write()
    {
        var servers = new WriterQueue(2, (_, _) => ValueTask.FromResult<long?>(null));
        using var one = await servers.EnterAsync(Of("a1"), Token);
        using var two = await servers.EnterAsync(Of("a1"), Token);
        var third = servers.EnterAsync(Of("a1"), Token).AsTask();
        Assert.False(third.IsCompleted);
        two!.Dispose();
        using var turn = await third;
        Assert.NotNull(turn);
    }

    /// <summary>The first letter is the organization.</summary>
    static Actor Of(string name) => new(PartyType.User, name, name);

    void Fill(string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Write(name);
        }
    }

    void Write(string name) => Write(Of(name), name);

    void Write(Actor actor, string name)
    {
        var turn = queue.EnterAsync(actor, Token).AsTask(); // in the queue when this returns: no organization has to be looked up
        writers.Add(FinishAsync());

        async Task FinishAsync()
        {
            using var mine = await turn;
            Assert.NotNull(mine);
            order.Add(name);
        }
    }
}
