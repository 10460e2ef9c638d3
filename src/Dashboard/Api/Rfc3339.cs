using System.Globalization;
using System.Text.RegularExpressions;

namespace Dashboard.Api;

/// <summary>Reads and writes RFC 3339 times. An offset is required when reading; times are written in UTC with milliseconds. Fractions of a
/// millisecond are truncated, as in the database.</summary>
static partial class Rfc3339
{
    public const string Advice = "Use a time with an offset, such as 2027-01-31T00:00:00Z.";

    const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Parses a time. Returns false for anything that RFC 3339 section 5.6 does not allow, for leap seconds, and outside the years
    /// 1 to 9999.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        time = default;
        if (text is null
            || !Pattern().IsMatch(text)
            || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var exact))
        {
            return false;
        }

        var utc = exact.UtcDateTime;
        time = new(utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMillisecond)), TimeSpan.Zero);
        return true;
    }

    public static string ToText(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,20})?([Zz]|[+-][0-9]{2}:[0-9]{2})\z",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pattern();
}
