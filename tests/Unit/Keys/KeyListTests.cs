using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class KeyListTests : IAsyncDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    readonly TestInstallation world = new();

    public static TheoryData<KeySort, bool> Orders { get; } =
        new(Enum.GetValues<KeySort>().SelectMany(sort => new[] { (sort, false), (sort, true) }).ToArray());

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Pages_show_every_key_once_and_in_order_whatever_is_equal(KeySort sort, bool descending)
    {
        // Ten consecutive equal keys across all four partitions of the list.
        var keys = AddKeys(60, (i, key) => key with
        {
            Name = $"name {i / 10}",
            CreatedAt = TestInstallation.Start.AddMinutes(i / 10),
            LastUsedAt = i / 10 == 3 ? null : TestInstallation.Start.AddMinutes(i / 10),
            ExpiresAt = i / 10 == 3 ? null : TestInstallation.Start.AddDays(100 + (i / 10)),
            Test = i % 2 == 0,
            Revoked = i % 3 == 0,
        });
        foreach (var limit in new[] { 1, 7, 10, 59, 60, 200 })
        {
            var shown = await WalkAsync(
                new(TestInstallation.Orders, IncludeRevoked: true, Limit: limit, Sort: sort, Descending: descending));
            Assert.Equal(keys.Select(key => key.Id).Order(), shown.Select(key => key.KeyId).Order());
            var places = shown.Select(key => sort switch
            {
                KeySort.Name => key.Name,
                KeySort.LastUsedAt => Text(key.LastUsedAt ?? DateTimeOffset.MinValue),
                KeySort.ExpiresAt => Text(key.ExpiresAt ?? DateTimeOffset.MaxValue),
                _ => Text(key.CreatedAt),
            } + key.KeyId).ToList();
            Assert.Equal(descending ? places.OrderDescending(StringComparer.Ordinal) : places.Order(StringComparer.Ordinal), places);
        }
    }

    [Fact]
    public async Task List_is_newest_first_by_default()
    {
        AddKeys(3, (i, key) => key with { CreatedAt = TestInstallation.Start.AddMinutes(i) });
        Assert.Equal(["2", "1", "0"], (await WalkAsync(new(TestInstallation.Orders))).Select(key => key.Name));
    }

    [Fact]
    public async Task Names_are_sorted_without_regard_to_case_and_accents()
    {
        var names = new[] { "beta", "Alpha", "alpha", "Gamma", "BETA", "Ärger" };
        AddKeys(names.Length, (i, key) => key with { Name = names[i] });
        foreach (var limit in new[] { 1, 2, 6 })
        {
            var shown = await WalkAsync(new(TestInstallation.Orders, Limit: limit, Sort: KeySort.Name, Descending: false));
            Assert.Equal(["ALPHA", "ALPHA", "ÄRGER", "BETA", "BETA", "GAMMA"], shown.Select(key => key.Name.ToUpperInvariant()));
        }
    }

    [Theory]
    [InlineData(false, "never", "early", "late")]
    [InlineData(true, "late", "early", "never")]
    public async Task Key_that_was_never_used_counts_as_used_before_all_others(bool descending, params string[] names)
    {
        AddKeys(3, (i, key) => key with
        {
            Name = new[] { "late", "never", "early" }[i],
            LastUsedAt = i == 1
            ? null : TestInstallation.Start.AddDays(i == 0 ? 2 : 1)
        });
        Assert.Equal(names, (await WalkAsync(new(TestInstallation.Orders, Sort: KeySort.LastUsedAt, Descending: descending)))
            .Select(key => key.Name));
    }

    [Theory]
    [InlineData(false, "early", "late", "never")]
    [InlineData(true, "never", "late", "early")]
    public async Task Key_that_never_expires_comes_after_all_dates(bool descending, params string[] names)
    {
        AddKeys(3, (i, key) => key with
        {
            Name = new[] { "late", "never", "early" }[i],
            ExpiresAt = i == 1
            ? null : TestInstallation.Start.AddDays(i == 0 ? 2 : 1)
        });
        Assert.Equal(names, (await WalkAsync(new(TestInstallation.Orders, Sort: KeySort.ExpiresAt, Descending: descending)))
            .Select(key => key.Name));
    }

    [Theory]
    [InlineData(null, false, "live,test")]
    [InlineData(KeyEnvironment.Live, false, "live")]
    [InlineData(KeyEnvironment.Test, false, "test")]
    [InlineData(null, true, "live,revoked live,revoked test,test")]
    [InlineData(KeyEnvironment.Live, true, "live,revoked live")]
    [InlineData(KeyEnvironment.Test, true, "revoked test,test")]
    public async Task Filters_select_environment_and_revoked_keys_and_match_the_count(
        KeyEnvironment? environment, bool revoked, string names)
    {
        AddKeys(4, (i, key) =>
            key with { Name = new[] { "live", "test", "revoked live", "revoked test" }[i], Test = i % 2 == 1, Revoked = i > 1 });
        var query = new KeyQuery(TestInstallation.Orders, revoked, Environment: environment);
        Assert.Equal(names, string.Join(',', (await WalkAsync(query)).Select(key => key.Name).Order(StringComparer.Ordinal)));
        Assert.Equal(names.Split(',').Length, (await world.Services.KeyLists.CountAsync(world.Viewer, query, Token)).Value);
    }

    [Theory]
    [InlineData("cken", "Backend")]
    [InlineData("BACK", "Backend")]
    [InlineData("nk_live_0000000", "Backend,100%,a_b")]
    [InlineData("00000001", "100%")]
    [InlineData("live_0000", "")]
    [InlineData("%", "100%")]
    [InlineData("_", "a_b")]
    [InlineData("  ", "Backend,100%,a_b")]
    [InlineData("x", "")]
    public async Task Search_matches_parts_of_names_and_starts_of_identifiers(string search, string names)
    {
        AddKeys(3, (i, key) => key with { Name = new[] { "Backend", "100%", "a_b" }[i] });
        var query = new KeyQuery(TestInstallation.Orders, Search: search, Limit: 2, Descending: false);
        var shown = await WalkAsync(query);
        Assert.Equal(names, string.Join(',', shown.Select(key => key.Name)));
        Assert.Equal(shown.Count, (await world.Services.KeyLists.CountAsync(world.Viewer, query, Token)).Value);
    }

    [Fact]
    public async Task Cursor_is_valid_for_its_own_filter_and_order_only()
    {
        AddKeys(3, (_, key) => key);
        var query = new KeyQuery(TestInstallation.Orders, Limit: 1);
        var cursor = (await world.Services.KeyLists.ListAsync(world.Viewer, query, Token)).Value.NextCursor;
        foreach (var other in new[]
        {
            query with { Sort = KeySort.Name }, query with { Sort = KeySort.LastUsedAt },
                query with { Sort = KeySort.ExpiresAt }, query with { Descending = false },
            query with { IncludeRevoked = true }, query with { Environment = KeyEnvironment.Live }, query with { Search = "0" },
        })
        {
            var fault = (await world.Services.KeyLists.ListAsync(world.Viewer, other with { Cursor = cursor }, Token)).Error;
            Assert.Equal((ErrorCode.InvalidRequest, "cursor"), (fault!.Code, fault.Errors!.Keys.Single()));
        }

        Assert.True((await world.Services.KeyLists.ListAsync(world.Viewer, query with { Cursor = cursor, Limit = 2 }, Token)).Succeeded);
    }

    [Fact]
    public async Task Longest_name_of_the_longest_letters_makes_a_cursor_that_is_read_back()
    {
        AddKeys(3, (_, key) => key with { Name = string.Concat(Enumerable.Repeat("𝔸", 100)) });
        Assert.Equal(3, (await WalkAsync(new(TestInstallation.Orders, Limit: 1, Sort: KeySort.Name))).Count);
    }

    [Fact]
    public async Task Key_used_while_paging_is_repeated_at_most_and_none_is_lost()
    {
        AddKeys(10, (i, key) => key with { LastUsedAt = TestInstallation.Start.AddMinutes(i) });
        var query = new KeyQuery(TestInstallation.Orders, Limit: 3, Sort: KeySort.LastUsedAt);
        var first = (await world.Services.KeyLists.ListAsync(world.Viewer, query, Token)).Value;
        await using (var context = world.Open())
        {
            await context.Keys.Where(key => key.Name == "7").ExecuteUpdateAsync(set => set
                .SetProperty(key => key.LastUsedAt, TestInstallation.Start.AddDays(1))
                    .SetProperty(key => key.LastUsedOrder, TestInstallation.Start.AddDays(1)), Token);
        }

        var rest = await WalkAsync(query with { Cursor = first.NextCursor });
        Assert.Equal(["9", "8", "7", "6", "5", "4", "3", "2", "1", "0"], first.Items.Concat(rest).Select(key => key.Name));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    [SqliteOnly("reads SQLite's plans")]
    public async Task Page_among_many_keys_is_read_from_an_index_in_its_order(KeySort sort, bool descending)
    {
        AddKeys(1000, (i, key) =>
            key with { Test = i % 2 == 0, Revoked = i % 3 == 0, LastUsedAt = i % 5 == 0 ? null : TestInstallation.Start.AddMinutes(i) });
        var index = sort switch
        {
            KeySort.Name => "SortName",
            KeySort.LastUsedAt =>
            "LastUsedOrder",
            KeySort.ExpiresAt => "ExpiryOrder",
            _ => "CreatedAt"
        };
        foreach (var (environment, revoked, parts) in new (
            KeyEnvironment?, bool, int)[] { (KeyEnvironment.Live, false, 1), (null, false, 2), (null, true, 4) })
        {
            var query = new KeyQuery(
                TestInstallation.Orders, revoked, Environment: environment, Limit: 50, Sort: sort, Descending: descending);
            var (page, first) = await ExplainAsync(query);
            var (_, second) = await ExplainAsync(query with { Cursor = page.NextCursor });
            // The first page reads each partition from its start. A later page reads the rows that equal the last one shown, then those
            // beyond.
            Assert.Equal(parts, first.Count(line => IsSeek(line)));
            Assert.Equal(2 * parts, second.Count(line => IsSeek(line)));
            foreach (var plan in new[] { first, second })
            {
                Assert.All(plan.Where(line => line.StartsWith("SEARCH", StringComparison.Ordinal)), line =>
                    Assert.True(IsSeek(line), line));
                // Only the rows of each partition, at most a page and one row, are scanned and sorted for merging. A single partition needs
                // no merge.
                Assert.All(plan.Where(line => line.StartsWith("SCAN", StringComparison.Ordinal)), line =>
                    Assert.Contains(line.Replace("SCAN", "CO-ROUTINE", StringComparison.Ordinal), plan));
                Assert.True(plan.Count(line => line.Contains("TEMP B-TREE", StringComparison.Ordinal)) <= plan.Count(
                    line => line.StartsWith("CO-ROUTINE", StringComparison.Ordinal)));
            }
        }

        bool IsSeek(string line) =>
            line.Contains(
                $"USING COVERING INDEX IX_ApiKeys_ProjectId_Shelf_{index}_KeyId (ProjectId=? AND Shelf=?", StringComparison.Ordinal);
    }

    [Fact]
    [SqliteOnly("reads SQLite's plans")]
    public async Task Rows_of_a_page_are_found_by_identifier_and_numbers_from_an_index()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "narrowed", Resources: ["workflow:intake"]), Token);
        AddKeys(200, (_, key) => key with { CreatedAt = TestInstallation.Start.AddDays(-1) });
        var plans = new Plans();
        var node = world.Run(plans);
        var page = (await node.KeyLists.ListAsync(world.Viewer, new(TestInstallation.Orders), Token)).Value;
        var details = plans.Seen.Where(query => query.Sql.Contains("\"KeyId\" IN (", StringComparison.Ordinal)
            || query.Sql.Contains("ApiKeyResources", StringComparison.Ordinal)).ToList();
        Assert.Equal(50, page.Items.Count);
        Assert.Equal(2, details.Count);
        Assert.Contains(details[0].Plan, line =>
            line.StartsWith("SEARCH a USING INDEX sqlite_autoindex_ApiKeys_1 (KeyId=?)", StringComparison.Ordinal));
        Assert.Contains(details[1].Plan, line => line.StartsWith("SEARCH a USING", StringComparison.Ordinal));
        Assert.DoesNotContain(details.SelectMany(query => query.Plan), line =>
            line.StartsWith("SCAN", StringComparison.Ordinal) || line.StartsWith("MATERIALIZE", StringComparison.Ordinal));

        plans.Seen.Clear();
        await node.KeyLists.CountAsync(world.Viewer, new(TestInstallation.Orders), Token);
        await node.Keys.AllowanceAsync(world.Viewer, TestInstallation.Orders, Token);
        var counts = plans.Seen.Where(query => query.Sql.Contains("COUNT(*)", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, counts.Count);
        Assert.All(counts[0].Plan, line =>
            Assert.Contains("USING COVERING INDEX IX_ApiKeys_ProjectId_Shelf_", line, StringComparison.Ordinal));
        // The allowance is in the project's row, less the keys that have expired since.
        Assert.Equal("SEARCH p USING INTEGER PRIMARY KEY (rowid=?)", counts[1].Plan[0]);
        Assert.Contains("USING COVERING INDEX IX_ApiKeys_ProjectId_Counted_ExpiryOrder", counts[1].Plan[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_refuses_a_row_with_inconsistent_list_columns()
    {
        AddKeys(1, (_, key) => key);
        await using var context = world.Open();
        var keys = context.Keys;
        await Assert.ThrowsAnyAsync<DbException>(
            () => keys.ExecuteUpdateAsync(set => set.SetProperty(key => key.State, KeyState.Revoked), Token));
        await Assert.ThrowsAnyAsync<DbException>(
            () => keys.ExecuteUpdateAsync(set => set.SetProperty(key => key.LastUsedAt, TestInstallation.Start), Token));
        await Assert.ThrowsAnyAsync<DbException>(
            () => keys.ExecuteUpdateAsync(set => set.SetProperty(key => key.ExpiresAt, TestInstallation.Start), Token));
    }

    async Task<(Page<KeySummary> Page, List<string> Plan)> ExplainAsync(KeyQuery query)
    {
        var plans = new Plans();
        await using var node = world.Run(plans);
        var page = (await node.KeyLists.ListAsync(world.Viewer, query, Token)).Value;
        return (page, [.. plans.Seen.Single(seen => seen.Sql.Contains("\"Shelf\" = ", StringComparison.Ordinal)).Plan]);
    }

    async Task<List<KeySummary>> WalkAsync(KeyQuery query)
    {
        var shown = new List<KeySummary>();
        do
        {
            var page = (await world.Services.KeyLists.ListAsync(world.Viewer, query, Token)).Value;
            Assert.True(page.Items.Count == query.Limit || page.NextCursor is null);
            shown.AddRange(page.Items);
            query = query with { Cursor = page.NextCursor };
        }
        while (query.Cursor is not null);
        return shown;
    }

    static string Text(DateTimeOffset time) => time.Ticks.ToString("D20", CultureInfo.InvariantCulture);

    List<Plain> AddKeys(int count, Func<int, Plain, Plain> adjust)
    {
        var project = world.ProjectId(TestInstallation.Orders);
        var plain = Enumerable.Range(0, count)
            .Select(i =>
                adjust(i, new(i.ToString("D8", CultureInfo.InvariantCulture), i.ToString(CultureInfo.InvariantCulture),
                    TestInstallation.Start, null, null, false, false))).ToList();
        using var context = world.Open();
        context.AddRange(plain.Select(key => new ApiKey
        {
            KeyId = key.Id,
            Hash = SHA256.HashData(Encoding.UTF8.GetBytes(key.Id)),
            Prefix = $"nk_live_{key.Id}",
            ProjectId = project,
            Name = key.Name,
            Environment = key.Test ? KeyEnvironment.Test : KeyEnvironment.Live,
            State = key.Revoked ? KeyState.Revoked : KeyState.Active,
            RevokedAt = key.Revoked ? TestInstallation.Start : null,
            Permissions = "read",
            AllResources = true,
            OwnerType = PartyType.User,
            OwnerId = world.Developer.Id,
            CreatedBy = world.Developer.Id,
            CreatedAt = key.CreatedAt,
            LastUsedAt = key.LastUsedAt,
            ExpiresAt = key.ExpiresAt,
        }));
        context.SaveChanges();
        world.CountKeys();
        return plain;
    }

    sealed record Plain(
        string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? ExpiresAt, bool Test, bool Revoked);
}
