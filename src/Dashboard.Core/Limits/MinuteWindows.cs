using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Dashboard.Core.Limits;

/// <summary>A <see cref="MinuteWindow"/> for each of many, in memory of this process only. Those that nothing is counted of any more are forgotten once there are many.</summary>
/// <param name="most">The most that are told apart at a time.</param>
/// <param name="beyond">Whether one more is counted also when all places are taken, since what may come is bounded by something else.</param>
/// <param name="time">The clock.</param>
/// <typeparam name="TKey">What tells them apart.</typeparam>
sealed class MinuteWindows<TKey>(int most, bool beyond, TimeProvider time)
    where TKey : notnull
{
    readonly ConcurrentDictionary<TKey, MinuteWindow> windows = new();
    readonly Lock sweeping = new();
    readonly long start = time.GetTimestamp(); // short spans are exact: a clock gives them as a double
    long sweptAt;

    /// <summary>The time, in ticks of a clock that never goes back.</summary>
    public long Now => time.GetElapsedTime(start).Ticks;

    /// <summary>Counts one more.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="limit">The most in a minute.</param>
    /// <returns>How long to wait; null where there is no need.</returns>
    public TimeSpan? Take(TKey key, int limit) => !TryAdd(key, out var window) || window.TryTake(limit, Now, out var wait) ? null : wait;

    /// <summary>Says how long one has to wait, and counts nothing.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="limit">The most in a minute.</param>
    /// <returns>How long; null where there is no need.</returns>
    public TimeSpan? Waits(TKey key, int limit) =>
        !windows.TryGetValue(key, out var window) || window.Wait(limit, Now) is var wait && wait == TimeSpan.Zero ? null : wait;

    bool TryAdd(TKey key, [NotNullWhen(true)] out MinuteWindow? window)
    {
        if (windows.TryGetValue(key, out window))
        {
            return true;
        }

        if (windows.Count >= most)
        {
            Sweep();
        }

        window = beyond || windows.Count < most ? windows.GetOrAdd(key, _ => new()) : null;
        return window is not null;
    }

    /// <summary>Forgets those that nothing is counted of any more, at most once a second.</summary>
    void Sweep()
    {
        lock (sweeping)
        {
            var now = Now;
            if (now - sweptAt < TimeSpan.TicksPerSecond)
            {
                return;
            }

            sweptAt = now;
            foreach (var window in windows)
            {
                if (now - window.Value.AskedAt > 2 * TimeSpan.TicksPerMinute)
                {
                    windows.TryRemove(window);
                }
            }
        }
    }
}
