using Dashboard.Bench.Soak;
using Dashboard.Core.Data;
using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.E2E.Verification;

/// <summary>A small version of <c>bench</c>, with the same code.</summary>
[Collection(typeof(SerialCollection))]
public sealed class SoakTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flood_of_unknown_keys_asks_the_database_no_more_and_turns_no_good_key_away()
    {
        var reads = new ReadCount();
        await using var product = new Product().With("Keys:MaxActivePerProject", "1000")
            .With(services => services.ConfigureDbContext<SqliteContext>(options => options.AddInterceptors(reads)));
        product.Start();
        var project = await product.AddProjectAsync("Flooded");
        var keys = new List<string>();
        for (var i = 0; i < 90; i++)
        {
            keys.Add((await product.AddKeyAsync(project, $"key {i}")).Secret.Reveal());
        }

        await using (var context = await People.OpenAsync(product))
        {
            // Uses the keys once, so that writing their first use is not counted.
            var at = DateTimeOffset.UnixEpoch.AddDays(1);
            await context.Keys.ExecuteUpdateAsync(set => set.SetProperty(key => key.LastUsedAt, at).SetProperty(key => key.LastUsedOrder, at), Token);
        }

        foreach (var key in keys[..5])
        {
            await using var connection = await Connection.OpenAsync(product.Url, Token);
            await connection.SendAsync(Load.Get("/forward-auth", key), 200, Token);
        }

        var result = await Flood.RunAsync(product.Url, keys[..5], keys[5..], () => Task.FromResult(reads.Value), 400, TimeSpan.FromSeconds(3), Token);

        Assert.InRange(result.ReadsPerSecond, 1, 25); // 21 per second, and a few for writing usage
        Assert.True(result is { Unknown: > 200, Good: > 50, Fresh: > 10 }, $"{result}");
    }
}
