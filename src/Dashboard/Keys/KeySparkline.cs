using System.Globalization;
using System.Text;
using Dashboard.Core.Usage;

namespace Dashboard.Keys;

/// <summary>The requests of a key in the last days, as bars. It is a few bytes, since each row of a list has one and hands it to the
/// circuit.</summary>
/// <param name="Bars">The height of each day's bar, one digit a day, the oldest first.</param>
/// <param name="Tops">How much of each bar, from the top, was refused; null if nothing was.</param>
/// <param name="Requests">The number of requests.</param>
/// <param name="Refused">How many of them were refused.</param>
public sealed record KeySparkline(string Bars, string? Tops, long Requests, long Refused)
{
    /// <summary>The number of days.</summary>
    public const int Days = 30;

    /// <summary>The height of the highest bar.</summary>
    public const int Height = 20;

    /// <summary>From one bar to the next.</summary>
    public const int Step = 3;

    const string Digits = "0123456789abcdefghijk";

    /// <summary>Draws the days of a key; null if it had no requests.</summary>
    public static KeySparkline? Of(IReadOnlyList<UsageDay> days)
    {
        var highest = days.Count == 0 ? 0 : days.Max(All);
        if (highest == 0)
        {
            return null;
        }

        var (bars, tops) = (new StringBuilder(), new StringBuilder());
        foreach (var day in days)
        {
            var (bar, top) = (Scaled(All(day), highest), Scaled(RefusedOf(day), highest));
            bars.Append(Digits[bar]);
            // a day with both shows both, where there is room
            tops.Append(Digits[day.Allowed > 0 ? Math.Min(top, Math.Max(bar - 1, 1)) : bar]);
        }

        var refused = days.Sum(RefusedOf);
        return new(bars.ToString(), refused == 0 ? null : tops.ToString(), days.Sum(All), refused);
    }

    /// <summary>The bars as the path of an SVG, from the floor, and under the red tops where there are some.</summary>
    public string AllowedPath() => Path((bar, top) => bar > top ? (Height, Height - bar + top) : null);

    /// <summary>The refused tops of the bars; empty if there are none.</summary>
    public string RefusedPath() => Tops is null ? "" : Path((bar, top) => top > 0 ? (Height - bar + top, Height - bar) : null);

    /// <summary>"1,204 requests in 30 days, 12 refused".</summary>
    public static string InWords(KeySparkline? line)
    {
        var said = line is null ? "No requests"
            : string.Create(CultureInfo.InvariantCulture, $"{line.Requests:N0} {(line.Requests == 1 ? "request" : "requests")}");
        return line is null or { Refused: 0 } ? $"{said} in {Days} days"
            : string.Create(CultureInfo.InvariantCulture, $"{said} in {Days} days, {line.Refused:N0} refused");
    }

    string Path(Func<int, int, (int From, int To)?> line)
    {
        var path = new StringBuilder();
        for (var day = 0; day < Bars.Length; day++)
        {
            if (line(Digits.IndexOf(Bars[day], StringComparison.Ordinal), Tops is null ? 0
                : Digits.IndexOf(Tops[day], StringComparison.Ordinal)) is var (from, to))
            {
                path.Append(CultureInfo.InvariantCulture, $"M{(day * Step) + 1} {from}V{to}");
            }
        }

        return path.ToString();
    }

    static long All(UsageDay day) => day.Allowed + RefusedOf(day);

    static long RefusedOf(UsageDay day) => day.Refused + day.RateLimited;

    /// <summary>Whatever is more than nothing can be seen.</summary>
    static int Scaled(long count, long highest) => count == 0 ? 0 : Math.Max(1, (int)Math.Round(count * (double)Height / highest));
}
