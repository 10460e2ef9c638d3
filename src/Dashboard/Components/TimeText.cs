using System.Globalization;

namespace Dashboard.Components;

/// <summary>Times in words. All are UTC.</summary>
public static class TimeText
{
    /// <summary>"21 Nov 2026".</summary>
    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("d MMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>"2026-11-21 14:06:00 UTC".</summary>
    public static string Exact(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>For a program: "2026-11-21T14:06:00Z".</summary>
    public static string Machine(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>"3 seconds ago" for what has just happened, and as <see cref="Relative"/> from a minute on.</summary>
    public static string Recent(DateTimeOffset time, DateTimeOffset now) => (now - time).TotalSeconds switch
    {
        < 1 => "just now",
        < 2 => "1 second ago",
        < 60 and var seconds => $"{(int)seconds} seconds ago",
        _ => Relative(time, now),
    };

    /// <summary>"4 min ago" and "2 h ago" for a day, "in 6 days" for two weeks, and the date beyond. A unit counts once it is full, so that
    /// what is to come is never promised longer than it lasts.</summary>
    public static string Relative(DateTimeOffset time, DateTimeOffset now)
    {
        var ago = now - time;
        if (ago >= TimeSpan.Zero)
        {
            return ago.TotalMinutes < 1 ? "just now"
                : ago.TotalHours < 1 ? $"{(int)ago.TotalMinutes} min ago"
                : ago.TotalDays < 1 ? $"{(int)ago.TotalHours} h ago"
                : Date(time);
        }

        var left = -ago;
        return left.TotalMinutes < 1 ? "in less than a minute"
            : left.TotalHours < 1 ? $"in {(int)left.TotalMinutes} min"
            : left.TotalDays < 1 ? $"in {(int)left.TotalHours} h"
            : left.TotalDays < 2 ? "in 1 day"
            : left.TotalDays < 14 ? $"in {(int)left.TotalDays} days"
            : Date(time);
    }
}
