using System.Net;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Keys;

/// <summary>Several processes on one database, and restarts.</summary>
public sealed class TwoProcessTests : IDisposable
{
    static readonly string[] Templates = ["nk_{env}_{id:8}_{secret:32}", "nk_{env}_{hex:64}", "ak-{uuid}{secret:32}", "sk_{env}_{secret:32}"];

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    [Fact]
    public async Task Fifty_creates_at_once_through_two_processes_give_ten_keys()
    {
        var token = TestContext.Current.CancellationToken;
        await using var first = await ProductProcess.StartAsync(folder);
        await using var second = await ProductProcess.StartAsync(folder);
        using var one = await Caller.SignInAsync(first.Url, token);
        using var other = await Caller.SignInAsync(second.Url, token);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => (i % 2 == 0 ? one : other).CreateKeyAsync(new { name = $"key {i}" }, token)));

        Assert.Equal(10, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.Equal(40, answers.Count(answer => answer.Status == HttpStatusCode.Conflict && (string?)answer.Body["code"] == "key_limit_reached"));
        Assert.Equal(10, (await one.GetAsync("/api/keys", token))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task Key_of_every_template_works_on_after_the_template_changed_and_the_product_restarted()
    {
        var token = TestContext.Current.CancellationToken;
        var minted = new List<(string Id, string Raw)>();
        foreach (var template in Templates)
        {
            await using var product = await ProductProcess.StartAsync(folder, ("Keys:Template", template));
            using var owner = await Caller.SignInAsync(product.Url, token);
            var (status, key) = await owner.CreateKeyAsync(new { name = template, environment = "test" }, token);
            Assert.Equal(HttpStatusCode.Created, status);
            minted.Add(((string)key["key_id"]!, (string)key["raw_key"]!));
            foreach (var (id, raw) in minted)
            {
                var (answer, body) = await Caller.PresentAsync(product.Url, raw, token);
                Assert.Equal((HttpStatusCode.OK, id), (answer, (string?)body["key_id"]));
            }
        }
    }

    [Fact]
    public async Task Key_that_was_answered_is_there_after_a_kill()
    {
        var token = TestContext.Current.CancellationToken;
        string raw;
        await using (var product = await ProductProcess.StartAsync(folder))
        {
            using var owner = await Caller.SignInAsync(product.Url, token);
            raw = (string)(await owner.CreateKeyAsync(new { name = "survivor" }, token)).Body["raw_key"]!;
            await product.KillAsync();
        }

        await using var again = await ProductProcess.StartAsync(folder);
        Assert.Equal(HttpStatusCode.OK, (await Caller.PresentAsync(again.Url, raw, token)).Status);
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }
}
