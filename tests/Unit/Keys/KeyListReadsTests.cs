using Dashboard.Bench;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

/// <summary>A page costs the same with ten times as many keys: only rows that are shown are read. <c>bench lists</c> measures it with
/// 10,000.</summary>
[SqliteOnly("counts what SQLite reads")]
public sealed class KeyListReadsTests
{
    const int Few = 200;
    const int Rows = 25;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_among_ten_times_as_many_keys_reads_as_much()
    {
        var few = await ReadAsync(Few);
        var many = await ReadAsync(Few * 10);
        Assert.NotEmpty(few);
        Assert.Equal(few.Select(read => (read.Name, read.Read.Sql, read.Read.Shown)), many.Select(
            read => (read.Name, read.Read.Sql, read.Read.Shown)));
        Assert.All(few.Zip(many), pair =>
        {
            Assert.Equal(0, pair.Second.Read.Scanned);
            // An index search may take a few steps more or less.
            Assert.True(pair.Second.Read.Steps <= pair.First.Read.Steps * 1.05,
                $"{pair.First.Name}: {pair.First.Read.Steps} -> {pair.Second.Read.Steps}\n{pair.First.Read.Sql}");
        });
    }

    [Fact]
    public async Task Steps_tell_a_query_that_reads_more_than_it_shows()
    {
        var (few, many) = (await CountAsync(Few), await CountAsync(Few * 10));
        Assert.True(many.Steps > few.Steps * 8, $"{few.Steps} -> {many.Steps}");
    }

    static async Task<RowRead> CountAsync(int keys)
    {
        await using var world = new TestInstallation();
        var (node, reads) = Fill(world, keys);
        await node.KeyLists.CountAsync(world.Viewer, new(TestInstallation.Orders), Token);
        return reads.Seen.Single(read => read.Sql.Contains("COUNT(*)", StringComparison.Ordinal));
    }

    static async Task<List<(string Name, RowRead Read)>> ReadAsync(int keys)
    {
        await using var world = new TestInstallation();
        var (node, reads) = Fill(world, keys);
        var all = new List<(string, RowRead)>();
        foreach (var sort in Enum.GetValues<KeySort>())
        {
            foreach (var descending in new[] { false, true })
            {
                var query = new KeyQuery(TestInstallation.Orders, Limit: Rows, Sort: sort, Descending: descending);
                foreach (var page in new[] { "first", "second" })
                {
                    reads.Forget();
                    var shown = (await node.KeyLists.ListAsync(world.Viewer, query, Token)).Value;
                    Assert.Equal(Rows, shown.Items.Count);
                    all.AddRange(reads.Seen.Select(read => ($"{sort}, descending {descending}, {page} page", read)));
                    query = query with { Cursor = shown.NextCursor };
                }
            }
        }

        return all;
    }

    static (Services Node, RowReads Reads) Fill(TestInstallation world, int keys)
    {
        var project = world.ProjectId(TestInstallation.Orders);
        using (var context = world.Open())
        {
            context.AddRange(Enumerable.Range(0, keys).Select(i => new ApiKey
            {
                KeyId = $"K{i:D7}",
                Hash = KeyHash.Of($"{i}"),
                Prefix = $"nk_live_K{i:D7}",
                ProjectId = project,
                Name = $"Key {i:D7}",
                Environment = i % 2 == 0 ? KeyEnvironment.Test : KeyEnvironment.Live,
                State = KeyState.Active,
                Permissions = "read",
                AllResources = true,
                OwnerType = PartyType.User,
                OwnerId = world.Developer.Id,
                CreatedBy = world.Developer.Id,
                CreatedAt = TestInstallation.Start.AddMinutes(i),
                LastUsedAt = TestInstallation.Start.AddMinutes(i),
                ExpiresAt = TestInstallation.Start.AddYears(1).AddMinutes(i),
            }));
            context.SaveChanges();
            world.CountKeys();
        }

        var reads = new RowReads();
        return (world.Run(reads), reads);
    }
}
