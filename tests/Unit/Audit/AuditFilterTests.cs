using Dashboard.Audit;
using Xunit;

namespace Dashboard.Tests.Unit.Audit;

public sealed class AuditFilterTests
{
    static readonly DateTimeOffset now = new(2026, 11, 21, 14, 7, 31, TimeSpan.Zero);

    [Fact]
    public void Address_is_read_as_it_was_written()
    {
        foreach (var filter in new AuditFilter[]
        {
            AuditFilter.None, new(Category: "keys", Actor: "person-1", Target: "acme/orders",
                Succeeded: false, Network: "10.2.3.0/24", Period: AuditPeriod.Week),
            new(Succeeded: true, Period: AuditPeriod.Dates, From: new(2026, 11, 1), To: new(2026, 11, 30)), new(
                Period: AuditPeriod.Dates, To: new(2026, 11, 30)),
        })
        {
            var query = filter.ToQuery().ToDictionary(x => x.Name, x => x.Value, StringComparer.Ordinal);
            Assert.Equal(filter, AuditFilter.Read(
                query["category"], query["actor"], query["target"], query["outcome"], query["network"],
                query["period"], query["from"], query["to"]));
        }
    }

    [Fact]
    public void What_is_not_valid_in_an_address_is_omitted() =>
        Assert.Equal(AuditFilter.None, AuditFilter.Read("secrets", new('a', 257), "a\0b", "maybe", "here", "1y", "2026-13-01", "tomorrow"));

    [Fact]
    public void Period_begins_with_a_whole_hour_or_day_so_that_pages_continue_one_list()
    {
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 14, 0, 0, TimeSpan.Zero), From(AuditPeriod.Day));
        Assert.Equal(new DateTimeOffset(2026, 11, 14, 0, 0, 0, TimeSpan.Zero), From(AuditPeriod.Week));
        Assert.Equal(new DateTimeOffset(2026, 10, 22, 0, 0, 0, TimeSpan.Zero), From(AuditPeriod.Month));
        Assert.Null(From(AuditPeriod.Any));

        static DateTimeOffset? From(AuditPeriod period) => new AuditFilter(Period: period).ToQuery("acme", now).From;
    }

    [Fact]
    public void Last_day_counts_in_full()
    {
        var asked = new AuditFilter(Period: AuditPeriod.Dates, From: new(2026, 11, 1), To: new(2026, 11, 1)).ToQuery("acme", now);
        Assert.Equal(
            (new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 2, 0, 0, 0, TimeSpan.Zero)),
            (asked.From, asked.To));
        Assert.Null(new AuditFilter(Period: AuditPeriod.Dates, To: DateOnly.MaxValue).ToQuery("acme", now).To);
    }

    [Fact]
    public void Export_has_the_filters_of_the_page() => Assert.Equal(
        "format=csv&organization=acme&category=keys&actor=a%26b&outcome=refused&from=2026-11-14T00%3A00%3A00.0000000Z",
        new AuditFilter("keys", "a&b", Succeeded: false, Period: AuditPeriod.Week).ToExportQuery("acme", "csv", now));
}
