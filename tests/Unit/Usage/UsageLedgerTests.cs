using System.Net;
using Dashboard.Core.Credentials;
using Dashboard.Core.Keys;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Usage;

[EveryDatabase]
public sealed class UsageLedgerTests
{
    static readonly IPAddress Here = IPAddress.Parse("203.0.113.77");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("203.0.113.77", "203.0.113.0/24")]
    [InlineData("::ffff:203.0.113.77", "203.0.113.0/24")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48")]
    [InlineData("::", "::/48")]
    public void IP_address_is_stored_as_a_network(string address, string network) =>
        Assert.Equal(network, CoarseNetwork.Of(IPAddress.Parse(address)).ToText());

    [Fact]
    public void No_address_has_no_network() => Assert.Null(CoarseNetwork.Of(null).ToText());

    [Fact]
    public async Task Verifications_of_a_known_key_are_counted_by_hour_and_outcome()
    {
        await using var world = new TestInstallation();
        var key = await CreateAsync(world);
        await AskAsync(world, key, new(Permission: "read"), 3);
        await AskAsync(world, key, new(Permission: "verify"), 2);
        await AskAsync(world, key, new(Permission: "nonsense"), 1);
        world.Time.Advance(TimeSpan.FromHours(1));
        await AskAsync(world, key, new(Environments: AcceptedEnvironments.Test), 1);
        await world.Services.Keys.RevokeAsync(world.Owner, key.Key.KeyId, Token);
        await AskAsync(world, key, AccessRequirement.None, 4);
        await world.Services.Usage.FlushAsync(Token);
        world.Time.Advance(TimeSpan.FromHours(1));
        await AskAsync(world, key, AccessRequirement.None, 1);
        await world.Services.Usage.FlushAsync(Token);
        Assert.Equal(
            ["14 revoked_key 1", "13 wrong_environment 1", "13 revoked_key 4", "12 valid 3", "12 insufficient_permissions 3"],
            (await ListAsync(world, key)).Select(row => $"{row.Hour.Hour} {row.Outcome} {row.Count}"));
        await using var context = world.Open();
        Assert.Equal(
            ["read", "verify"], await context.KeyPermissionUses.OrderBy(x => x.Permission).Select(x => x.Permission).ToListAsync(Token));
    }

    [Fact]
    public async Task Concurrent_counts_are_complete_while_batches_are_written()
    {
        await using var world = new TestInstallation();
        var (one, other) = (await CreateAsync(world), await CreateAsync(world));
        var meters = new[] { one, other }.Select(
            key => world.Services.Usage.Meter(key.Key.KeyId, world.ProjectId(TestInstallation.Orders))).ToArray();
        var counting = Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                meters[i % 2]
                    .Count(i % 10 == 0 ? RefusalCode.RateLimited : null, null, Here, "curl/8", TestInstallation.Start.AddMinutes(i % 120));
            }
        }, Token)).ToArray();
        while (!Task.WhenAll(counting).IsCompleted)
        {
            await world.Services.Usage.FlushAsync(Token);
        }

        await Task.WhenAll(counting);
        await world.Services.Usage.FlushAsync(Token);
        await using var context = world.Open();
        var rows = await context.KeyHours.ToListAsync(Token);
        Assert.Equal((72_000, 8_000), (
            rows.Where(x => x.Outcome == "valid").Sum(x => x.Count), rows.Where(x => x.Outcome == "rate_limited").Sum(x => x.Count)));
        Assert.Equal(40_000, rows.Where(x => x.KeyId == one.Key.KeyId).Sum(x => x.Count));
    }

    [Fact]
    public async Task Batch_with_a_lost_response_counts_once()
    {
        var commands = new SentCommands();
        await using var world = new TestInstallation();
        var node = world.Run(commands);
        var key = await CreateAsync(world);
        var meter = node.Usage.Meter(key.Key.KeyId, world.ProjectId(TestInstallation.Orders));
        meter.Count(null, "read", Here, "curl/8", TestInstallation.Start);
        commands.FailWhen = text => text.Contains("KeyHours", StringComparison.Ordinal);
        await Assert.ThrowsAsync<DatabaseAway>(() => node.Usage.FlushAsync(Token));
        meter.Count(null, "read", Here, "curl/8", TestInstallation.Start);
        commands.FailWhen = _ => false;
        await node.Usage.FlushAsync(Token);
        Assert.Equal(2, Assert.Single(await ListAsync(world, key)).Count);

        // Simulates a lost response to the second batch: resets the node to the number of the first, so that it sends the second again.
        await using var context = world.Open();
        Assert.Equal(2, (await context.UsageNodes.SingleAsync(Token)).LastBatch);
        world.Sql("UPDATE UsageNodes SET LastBatch = 3");
        meter.Count(null, "read", Here, "curl/8", TestInstallation.Start);
        await node.Usage.FlushAsync(Token);
        Assert.Equal(2, Assert.Single(await ListAsync(world, key)).Count);
    }

    [Fact]
    public async Task Two_nodes_add_to_the_same_rows()
    {
        await using var world = new TestInstallation();
        var other = world.Run();
        var key = await CreateAsync(world);
        foreach (var (services, count) in new[] { (world.Services, 5), (other, 6), (world.Services, 7) })
        {
            var meter = services.Usage.Meter(key.Key.KeyId, world.ProjectId(TestInstallation.Orders));
            Enumerable.Range(0, count).ToList().ForEach(_ => meter.Count(null, null, Here, null, TestInstallation.Start));
            await services.Usage.FlushAsync(Token);
        }

        Assert.Equal(18, Assert.Single(await ListAsync(world, key)).Count);
    }

    [Fact]
    public async Task Clients_are_stored_by_network_and_family_and_evicted_by_age()
    {
        await using var world = new TestInstallation();
        var key = await CreateAsync(world);
        var meter = world.Services.Usage.Meter(key.Key.KeyId, world.ProjectId(TestInstallation.Orders));
        meter.Count(null, null, Here, "curl/8.0", TestInstallation.Start);
        meter.Count(RefusalCode.RevokedKey, null, IPAddress.Parse("203.0.113.1"), "curl/9.1", TestInstallation.Start.AddMinutes(3));
        meter.Count(null, null, Here, new string('x', 5_000), TestInstallation.Start);
        meter.Count(null, null, null, null, TestInstallation.Start.AddMinutes(1));
        await world.Services.Usage.FlushAsync(Token);
        meter.Count(null, null, Here, "curl/8.0", TestInstallation.Start.AddMinutes(9));
        await world.Services.Usage.FlushAsync(Token);
        Assert.Equal(
            ["203.0.113.0/24 curl 0 9", "203.0.113.0/24 other 0 0", "unknown unknown 1 1"],
            (await ClientsAsync(world)).Select(x => $"{x.Network} {x.Client} {x.FirstSeenAt.Minute} {x.LastSeenAt.Minute}"));

        for (var i = 0; i < 60; i++)
        {
            meter.Count(null, null, new IPAddress([10, 0, (byte)i, 1]), "curl/8.0", TestInstallation.Start.AddMinutes(20 + (i / 15)));
            if (i % 15 == 14)
            {
                await world.Services.Usage.FlushAsync(Token);
            }
        }

        var kept = await ClientsAsync(world);
        Assert.Equal(50, kept.Count);
        Assert.DoesNotContain(kept, x => x.LastSeenAt < TestInstallation.Start.AddMinutes(20));
        Assert.Contains(kept, x => x.Network == "10.0.59.0/24");
    }

    [Fact]
    public async Task Newest_use_is_written_and_an_older_one_never_over_it()
    {
        await using var world = new TestInstallation();
        var key = await CreateAsync(world);
        var other = world.Run();
        Use(world, world.Services, key, TestInstallation.Start.AddMinutes(2), "198.51.100.9");
        Use(world, other, key, TestInstallation.Start.AddMinutes(1), "192.0.2.9");
        await world.Services.Usage.FlushAsync(Token);
        await other.Usage.FlushAsync(Token);
        var row = (await world.Services.Keys.GetAsync(world.Owner, key.Key.KeyId, Token)).Value;
        Assert.Equal((TestInstallation.Start.AddMinutes(2), "198.51.100.0/24"), (row.LastUsedAt!.Value, row.LastUsedFrom));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Use_without_an_address_leaves_the_network_of_the_last_one(bool inOneBatch)
    {
        await using var world = new TestInstallation();
        var key = await CreateAsync(world);
        Use(world, world.Services, key, TestInstallation.Start.AddMinutes(1), "198.51.100.9");
        if (!inOneBatch)
        {
            await world.Services.Usage.FlushAsync(Token);
        }

        Use(world, world.Services, key, TestInstallation.Start.AddMinutes(2), null);
        await world.Services.Usage.FlushAsync(Token);
        var row = (await world.Services.Keys.GetAsync(world.Owner, key.Key.KeyId, Token)).Value;
        Assert.Equal((TestInstallation.Start.AddMinutes(2), "198.51.100.0/24"), (row.LastUsedAt!.Value, row.LastUsedFrom));
    }

    /// <summary>A first use is stored with milliseconds, later ones with seconds.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    public async Task Last_use_within_a_second_wins_and_time_does_not_go_back(int written)
    {
        await using var world = new TestInstallation();
        var key = await CreateAsync(world);
        var first = TestInstallation.Start.AddMilliseconds(written);
        world.Sql($"UPDATE ApiKeys SET LastUsedAt = {first.ToUnixTimeMilliseconds()}, LastUsedOrder = {first.ToUnixTimeMilliseconds()}, LastUsedFrom = '127.0.0.0/24'");
        Use(world, world.Services, key, TestInstallation.Start.AddMilliseconds(900), "203.0.113.9");
        await world.Services.Usage.FlushAsync(Token);
        var row = (await world.Services.Keys.GetAsync(world.Owner, key.Key.KeyId, Token)).Value;
        Assert.Equal((first, "203.0.113.0/24"), (row.LastUsedAt!.Value, row.LastUsedFrom));
    }

    [Fact]
    public async Task Last_use_in_the_future_does_not_stay_after_the_clock_was_set_back()
    {
        await using var world = new TestInstallation();
        var key = await CreateAsync(world);
        Use(world, world.Services, key, TestInstallation.Start, "203.0.113.9");
        await world.Services.Usage.FlushAsync(Token);
        var future = TestInstallation.Start.AddHours(7).ToUnixTimeMilliseconds();
        world.Sql($"UPDATE ApiKeys SET LastUsedAt = {future}, LastUsedOrder = {future}");
        world.Sql($"UPDATE KeyClients SET LastSeenAt = {future}");
        world.Time.Advance(TimeSpan.FromMinutes(2));
        Use(world, world.Services, key, TestInstallation.Start.AddMinutes(2), "203.0.113.9");
        await world.Services.Usage.FlushAsync(Token);
        Assert.Equal(
            TestInstallation.Start.AddMinutes(2), (await world.Services.Keys.GetAsync(world.Owner, key.Key.KeyId, Token)).Value.LastUsedAt);
        await using var context = world.Open();
        Assert.Equal(TestInstallation.Start.AddMinutes(2), (await context.KeyClients.SingleAsync(Token)).LastSeenAt);
        Assert.Equal(TestInstallation.Start.AddMinutes(2), (await context.Keys.SingleAsync(Token)).LastUsedOrder);
    }

    [Fact]
    public async Task Refused_request_does_not_count_as_use()
    {
        await using var world = new TestInstallation();
        var key = await CreateAsync(world);
        world.Services.Usage.Meter(key.Key.KeyId, world.ProjectId(TestInstallation.Orders))
            .Count(RefusalCode.IpNotAllowed, null, Here, null, TestInstallation.Start);
        await world.Services.Usage.FlushAsync(Token);
        Assert.Null((await world.Services.Keys.GetAsync(world.Owner, key.Key.KeyId, Token)).Value.LastUsedAt);
    }

    [Fact]
    public async Task Use_that_cannot_be_written_waits_for_the_graceful_stop()
    {
        var commands = new SentCommands();
        await using var world = new TestInstallation();
        var node = world.Run(commands);
        var key = await CreateAsync(world);
        Use(world, node, key, TestInstallation.Start, "198.51.100.9");
        commands.FailWhen = text => text.Contains("UsageNodes", StringComparison.Ordinal);
        await node.Usage.StopAsync(Token); // logs the failure and keeps the batch
        commands.FailWhen = _ => false;
        Use(world, node, key, TestInstallation.Start, "198.51.100.9");
        await node.Usage.StopAsync(Token);
        Assert.Equal(TestInstallation.Start, (await node.Keys.GetAsync(world.Owner, key.Key.KeyId, Token)).Value.LastUsedAt);
        Assert.Equal(2, Assert.Single(await ListAsync(world, key)).Count);
    }

    [Fact]
    public async Task Batch_with_a_key_missing_after_a_restore_is_written()
    {
        await using var world = new TestInstallation();
        var key = await CreateAsync(world);
        world.Services.Usage.Meter("Gone1234", 77).Count(null, "read", Here, null, TestInstallation.Start);
        Use(world, world.Services, key, TestInstallation.Start, "198.51.100.9");
        await world.Services.Usage.FlushAsync(Token);
        Assert.Single(await ListAsync(world, key));
    }

    [Fact]
    public async Task Usage_older_than_400_days_is_deleted()
    {
        await using var world = new TestInstallation();
        var key = await CreateAsync(world);
        Use(world, world.Services, key, TestInstallation.Start, "198.51.100.9");
        await world.Services.Usage.FlushAsync(Token);
        world.Time.Advance(TimeSpan.FromDays(399));
        Assert.Equal(1, await world.Services.Get<UsageCleanupService>().ClearAsync(Token)); // the row of the node
        Assert.Single(await ListAsync(world, key));
        world.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(3, await world.Services.Get<UsageCleanupService>().ClearAsync(Token)); // the hour, the day and the client
        Assert.Empty(await ListAsync(world, key));
    }

    [Fact]
    public async Task List_is_paged_filtered_and_hidden_from_strangers()
    {
        await using var world = new TestInstallation();
        var (one, other) = (await CreateAsync(world), await CreateAsync(world));
        for (var hour = 0; hour < 3; hour++)
        {
            Use(world, world.Services, one, TestInstallation.Start.AddHours(hour), "198.51.100.9");
            Use(world, world.Services, other, TestInstallation.Start.AddHours(hour), "198.51.100.9");
        }

        await world.Services.Usage.FlushAsync(Token);
        var service = world.Services.Get<UsageService>();
        var (rows, cursor) = (new List<UsageSummary>(), default(string));
        do
        {
            var page = (await service.ListAsync(world.Viewer, new(TestInstallation.Orders, Cursor: cursor, Limit: 4), Token)).Value;
            rows.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal(6, rows.Distinct().Count());
        Assert.Equal(rows.Select(x => x.Hour).OrderDescending(), rows.Select(x => x.Hour));
        var narrow =
            new UsageQuery(TestInstallation.Orders, one.Key.KeyId, TestInstallation.Start.AddHours(1), TestInstallation.Start.AddHours(2));
        Assert.Equal(
            TestInstallation.Start.AddHours(1), Assert.Single((await service.ListAsync(world.Viewer, narrow, Token)).Value.Items).Hour);
        Assert.Empty((await service.ListAsync(world.Viewer, new(TestInstallation.Orders, "no key"), Token)).Value.Items);
        Assert.Equal(
            Core.Common.ErrorCode.NotFound, (await service.ListAsync(world.Stranger, new(TestInstallation.Orders), Token)).Error?.Code);
        Assert.Equal(Core.Common.ErrorCode.InvalidRequest,
            (await service.ListAsync(world.Viewer, new(TestInstallation.Orders, Limit: 0), Token)).Error?.Code);
    }

    static void Use(TestInstallation world, Services services, IssuedKey key, DateTimeOffset at, string? address) =>
        services.Usage.Meter(key.Key.KeyId, world.ProjectId(TestInstallation.Orders))
            .Count(null, null, address is null ? null : IPAddress.Parse(address), null, at);

    static async Task<IssuedKey> CreateAsync(TestInstallation world) =>
        (await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "one"), Token)).Value;

    static async Task AskAsync(TestInstallation world, IssuedKey key, AccessRequirement requirement, int times)
    {
        var credential = PresentedKeys.Key(key);
        for (var i = 0; i < times; i++)
        {
            await world.Services.Verifier.VerifyAsync(credential, requirement, Here, Token);
        }
    }

    static async Task<IReadOnlyList<UsageSummary>> ListAsync(TestInstallation world, IssuedKey key) =>
        (await world.Services.Get<UsageService>().ListAsync(world.Viewer, new(TestInstallation.Orders, key.Key.KeyId), Token)).Value.Items;

    static async Task<List<KeyClient>> ClientsAsync(TestInstallation world)
    {
        await using var context = world.Open();
        return await context.KeyClients.OrderBy(x => x.Network).ThenBy(x => x.Client).ToListAsync(Token);
    }
}
