using Dashboard.Api;
using Xunit;

namespace Dashboard.Tests.Unit.Api;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("2027-01-31T00:00:00Z", "2027-01-31T00:00:00.000Z")]
    [InlineData("2027-01-31t00:00:00z", "2027-01-31T00:00:00.000Z")]
    [InlineData("2027-01-31T02:00:00+02:00", "2027-01-31T00:00:00.000Z")]
    [InlineData("2027-01-30T19:00:00.5-05:00", "2027-01-31T00:00:00.500Z")]
    [InlineData("2027-01-31T00:00:00.1239999Z", "2027-01-31T00:00:00.123Z")]
    [InlineData("2027-01-31T00:00:00.12345678901234567890Z", "2027-01-31T00:00:00.123Z")]
    [InlineData("2028-02-29T23:59:59-00:00", "2028-02-29T23:59:59.000Z")]
    [InlineData("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z")]
    public void Time_with_an_offset_is_parsed_and_written_as_UTC_with_milliseconds(string text, string written)
    {
        Assert.True(Rfc3339.TryParse(text, out var time));
        Assert.Equal(written, Rfc3339.ToText(time));
        Assert.Equal(TimeSpan.Zero, time.Offset);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("tomorrow")]
    [InlineData("2027-01-31")]
    [InlineData("2027-01-31T00:00:00")]
    [InlineData("2027-01-31T00:00Z")]
    [InlineData("2027-01-31 00:00:00Z")]
    [InlineData("2027-02-29T00:00:00Z")]
    [InlineData("2027-01-31T24:00:00Z")]
    [InlineData("2027-01-31T23:59:60Z")]
    [InlineData("2027-01-31T00:00:00.Z")]
    [InlineData("2027-01-31T00:00:00+25:00")]
    [InlineData("2027-01-31T00:00:00+0200")]
    [InlineData(" 2027-01-31T00:00:00Z")]
    [InlineData("2027-01-31T00:00:00Z\n")]
    [InlineData("٢٠٢٧-01-31T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("20270-01-31T00:00:00Z")]
    public void Text_that_is_not_a_time_is_refused(string? text) => Assert.False(Rfc3339.TryParse(text, out _));
}
