using System.Net;
using Dashboard.Core.Limits;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Dashboard.Tests.Unit.Limits;

public sealed class RateLimitsTests
{
    readonly FakeTimeProvider time = new(TestInstallation.Start);

    [Fact]
    public void No_minute_exceeds_the_limit_and_retry_after_suffices()
    {
        var limits = new RateLimits(TestInstallation.Configuration(), time);
        var random = new Xorshift(7);
        var taken = new List<long>();
        for (var i = 0; i < 3_000; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(random.Below(6_000)));
            if (limits.Take("Key1", 10) is { } wait)
            {
                Assert.InRange(wait, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(2));
                time.Advance(wait);
                Assert.Null(limits.Take("Key1", 10));
            }

            taken.Add(time.GetTimestamp());
        }

        Assert.All(taken.GroupBy(x => x / TimeSpan.TicksPerMinute), minute => Assert.True(minute.Count() <= 10));
        Assert.True(taken[^1] - taken[0] < TimeSpan.FromMinutes(3_000 / 8).Ticks); // and barely less than the limit passes
    }

    [Fact]
    public void Burst_passes_once_and_then_gets_a_retry_after()
    {
        var limits = new RateLimits(TestInstallation.Configuration(), time);
        Assert.All(Enumerable.Range(0, 30), _ => Assert.Null(limits.Take("Key1", 30)));
        Assert.InRange(limits.Take("Key1", 30)!.Value, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(2));
        Assert.Null(limits.Take("Key2", 30));
        time.Advance(limits.Take("Key1", 30)!.Value);
        Assert.Null(limits.Take("Key1", 30));
    }

    [Fact]
    public void Clients_are_distinguished_by_IPv4_address_or_IPv6_network()
    {
        var limits = new ClientLimits(1, time);
        Assert.Null(limits.Take(IPAddress.Parse("203.0.113.7")));
        Assert.NotNull(limits.Take(IPAddress.Parse("::ffff:203.0.113.7")));
        Assert.Null(limits.Take(IPAddress.Parse("203.0.113.8")));
        Assert.Null(limits.Take(IPAddress.Parse("2001:db8:0:1::1")));
        Assert.NotNull(limits.Take(IPAddress.Parse("2001:db8:0:1:ffff::2")));
        Assert.Null(limits.Take(IPAddress.Parse("2001:db8:0:2::1")));
        Assert.NotNull(limits.Waits(IPAddress.Parse("203.0.113.7")));
        Assert.Null(limits.Waits(IPAddress.Parse("203.0.113.9")));
    }

    [Fact]
    public void Unknown_client_and_a_limit_of_zero_are_no_limit()
    {
        var (one, none) = (new ClientLimits(1, time), new ClientLimits(0, time));
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Null(one.Take(null)));
        Assert.All(Enumerable.Range(0, 3), _ => Assert.Null(none.Take(IPAddress.Loopback)));
    }

    [Fact]
    public void Crowd_switches_no_limit_off_and_shares_the_windows_of_networks()
    {
        var limits = new ClientLimits(2, time);
        for (var i = 0; i < ClientLimits.MaxClients; i++)
        {
            limits.Take(new IPAddress(i));
        }

        Assert.Null(limits.Take(new IPAddress(1)));
        Assert.NotNull(limits.Take(new IPAddress(1)));
        Assert.Null(limits.Take(IPAddress.Parse("203.0.113.7")));
        Assert.Null(limits.Take(IPAddress.Parse("203.0.113.8")));
        // the third of its network
        Assert.InRange(limits.Take(IPAddress.Parse("203.0.113.9"))!.Value, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(2));
        Assert.Null(limits.Waits(IPAddress.Parse("203.0.113.9"))); // nobody in a crowd is refused before it has failed
        time.Advance(TimeSpan.FromMinutes(3));
        Assert.All(Enumerable.Range(0, 2), _ => Assert.Null(limits.Take(IPAddress.Parse("203.0.113.9")))); // by itself again
        Assert.NotNull(limits.Take(IPAddress.Parse("203.0.113.9")));
        Assert.Null(limits.Take(IPAddress.Parse("203.0.113.7")));
    }

    [Fact]
    public void Client_that_names_another_subject_each_time_is_limited_too()
    {
        var limits = new ClientLimits(6, time);
        var stranger = IPAddress.Parse("203.0.113.7");
        Assert.All(Enumerable.Range(0, 60), i => Assert.Null(limits.Take(stranger, $"client-{i}")));
        Assert.NotNull(limits.Take(stranger, "client-61"));
        Assert.Null(limits.Take(stranger, "client-61", fromPage: true));
        Assert.Null(limits.Take(stranger)); // those that name nobody are counted by themselves
        Assert.Null(limits.Take(IPAddress.Parse("203.0.113.8"), "client-61"));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("many")]
    public void Setting_that_is_not_a_number_fails_startup(string value) => Assert.Equal(
        "RateLimits:RefusedPerMinute",
        Assert.Throws<SettingException>(
            () => new RateLimits(TestInstallation.Configuration(("RateLimits:RefusedPerMinute", value)), time)).Key);
}
