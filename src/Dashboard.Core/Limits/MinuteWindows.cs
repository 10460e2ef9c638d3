using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Dashboard.Core.Limits;

/// <summary>A <see cref="MinuteWindow"/> for each key, in the memory of this process. Removes unused windows when the capacity is
/// reached.</summary>
/// <param name="capacity">The number of windows above which unused ones are removed.</param>
/// <param name="exceedCapacity">Whether to add a window even if the capacity is reached, because something else bounds the number of
/// keys.</param>
/// <typeparam name="TKey">The type of the key.</typeparam>
sealed class MinuteWindows<TKey>(int capacity, bool exceedCapacity, TimeProvider time)
    where TKey : notnull
{
    readonly ConcurrentDictionary<TKey, MinuteWindow> windows = new();
    readonly Lock sweeping = new();
    readonly long start = time.GetTimestamp(); // short spans are exact: a clock gives them as a double
    long sweptAt;

    /// <summary>The time, in ticks of a monotonic clock.</summary>
    public long Now => time.GetElapsedTime(start).Ticks;

    /// <summary>Adds one to the window of a key.</summary>
    /// <param name="limit">The maximum per minute.</param>
    /// <returns>How long to wait, or null if there is no need.</returns>
    public TimeSpan? Take(TKey key, int limit) => TryTake(key, limit, out var wait) ? wait : null;

    /// <summary>Adds one to the window of a key.</summary>
    /// <param name="limit">The maximum per minute.</param>
    /// <param name="wait">How long to wait, or null if there is no need.</param>
    /// <returns>False if there is no room for the key.</returns>
    public bool TryTake(TKey key, long limit, out TimeSpan? wait)
    {
        wait = null;
        if (!TryAdd(key, out var window))
        {
            return false;
        }

        wait = window.TryTake(limit, Now, out var needed) ? null : needed;
        return true;
    }

    /// <summary>Returns how long to wait, or null if there is no need. Counts nothing.</summary>
    /// <param name="limit">The maximum per minute.</param>
    public TimeSpan? Waits(TKey key, int limit) =>
        !windows.TryGetValue(key, out var window) || window.Wait(limit, Now) is var wait && wait == TimeSpan.Zero ? null : wait;

    bool TryAdd(TKey key, [NotNullWhen(true)] out MinuteWindow? window)
    {
        if (windows.TryGetValue(key, out window))
        {
            return true;
        }

        if (windows.Count >= capacity)
        {
            Sweep();
        }

        window = exceedCapacity || windows.Count < capacity ? windows.GetOrAdd(key, _ => new()) : null;
        return window is not null;
    }

    /// <summary>Removes windows that no longer count anything, at most once a second.</summary>
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
                if (now - window.Value.LastUsedAt > 2 * TimeSpan.TicksPerMinute)
                {
                    windows.TryRemove(window);
                }
            }
        }
    }
}
