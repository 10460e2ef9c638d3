using Dashboard.Core.Projects;
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
    public async Task Cursor_is_valid_for_its_own_order_only()
    {
        var query = new ResourceQuery(TestInstallation.Orders, Limit: 1, Sort: ResourceSort.Name, Descending: false);
        var cursor = (await world.Services.Resources.ListAsync(world.Viewer, query, Token)).Value.NextCursor;
        foreach (var other in new[] { query with { Descending = true }, query with { Sort = ResourceSort.CreatedAt }, query with { Search = "a" } })
        {
            Assert.Equal("cursor", Assert.Single((await world.Services.Resources.ListAsync(world.Viewer, other with { Cursor = cursor }, Token)).Error!.Errors!).Key);
        }
    }
}
