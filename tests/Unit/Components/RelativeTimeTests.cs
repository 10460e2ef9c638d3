using Bunit;
using Dashboard.Components;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Components;

public sealed class RelativeTimeTests : PageTest
{
    [Fact]
    public void Time_is_relative_to_the_clock_and_exact_on_hover()
    {
        var time = Render<RelativeTime>(p => p.Add(c => c.Value, Clock.GetUtcNow().AddMinutes(-4))).ByRole("time");
        Assert.Equal("4 min ago", time.TextContent);
        Assert.Equal("2026-11-21 14:03:00 UTC", time.GetAttribute("title"));
        Assert.Equal("2026-11-21T14:03:00Z", time.GetAttribute("datetime"));
    }

    [Fact]
    public void Time_is_relative_to_the_moment_that_is_given()
    {
        var time = Render<RelativeTime>(p => p.Add(c => c.Value, Clock.GetUtcNow()).Add(c => c.Now, Clock.GetUtcNow().AddHours(2)));
        Assert.Equal("2 h ago", time.ByRole("time").TextContent);
    }
}
