using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class PeriodicServiceTests
{
    static readonly TimeSpan interval = TimeSpan.FromMinutes(1);
    static readonly TimeSpan patience = TimeSpan.FromSeconds(30);
    readonly FakeTimeProvider time = new();

    static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Round_begins_at_each_interval()
    {
        using var service = new Rounds(time);
        await service.StartAsync(None);
        Assert.Equal(0, service.Begun);
        for (var round = 1; round <= 3; round++)
        {
            time.Advance(interval);
            await service.NextAsync();
            Assert.Equal(round, service.Begun);
        }

        await service.StopAsync(None);
        Assert.Equal(3, service.Begun);
    }

    [Fact]
    public async Task First_round_begins_at_the_start_where_asked_for()
    {
        using var service = new Rounds(time) { AtStart = true };
        await service.StartAsync(None);
        await service.NextAsync();
        await service.StopAsync(None);
        Assert.Equal(1, service.Begun);
    }

    [Fact]
    public async Task Failed_round_is_reported_and_the_next_one_runs()
    {
        using var service = new Rounds(time)
        {
            AtStart = true,
            Work = round =>
            round == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask
        };
        await service.StartAsync(None);
        await service.NextAsync();
        time.Advance(interval);
        await service.NextAsync();
        await service.StopAsync(None);
        Assert.Equal(2, service.Begun);
        Assert.Equal("once", Assert.Single(service.Failures).Message);
        Assert.True(service.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Round_does_not_begin_while_another_runs()
    {
        var gate = new TaskCompletionSource();
        using var service = new Rounds(time) { AtStart = true, Work = round => round == 1 ? gate.Task : Task.CompletedTask };
        await service.StartAsync(None);
        await service.NextAsync();
        time.Advance(interval);
        var asked = service.RunNowAsync(None);
        Assert.Equal(1, service.Begun);
        Assert.False(asked.IsCompleted);
        gate.SetResult();
        await asked.WaitAsync(patience, None);
        await service.StopAsync(None);
        Assert.Equal(1, service.MostAtOnce);
    }

    [Fact]
    public async Task Disposal_without_a_stop_ends_the_loop()
    {
        var service = new Rounds(time);
        await service.StartAsync(None);
        service.Dispose();
        await service.ExecuteTask!.ContinueWith(_ => { }, None, TaskContinuationOptions.None, TaskScheduler.Default)
            .WaitAsync(patience, None);
        Assert.Equal(0, service.Begun);
        Assert.Empty(service.Failures);
    }

    [Fact]
    public async Task Stop_cancels_the_round_that_runs_and_reports_no_failure()
    {
        using var service = new Rounds(time) { AtStart = true, Cancellable = true, Work = _ => new TaskCompletionSource().Task };
        await service.StartAsync(None);
        await service.NextAsync();
        await service.StopAsync(None).WaitAsync(patience, None);
        Assert.Empty(service.Failures);
    }

    [Fact]
    public async Task Stop_ends_with_one_more_round_where_asked_for()
    {
        using var service = new Rounds(time) { AtStop = true };
        await service.StartAsync(None);
        await service.StopAsync(None);
        Assert.Equal(1, service.Begun);
    }

    sealed class Rounds(TimeProvider time) : PeriodicService(interval, time)
    {
        readonly SemaphoreSlim rounds = new(0);
        int running;

        public bool AtStart { get; init; }

        public bool AtStop { get; init; }

        public bool Cancellable { get; init; }

        public Func<int, Task> Work { get; init; } = _ => Task.CompletedTask;

        public List<Exception> Failures { get; } = [];

        public int Begun { get; private set; }

        public int MostAtOnce { get; private set; }

        protected override bool RunsAtStart => AtStart;

        protected override bool RunsAtStop => AtStop;

        public async Task NextAsync() => Assert.True(await rounds.WaitAsync(patience, None), "no round began");

        public Task RunNowAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

        public override void Dispose()
        {
            rounds.Dispose();
            base.Dispose();
        }

        protected override async Task WorkAsync(CancellationToken cancellationToken)
        {
            Begun++;
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref running));
            rounds.Release();
            try
            {
                await Work(Begun).WaitAsync(Cancellable ? cancellationToken : None);
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }

        protected override void LogFailure(Exception exception) => Failures.Add(exception);
    }
}
