using Dashboard.Core.Usage;
using Dashboard.Keys.Details;
using Xunit;

namespace Dashboard.Tests.Unit.Keys.Details;

public sealed class UsageChartTests
{
    static readonly DateOnly Today = new(2026, 11, 21);

    [Theory]
    [InlineData(0, "3 2 1 0")]
    [InlineData(1, "3 2 1 0")]
    [InlineData(4, "6 4 2 0")]
    [InlineData(1900, "2,400 1,600 800 0")]
    [InlineData(2400, "2,400 1,600 800 0")]
    [InlineData(2401, "3,000 2,000 1,000 0")]
    [InlineData(40_000, "60k 40k 20k 0")]
    [InlineData(7_000_000, "9M 6M 3M 0")]
    [InlineData(5_000_000_000, "6G 4G 2G 0")]
    public void Scale_is_the_least_of_round_numbers_that_holds_the_highest_day(long most, string marks) =>
        Assert.Equal(marks, string.Join(' ', Chart(new(Today, most, 0, 0)).Marks));

    [Fact]
    public void Scale_holds_the_sum_of_a_day() => Assert.Equal(100, Chart(new(Today, 100, 100, 100)).Step);

    [Fact]
    public void No_days_draw_nothing()
    {
        var chart = new UsageChart([]);
        Assert.Equal(("", "", ""), (chart.Allowed, chart.Refused, chart.RateLimited));
        Assert.Empty(chart.Dates);
    }

    [Fact]
    public void Days_without_requests_draw_nothing()
    {
        var chart = new UsageChart(Days(90));
        Assert.Equal(("", "", ""), (chart.Allowed, chart.Refused, chart.RateLimited));
        Assert.Equal([Today.AddDays(-89), Today], [chart.Dates[0], chart.Dates[^1]]);
        Assert.Equal(7, chart.Dates.Count);
    }

    [Fact]
    public void Results_of_a_day_stand_on_each_other()
    {
        var chart = new UsageChart([new(Today.AddDays(-1), 0, 0, 0), new(Today, 150, 75, 30)]);
        Assert.Equal("M1.15 50h0.7v50h-0.7z", chart.Allowed);
        Assert.Equal("M1.15 25h0.7v25h-0.7z", chart.Refused);
        Assert.Equal("M1.15 15h0.7v10h-0.7z", chart.RateLimited);
    }

    [Fact]
    public void Single_request_shows_beside_a_spike()
    {
        var chart = new UsageChart([new(Today.AddDays(-1), 1, 0, 0), new(Today, 3_000_000, 0, 0)]);
        Assert.Equal("M0.15 99.25h0.7v0.75h-0.7zM1.15 0h0.7v100h-0.7z", chart.Allowed);
    }

    [Fact]
    public void Bar_never_leaves_the_chart()
    {
        var chart = new UsageChart([new(Today, 2_999_998, 1, 1)]);
        Assert.Equal("M0.15 0h0.7v0h-0.7z", chart.RateLimited);
    }

    static UsageChart Chart(UsageDay day) => new([.. Days(89), day]);

    static List<UsageDay> Days(int count) =>
        [.. Enumerable.Range(0, count).Select(index => new UsageDay(Today.AddDays(1 - count + index), 0, 0, 0))];
}
