using System.Net;
using Dashboard.Core.Keys;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Usage;

public sealed class LastUsedTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("203.0.113.77", "203.0.113.0/24")]
    [InlineData("::ffff:203.0.113.77", "203.0.113.0/24")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48")]
    public void Address_is_kept_coarse(string address, string network) => Assert.Equal(network, LastUsed.Coarse(IPAddress.Parse(address)));

    [Fact]
    public async Task Newest_use_is_written_and_an_older_one_never_over_it()
    {
        await using var world = new World();
        var key = await CreateAsync(world, world.Services);
        var other = world.Run();
        world.Services.LastUsed.Note(key.KeyId, World.Start.AddMinutes(2), IPAddress.Parse("198.51.100.9"));
        other.LastUsed.Note(key.KeyId, World.Start.AddMinutes(1), IPAddress.Parse("192.0.2.9"));
        await world.Services.LastUsed.FlushAsync(Token);
        await other.LastUsed.FlushAsync(Token);
        var row = (await world.Services.Keys.GetAsync(world.Owner, key.KeyId, Token)).Value;
        Assert.Equal((World.Start.AddMinutes(2), "198.51.100.0/24"), (row.LastUsedAt!.Value, row.LastUsedFrom));
    }

    [Fact]
    public async Task Use_that_cannot_be_written_waits_for_the_graceful_stop()
    {
        var commands = new Commands();
        await using var world = new World();
        var node = world.Run(commands);
        var key = await CreateAsync(world, node);
        node.LastUsed.Note(key.KeyId, World.Start, null);
        commands.FailWhen = text => text.Contains("UPDATE", StringComparison.Ordinal);
        await node.LastUsed.StopAsync(Token); // says so in the log, and keeps it
        commands.FailWhen = _ => false;
        await node.LastUsed.StopAsync(Token);
        Assert.Equal(World.Start, (await node.Keys.GetAsync(world.Owner, key.KeyId, Token)).Value.LastUsedAt);
    }

    static async Task<KeyRow> CreateAsync(World world, Services services) =>
        (await services.Keys.CreateAsync(world.Owner, new(World.Orders, "one"), Token)).Value.Key;
}
