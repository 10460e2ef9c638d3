namespace Dashboard.Core.Limits;

/// <summary>A rate counter over a sliding minute. It keeps two numbers whatever the limit: the count of the current minute and that of the
/// previous one, of which the part that still lies in the last 60 seconds counts as if it had been spread evenly.</summary>
sealed class MinuteWindow
{
    static readonly long Minute = TimeSpan.TicksPerMinute;

    readonly Lock gate = new();
    long index;
    long previous;
    long current;

    /// <summary>The last use, in ticks of the same clock.</summary>
    public long LastUsedAt { get; private set; }

    /// <summary>Adds one if the limit allows it.</summary>
    /// <param name="limit">The maximum per minute.</param>
    /// <param name="now">The time, in ticks of a monotonic clock.</param>
    /// <param name="wait">How long to wait before the next attempt; zero on success.</param>
    public bool TryTake(long limit, long now, out TimeSpan wait)
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

    /// <summary>Returns how long to wait before one more is allowed. Counts nothing.</summary>
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
        LastUsedAt = now;
        var minute = now / Minute;
        if (minute != index)
        {
            (previous, current, index) = (minute == index + 1 ? current : 0, 0, minute);
        }
    }

    TimeSpan WaitFor(long limit, long now)
    {
        var elapsed = now % Minute;
        if ((previous * (Minute - elapsed)) + ((current + 1) * Minute) <= limit * Minute)
        {
            return TimeSpan.Zero;
        }

        // The count of one minute decays during the next: that of the previous minute in this one, and that of this minute in the next.
        return current < limit
            ? TimeSpan.FromTicks(Math.Max(1, FadeTime(previous, limit - 1 - current) - elapsed))
            : TimeSpan.FromTicks(Minute - elapsed + FadeTime(current, limit - 1));
    }

    /// <summary>Returns how far into the next minute no more than <paramref name="left"/> of <paramref name="counted"/> still
    /// count.</summary>
    static long FadeTime(long counted, long left) => Minute - (left * Minute / counted);
}
