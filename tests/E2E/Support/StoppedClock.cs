using Microsoft.Extensions.Time.Testing;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A clock whose time changes only when a test changes it. Timers and time stamps are real, so that background loops keep
/// running.</summary>
public sealed class StoppedClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    public StoppedClock()
        : this(new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => System.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime, period);
}
