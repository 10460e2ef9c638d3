namespace Dashboard.Tests.Unit.Support;

/// <summary>A clock that moves only when told, and fires what falls due on the way, in order.</summary>
public sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    readonly Lock gate = new();
    readonly List<Timer> timers = [];
    DateTimeOffset now = start;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (TakeNextDue(end) is { } due)
        {
            due();
        }
    }

    Action? TakeNextDue(DateTimeOffset end)
    {
        lock (gate)
        {
            if (timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due) is not { } next)
            {
                now = end;
                return null;
            }

            now = next.Due!.Value > now ? next.Due.Value : now;
            return next.Take();
        }
    }

    sealed class Timer(ManualTime owner, TimerCallback callback, object? state) : ITimer
    {
        TimeSpan period;

        public DateTimeOffset? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner.gate)
            {
                this.period = period;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : owner.now + dueTime;
                owner.timers.Remove(this);
                if (Due is not null)
                {
                    owner.timers.Add(this);
                }
            }

            return true;
        }

        public Action Take()
        {
            if (period > TimeSpan.Zero)
            {
                Due += period;
            }
            else
            {
                owner.timers.Remove(this);
            }

            return () => callback(state);
        }

        public void Dispose()
        {
            lock (owner.gate)
            {
                owner.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
