using System.Net;
using Dashboard.Bench.Soak;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Keys;

/// <summary>What holds between processes on one database.</summary>
[Collection(typeof(SerialCollection))]
[Trait("database", "every")]
public sealed class TwoProcessTests(TwoProcessTests.Nodes nodes) : IClassFixture<TwoProcessTests.Nodes>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fifty_creates_at_once_through_two_processes_give_ten_keys()
    {
        using var one = await Caller.SignInAsync(nodes.First.Url, Token);
        using var other = await Caller.SignInAsync(nodes.Second.Url, Token);
        var project = await one.AddProjectAsync("Full", Token);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 50).Select(i => (i % 2 == 0 ? one : other).CreateKeyAsync(new { name = $"key {i}", project }, Token)));

        Assert.Equal(10, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.Equal(
            40, answers.Count(answer => answer.Status == HttpStatusCode.Conflict && (string?)answer.Body["code"] == "key_limit_reached"));
        Assert.Equal(10, (await one.GetAsync($"/api/keys?project={project}", Token))["items"]!.AsArray().Count);
    }

    /// <summary>In small what <c>bench</c> does at full size, by the same code.</summary>
    [Fact]
    public async Task Key_revoked_in_one_process_is_refused_by_another_within_two_seconds()
    {
        using var owner = await Caller.SignInAsync(nodes.First.Url, Token);
        var project = await owner.AddProjectAsync("Revoked", Token);
        var keys = new List<(string Id, string Raw)>();
        for (var i = 0; i < 9; i++)
        {
            var key = (await owner.CreateKeyAsync(new { name = $"key {i}", project }, Token)).Body;
            keys.Add(((string)key["key_id"]!, (string)key["raw_key"]!));
        }

        await RevokeAsync(keys[..1]); // what is done for the first time is slow
        Assert.All(await RevokeAsync(keys[1..]), time => Assert.InRange(time, TimeSpan.Zero, TimeSpan.FromSeconds(2)));

        Task<IReadOnlyList<TimeSpan>> RevokeAsync(List<(string Id, string Raw)> some) => Revocations.RunAsync(
            nodes.Second.Url, some.ConvertAll(key => key.Raw), async i =>
                (await owner.DeleteAsync($"/api/keys/{some[i].Id}", Token)).EnsureSuccessStatusCode().Dispose(), 4, Token);
    }

    public sealed class Nodes : IAsyncLifetime
    {
        readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

        public ProductProcess First { get; private set; } = null!;

        public ProductProcess Second { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var starts = await Task.WhenAll(ProductProcess.StartWithOwnerAsync(folder), ProductProcess.StartWithOwnerAsync(folder));
            (First, Second) = (starts[0], starts[1]);
        }

        public async ValueTask DisposeAsync()
        {
            await First.DisposeAsync();
            await Second.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }
}
