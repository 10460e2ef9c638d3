using Dashboard.Core.Projects;
using Dashboard.Shared;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Projects;

[EveryDatabase]
public sealed class ResourceListTests : IAsyncDisposable
{
    static readonly string[] ids = ["delta", "Alpha", "charlie", "alpha", "Bravo", "ALPHA", "echo"];

    readonly TestInstallation world = new();

    public ResourceListTests()
    {
        foreach (var id in ids)
        {
            world.AddResource(TestInstallation.Orders, "workflow", id);
        }
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Theory]
    [InlineData(ResourceSort.CreatedAt, true, "echo ALPHA Bravo alpha charlie Alpha delta")] // equal times: insertion order
    [InlineData(ResourceSort.CreatedAt, false, "delta Alpha charlie alpha Bravo ALPHA echo")]
    [InlineData(ResourceSort.Name, false, "Alpha alpha ALPHA Bravo charlie delta echo")]
    [InlineData(ResourceSort.Name, true, "echo delta charlie Bravo ALPHA alpha Alpha")]
    public async Task Pages_of_any_size_are_in_order_and_complete(ResourceSort sort, bool descending, string expected)
    {
        foreach (var limit in new[] { 1, 2, 3, 7, 8 })
        {
            var listed = new List<string>();
            var query = new ResourceQuery(TestInstallation.Orders, Limit: limit, Sort: sort, Descending: descending);
            do
            {
                var page = (await world.Services.Resources.ListAsync(world.Viewer, query, Token)).Value;
                Assert.InRange(page.Items.Count, 1, limit);
                listed.AddRange(page.Items.Select(row => row.Id));
                query = query with { Cursor = page.NextCursor };
            }
            while (query.Cursor is not null);
            Assert.Equal(expected, string.Join(' ', listed));
        }
    }

    [Fact]
    public async Task Kinds_are_counted_in_the_order_of_the_catalog()
    {
        world.AddResource(TestInstallation.Orders, "agent", "one");
        world.AddResource(TestInstallation.Billing, "gateway", "of another project");
        Assert.Equal([("workflow", 7), ("agent", 1)], (
            await world.Services.Resources.CountKindsAsync(world.Viewer, TestInstallation.Orders, Token)).Value);
        Assert.Equal(ErrorCode.NotFound,
            (await world.Services.Resources.CountKindsAsync(world.Stranger, TestInstallation.Orders, Token)).Error?.Code);
    }

    [Theory]
    [InlineData("", "Alpha alpha ALPHA Bravo charlie delta echo")]
    [InlineData("ph", "Alpha alpha ALPHA")]
    public async Task Picker_offers_resources_a_to_z(string term, string expected)
    {
        var page = await world.Services.Resources.PickAsync(world.Viewer, TestInstallation.Orders, term, Token);
        Assert.Equal(expected, string.Join(' ', page.Items.Select(item => item.Name)));
    }

    [Fact]
    public async Task Picker_reads_all_of_a_kind_or_as_many_as_are_asked_for()
    {
        for (var number = 0; number < 250; number++)
        {
            world.AddResource(TestInstallation.Orders, "agent", $"a-{number}");
        }

        var agents = (await world.Services.Resources.PickAsync(world.Viewer, TestInstallation.Orders, "", Token)).Groups.Single(
            group => group.Noun == "agents");
        Assert.Equal(250, agents.Total);
        foreach (var most in new[] { 1, 200, 201, 250, 1000 })
        {
            var items = await agents.LoadAsync(most, Token);
            Assert.Equal(Math.Min(most, 250), items.DistinctBy(item => item.Value)
                .Count(item => item.Value.StartsWith("agent:", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Cursor_is_valid_for_its_own_order_only()
    {
        var query = new ResourceQuery(TestInstallation.Orders, Limit: 1, Sort: ResourceSort.Name, Descending: false);
        var cursor = (await world.Services.Resources.ListAsync(world.Viewer, query, Token)).Value.NextCursor;
        foreach (var other in new[] { query with { Descending = true }, query with { Sort = ResourceSort.CreatedAt },
            query with { Search = "a" } })
        {
            Assert.Equal("cursor", Assert.Single(
                (await world.Services.Resources.ListAsync(world.Viewer, other with { Cursor = cursor }, Token)).Error!.Errors!).Key);
        }
    }
}
