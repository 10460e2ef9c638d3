using System.Net;
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
            await context.Keys.ExecuteUpdateAsync(
                set => set.SetProperty(key => key.LastUsedAt, at).SetProperty(key => key.LastUsedOrder, at), Token);
        }

        foreach (var key in keys[..5])
        {
            await using var connection = await Connection.OpenAsync(product.Url, Token);
            await connection.SendAsync(Load.Get("/forward-auth", key), 200, Token);
        }

        var result = await Flood.RunAsync(
            product.Url, keys[..5], keys[5..], () => Task.FromResult(reads.Value), 400, TimeSpan.FromSeconds(3), Token);

        Assert.InRange(result.ReadsPerSecond, 1, 25); // 21 per second, and a few for writing usage
        Assert.True(result is { Unknown: > 200, Good: > 50, Fresh: > 10 }, $"{result}");
    }

    /// <summary>Small: the limit is far above what an idle machine takes, and far below what a stopped one would.</summary>
    [Fact]
    public async Task Known_key_is_answered_while_writers_wait_for_a_lock_create_and_delete()
    {
        await using var product = new Product().With("Keys:MaxActivePerProject", "1000");
        product.Start();
        using var owner = await Caller.SignInAsync(product.Url, Token);
        var known = (string)(await owner.CreateKeyAsync(new { name = "known" }, Token)).Body["raw_key"]!;
        var large = await product.AddProjectAsync("Large");
        for (var i = 0; i < 100; i++)
        {
            await product.AddKeyAsync(large, $"key {i}");
        }

        var file = Path.Combine(product.Folder.FullName, "latchkey.db");
        var (waited, answers) = await Stalls.LockAsync(product.Url, file, known, CreateAsync, 16, TimeSpan.FromSeconds(2), Token);
        Assert.All(answers, status => Assert.Equal(HttpStatusCode.Created, status)); // as soon as the lock was free
        Assert.InRange(waited.Longest, TimeSpan.Zero, TimeSpan.FromSeconds(1));

        var creating = await Stalls.WatchAsync(product.Url, known, () => Task.WhenAll(Enumerable.Range(0, 20).Select(CreateAsync)), Token);
        Assert.InRange(creating.Longest, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        var deleting = await Stalls.WatchAsync(
            product.Url, known, async () => (await owner.DeleteAsync($"/api/projects/{large}", Token)).EnsureSuccessStatusCode(), Token);
        Assert.InRange(deleting.Longest, TimeSpan.Zero, TimeSpan.FromSeconds(1));

        async Task<HttpStatusCode> CreateAsync(int i) =>
            (await owner.CreateKeyAsync(new { name = $"key {i}", project = "my-organization/default" }, Token)).Status;
    }

    [Fact]
    public async Task Nothing_is_acknowledged_after_the_database_file_was_swapped()
    {
        await using var product = new Product();
        product.Start();
        using var owner = await Caller.SignInAsync(product.Url, Token);
        Assert.Equal(HttpStatusCode.Created, (await owner.CreateKeyAsync(new { name = "before" }, Token)).Status);
        var (ready, answers) = await Stalls.SwapAsync(
            product.Url, Path.Combine(product.Folder.FullName, "latchkey.db"), async i =>
                (await owner.CreateKeyAsync(new { name = $"lost {i}" }, Token)).Status, 5, Token);
        Assert.All(answers, status => Assert.Equal(HttpStatusCode.ServiceUnavailable, status));
        Assert.InRange(ready, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }
}
