using System.Globalization;
using Dashboard.Api;
using Dashboard.Hosting;

namespace Dashboard.Audit;

/// <summary>Reads the times of the command.</summary>
static class AuditTimes
{
    /// <summary>Parses a day, which begins at midnight UTC, or an RFC 3339 time.</summary>
    /// <exception cref="StartException">It is neither.</exception>
    public static DateTimeOffset Parse(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)
            : Rfc3339.TryParse(text, out var time) ? time
            : throw new StartException($"--before is \"{text}\"; use a day such as 2026-01-31, or {Rfc3339.Advice[4..]}");
}
