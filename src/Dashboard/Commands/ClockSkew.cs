using System.Globalization;

namespace Dashboard.Commands;

/// <summary>Compares the clock of this machine with another one.</summary>
static class ClockSkew
{
    /// <summary>The name of the check.</summary>
    public const string Check = "clock";

    const string Advice = "Synchronize the clocks (NTP): expiry dates, sessions and tokens depend on them.";

    /// <summary>How far the clocks may be apart. Access tokens of other nodes and second factors fail with about this much.</summary>
    static readonly TimeSpan Max = TimeSpan.FromSeconds(30);

    /// <summary>Describes how far this machine is from another one, or returns null if they agree.</summary>
    /// <param name="other">The other clock, read between <paramref name="begin"/> and <paramref name="end"/> of this one.</param>
    /// <param name="whose">Whose clock the other one is.</param>
    public static string? Describe(DateTimeOffset other, DateTimeOffset begin, DateTimeOffset end, string whose)
    {
        var skew = other - (begin + ((end - begin) / 2));
        return skew.Duration() > Max
            ? $"this machine is {Seconds(skew.Duration())} seconds {(skew > TimeSpan.Zero ? "behind" : "ahead of")} {whose}. {Advice}"
                : null;
    }

    /// <summary>Describes how far this machine is behind the newest row, or returns null if it is not.</summary>
    public static string? DescribeIfBehind(DateTimeOffset? newest, DateTimeOffset now) =>
        newest is { } row && row - now > Max
            ? $"this machine is at least {Seconds(row - now)} seconds behind the newest row of the audit log. {Advice}" : null;

    static string Seconds(TimeSpan span) => Math.Round(span.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
