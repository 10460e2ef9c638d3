using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Dashboard.Tests.Unit.Common;

public sealed class SystemClockTests
{
    /// <summary>The kernel shows the clock that is meant; <c>CLOCK_MONOTONIC</c> differs from it by the time that the machine
    /// slept.</summary>
    [Fact]
    public async Task Timestamps_count_the_time_that_the_machine_was_suspended()
    {
        var clock = SystemClock.Instance;
        var uptime = double.Parse((await File.ReadAllTextAsync("/proc/uptime", TestContext.Current.CancellationToken))
            .Split(' ')[0], CultureInfo.InvariantCulture);
        // the kernel counts it from the boot, suspended or not
        Assert.Equal(uptime, clock.GetTimestamp() / (double)clock.TimestampFrequency, 2.0);

        var start = clock.GetTimestamp();
        var watch = Stopwatch.StartNew();
        var rung = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = clock.CreateTimer(_ => rung.TrySetResult(), null, TimeSpan.FromMilliseconds(20), Timeout.InfiniteTimeSpan);
        await rung.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.InRange(clock.GetElapsedTime(start), TimeSpan.FromMilliseconds(15), watch.Elapsed + TimeSpan.FromMilliseconds(50));
    }
}
