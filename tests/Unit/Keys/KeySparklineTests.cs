using Dashboard.Core.Usage;
using Dashboard.Keys;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

public sealed class KeySparklineTests
{
    [Fact]
    public void Key_without_requests_has_no_bars()
    {
        Assert.Null(KeySparkline.Of([.. Days(30, _ => (0, 0, 0))]));
        Assert.Equal("No requests in 30 days", KeySparkline.InWords(null));
    }

    [Fact]
    public void Bars_are_of_the_highest_and_refused_ones_on_top()
    {
        var line = KeySparkline.Of(
            [.. Days(30, day =>
                day switch { 0 => (100, 0, 0), 1 => (50, 25, 25), 2 => (0, 10, 0), 3 => (1, 0, 0), 4 => (1000, 1, 0), _ => (0, 0, 0) })])!;
        Assert.Equal((1212, 61), (line.Requests, line.Refused));
        Assert.Equal("1,212 requests in 30 days, 61 refused", KeySparkline.InWords(line));
        Assert.Equal("M1 20V18M4 20V19M10 20V19M13 20V1", line.AllowedPath());
        Assert.Equal("M4 19V18M7 20V19M13 1V0", line.RefusedPath());
    }

    [Fact]
    public void One_path_is_enough_where_nothing_was_refused()
    {
        var line = KeySparkline.Of([.. Days(30, day => (day == 29 ? 1 : 0, 0, 0))])!;
        Assert.Null(line.Tops);
        Assert.Equal(("M88 20V0", "", "1 request in 30 days"), (line.AllowedPath(), line.RefusedPath(), KeySparkline.InWords(line)));
    }

    /// <summary>Whatever the numbers, each day has the bar that it should, within the picture.</summary>
    [Fact]
    public void Days_with_requests_are_seen_and_days_without_are_not()
    {
        var random = new Support.Xorshift(30);
        for (var round = 0; round < 200; round++)
        {
            var days = Days(30, _ => random.Flip() ? (0, 0, 0) : (random.Below(100000), random.Below(5), random.Below(3))).ToList();
            if (KeySparkline.Of(days) is not { } line)
            {
                continue;
            }

            Assert.Equal(days.Select(day => day.Allowed + day.Refused + day.RateLimited > 0), line.Bars.Select(digit => digit != '0'));
            Assert.Equal(30, line.Bars.Length);
            Assert.All(line.Bars.Concat(line.Tops ?? ""), digit => Assert.Contains(digit, "0123456789abcdefghijk"));
            Assert.All(line.Bars.Zip(line.Tops ?? new string('0', 30)), day => Assert.True(day.First >= day.Second));
        }
    }

    static IEnumerable<UsageDay> Days(int count, Func<int, (long Allowed, long Refused, long RateLimited)> of) =>
        Enumerable.Range(0, count).Select(day => (day, Counts: of(day)))
            .Select(x => new UsageDay(new DateOnly(2026, 11, 1).AddDays(x.day), x.Counts.Allowed, x.Counts.Refused, x.Counts.RateLimited));
}
