using Dashboard.Components;
using Xunit;

namespace Dashboard.Tests.Unit.Components;

public sealed class TimeTextTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 21, 14, 7, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "just now")]
    [InlineData(-59, "just now")]
    [InlineData(-60, "1 min ago")]
    [InlineData(-3599, "59 min ago")]
    [InlineData(-3600, "1 h ago")]
    [InlineData(-86399, "23 h ago")]
    [InlineData(-86400, "20 Nov 2026")]
    [InlineData(1, "in less than a minute")]
    [InlineData(60, "in 1 min")]
    [InlineData(7200, "in 2 h")]
    [InlineData(86400, "in 1 day")]
    [InlineData((2 * 86400) - 1, "in 1 day")]
    [InlineData(6.5 * 86400, "in 6 days")]
    [InlineData(14 * 86400, "5 Dec 2026")]
    public void Relative_time_is_formatted(double secondsFromNow, string words) =>
        Assert.Equal(words, TimeText.Relative(Now.AddSeconds(secondsFromNow), Now));

    [Theory]
    [InlineData(5, "just now")]
    [InlineData(-0.9, "just now")]
    [InlineData(-1, "1 second ago")]
    [InlineData(-3.9, "3 seconds ago")]
    [InlineData(-59.9, "59 seconds ago")]
    [InlineData(-60, "1 min ago")]
    public void Recent_time_is_formatted_in_seconds(double secondsFromNow, string words) =>
        Assert.Equal(words, TimeText.Recent(Now.AddSeconds(secondsFromNow), Now));

    [Fact]
    public void Times_of_another_zone_are_formatted_in_UTC()
    {
        var inTokyo = new DateTimeOffset(2026, 11, 22, 3, 30, 5, TimeSpan.FromHours(9));
        Assert.Equal("21 Nov 2026", TimeText.Date(inTokyo));
        Assert.Equal("2026-11-21 18:30:05 UTC", TimeText.Exact(inTokyo));
        Assert.Equal("2026-11-21T18:30:05Z", TimeText.Machine(inTokyo));
    }
}
