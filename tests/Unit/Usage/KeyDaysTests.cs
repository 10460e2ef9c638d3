using System.Net;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Usage;

/// <summary>Usage by day is at every time the sum of the usage by hour.</summary>
[EveryDatabase]
public sealed class KeyDaysTests : IAsyncDisposable
{
    static readonly DateTimeOffset Day = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Outcomes_of_all_hours_are_added_in_their_day()
    {
        var meter = Meter(world.Services, "Aa12Bb34");
        meter.Count(null, null, null, null, Day);
        meter.Count(null, null, null, null, Day.AddHours(24).AddTicks(-1));
        meter.Count(RefusalCode.IpNotAllowed, null, null, null, Day.AddHours(5));
        meter.Count(null, null, null, null, Day.AddHours(24));
        await world.Services.Usage.FlushAsync(Token);
        Assert.Equal(["21 ip_not_allowed 1", "21 valid 2", "22 valid 1"], await DaysAsync());
        await AssertSumsAsync();
    }

    [Fact]
    public async Task Late_hour_is_added_to_the_day_that_it_belongs_to()
    {
        var meter = Meter(world.Services, "Aa12Bb34");
        meter.Count(null, null, null, null, Day.AddHours(23));
        await world.Services.Usage.FlushAsync(Token);
        meter.Count(null, null, null, null, Day.AddHours(23.9)); // waits through midnight, together with the next day's first
        meter.Count(null, null, null, null, Day.AddHours(24.1));
        world.Time.Advance(TimeSpan.FromHours(13));
        await world.Services.Usage.FlushAsync(Token);
        Assert.Equal(["21 valid 2", "22 valid 1"], await DaysAsync());
        await AssertSumsAsync();
    }

    /// <summary>A process that is killed between two commands leaves what a failed command leaves: nothing.</summary>
    [Theory]
    [InlineData("INSERT INTO \"KeyDays\"")]
    [InlineData("INSERT INTO \"KeyHours\"")]
    [InlineData("INSERT INTO \"KeyClients\"")]
    [InlineData("UPDATE \"ApiKeys\"")]
    public async Task Batch_that_breaks_off_is_in_neither_table_and_then_in_both_once(string at)
    {
        var commands = new SentCommands { FailWhen = text => text.Contains(at, StringComparison.Ordinal) };
        var node = world.Run(commands);
        var meter = Meter(node, "Aa12Bb34");
        meter.Count(null, "read", IPAddress.Loopback, null, TestInstallation.Start);
        Assert.IsType<DatabaseAway>((await Assert.ThrowsAnyAsync<Exception>(() => node.Usage.FlushAsync(Token))).GetBaseException());
        Assert.Empty(await DaysAsync());
        await AssertSumsAsync();
        commands.FailWhen = _ => false;
        await node.Usage.FlushAsync(Token);
        await node.Usage.FlushAsync(Token);
        Assert.Equal(["21 valid 1"], await DaysAsync());
        await AssertSumsAsync();
    }

    [Fact]
    public async Task Batch_that_is_sent_twice_counts_once()
    {
        await using var context = world.Open();
        var batch = new UsageBatch(
            "node", 1, TestInstallation.Start, [new("Aa12Bb34", 1, [(Day, "valid", 5), (Day.AddHours(1), "valid", 6)], [], [], null)]);
        for (var i = 0; i < 2; i++)
        {
            await UsageWriter.WriteAsync(context, batch, TestInstallation.Start, Token);
            Assert.Equal(["21 valid 11"], await DaysAsync());
            await AssertSumsAsync();
        }
    }

    [Fact]
    public async Task Nodes_that_write_at_once_add_to_the_same_days()
    {
        Services[] nodes = [world.Services, world.Run()];
        var random = new Xorshift(20261121);
        for (var round = 0; round < 20; round++)
        {
            foreach (var node in nodes)
            {
                for (var i = 0; i < 50; i++)
                {
                    Meter(node, $"Aa12Bb3{random.Below(3)}").Count(random.Below(3) switch
                    {
                        0 => null,
                        1 =>
                        RefusalCode.RateLimited,
                        _ => RefusalCode.RevokedKey
                    }, null, null, null, Day.AddHours(random.Below(72)));
                }
            }

            await Task.WhenAll(nodes.Select(node => Task.Run(() => node.Usage.FlushAsync(Token), Token)));
        }

        await using var context = world.Open();
        Assert.Equal(2000, await context.KeyDays.SumAsync(row => row.Count, Token));
        await AssertSumsAsync();
    }

    [Fact]
    public async Task Days_older_than_400_days_are_deleted()
    {
        Meter(world.Services, "Aa12Bb34").Count(null, null, null, null, TestInstallation.Start);
        await world.Services.Usage.FlushAsync(Token);
        world.Time.Advance(TimeSpan.FromDays(399));
        await world.Services.Get<UsageCleanupService>().ClearAsync(Token);
        Assert.Equal(["21 valid 1"], await DaysAsync());
        world.Time.Advance(TimeSpan.FromDays(1));
        await world.Services.Get<UsageCleanupService>().ClearAsync(Token);
        Assert.Empty(await DaysAsync());
    }

    [Fact]
    public async Task Last_days_of_several_keys_are_read_at_once_with_the_empty_ones()
    {
        var meter = Meter(world.Services, "Aa12Bb34");
        meter.Count(null, null, null, null, TestInstallation.Start.AddDays(-30));
        meter.Count(null, null, null, null, TestInstallation.Start.AddDays(-29));
        meter.Count(null, null, null, null, TestInstallation.Start);
        meter.Count(RefusalCode.RateLimited, null, null, null, TestInstallation.Start);
        meter.Count(RefusalCode.ExpiredKey, null, null, null, TestInstallation.Start);
        meter.Count(RefusalCode.RevokedKey, null, null, null, TestInstallation.Start);
        await world.Services.Usage.FlushAsync(Token);
        var read = await world.Services.Get<UsageService>()
            .DaysAsync(world.Viewer, ["Aa12Bb34", "Zz98Yy76", "no key", "Aa12Bb34"], 30, Token);
        Assert.Equal(["Aa12Bb34", "Zz98Yy76", "no key"], read.Keys.Order(StringComparer.Ordinal));
        Assert.All(read.Values, days =>
            Assert.Equal(Enumerable.Range(0, 30).Select(day => new DateOnly(2026, 10, 23).AddDays(day)), days.Select(day => day.Day)));
        Assert.Equal(
            [new(new(2026, 10, 23), 1, 0, 0), new(new(2026, 11, 21), 1, 2, 1)],
            read["Aa12Bb34"].Where(day => day != new UsageDay(day.Day, 0, 0, 0)));
        Assert.DoesNotContain(read["Zz98Yy76"], day => day.Allowed > 0);
        Assert.Empty(await world.Services.Get<UsageService>().DaysAsync(world.Viewer, [], 30, Token));
    }

    [Fact]
    public async Task Usage_of_keys_that_the_caller_cannot_see_is_empty()
    {
        Meter(world.Services, "Aa12Bb34").Count(null, null, null, null, TestInstallation.Start);
        await world.Services.Usage.FlushAsync(Token);
        foreach (var (actor, count) in new[] { (world.Viewer, 1), (world.Stranger, 0), (Actor.Anonymous("10.0.0.1"), 0) })
        {
            Assert.Equal(count, (await world.Services.Get<UsageService>().DaysAsync(actor, ["Aa12Bb34"], 1, Token))["Aa12Bb34"]
                .Sum(day => day.Allowed));
        }
    }

    KeyMeter Meter(Services node, string keyId) => node.Usage.Meter(keyId, world.ProjectId(TestInstallation.Orders));

    async Task<List<string>> DaysAsync()
    {
        await using var context = world.Open();
        return (await context.KeyDays.OrderBy(x => x.Day).ThenBy(x => x.Outcome).ToListAsync(Token))
            .ConvertAll(row => $"{row.Day.Day} {row.Outcome} {row.Count}");
    }

    async Task AssertSumsAsync()
    {
        await using var context = world.Open();
        var sums = from row in await context.KeyHours.ToListAsync(Token)
                   group row.Count by (
                       row.KeyId, Day: new DateTimeOffset(row.Hour.UtcDateTime.Date, TimeSpan.Zero), row.Outcome, row.ProjectId) into day
                   select (day.Key, day.Sum());
        Assert.Equal(
            sums.Order(),
            (await context.KeyDays.ToListAsync(Token))
                .Select(row => ((row.KeyId, row.Day, row.Outcome, row.ProjectId), row.Count)).Order());
    }
}
