namespace Dashboard.Core.Limits;

/// <summary>Counts what happens in any minute: what the running minute has, and of the minute before as much as still lies in the sixty seconds that end now, as if it had come
/// evenly. Two numbers, whatever the limit.</summary>
sealed class MinuteWindow
{
    static readonly long Minute = TimeSpan.TicksPerMinute;

    readonly Lock gate = new();
    long index;
    long before;
    long current;

    /// <summary>When it was last asked, in ticks of the clock that it is asked with.</summary>
    public long AskedAt { get; private set; }

    /// <summary>Counts one more, if there is room for it.</summary>
    /// <param name="limit">The most in a minute.</param>
    /// <param name="now">The time, in ticks of a clock that never goes back.</param>
    /// <param name="wait">How long to wait for room; zero where there was some.</param>
    public bool TryTake(int limit, long now, out TimeSpan wait)
    {
        lock (gate)
        {
            Advance(now);
            wait = WaitFor(limit, now);
            if (wait > TimeSpan.Zero)
            {
                return false;
            }

            current++;
            return true;
        }
    }

    /// <summary>How long to wait until there is room for one more; counts nothing.</summary>
    public TimeSpan Wait(int limit, long now)
    {
        lock (gate)
        {
            Advance(now);
            return WaitFor(limit, now);
        }
    }

    void Advance(long now)
    {
        AskedAt = now;
        var minute = now / Minute;
        if (minute != index)
        {
            (before, current, index) = (minute == index + 1 ? current : 0, 0, minute);
        }
    }

    TimeSpan WaitFor(int limit, long now)
    {
        var elapsed = now % Minute;
        if ((before * (Minute - elapsed)) + ((current + 1) * Minute) <= limit * Minute)
        {
            return TimeSpan.Zero;
        }

        // What was counted in one minute fades away in the next: that of the minute before in this one, or what this one has in the one after.
        return current < limit
            ? TimeSpan.FromTicks(Math.Max(1, Faded(before, limit - 1 - current) - elapsed))
            : TimeSpan.FromTicks(Minute - elapsed + Faded(current, limit - 1));
    }

    /// <summary>How far into the next minute no more than <paramref name="left"/> of <paramref name="counted"/> count.</summary>
    static long Faded(long counted, long left) => Minute - (left * Minute / counted);
}
