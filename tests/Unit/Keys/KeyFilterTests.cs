using System.Security.Cryptography;
using System.Text;
using Dashboard.Bench;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Listing;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[EveryDatabase]
public sealed class KeyFilterTests : IAsyncDisposable
{
    static readonly TimeSpan Month = TimeSpan.FromDays(30);
    static readonly TimeSpan Quarter = TimeSpan.FromDays(90);

    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    /// <summary>Each filter, and random pairs of filters, show what the summaries of all keys say.</summary>
    [Fact]
    public async Task Filters_show_the_keys_whose_summaries_fit_and_match_the_count()
    {
        var random = new Xorshift(11);
        await FillAsync(random, 120);
        var all = await WalkAsync(new(TestInstallation.Orders, IncludeRevoked: true, IncludeManaged: true));
        Assert.Equal(120, all.Count);
        KeyFilter[] plain =
        [
            new(), new(KeyState.Active), new(KeyState.Inactive), new(KeyState.Expired), new(KeyState.Revoked),
            new(Mine: true), new(ExpiringWithin: Month),
            new(UnusedFor: Quarter), new(NeverUsed: true), new(Permission: "write"), new(Permission: "verify"),
        ];
        var pairs = Enumerable.Range(0, 25).Select(_ => (First: random.Pick(plain), Second: random.Pick(plain)))
            .Select(pair => new KeyFilter(
            pair.First.State ?? pair.Second.State, pair.First.Mine || pair.Second.Mine, pair.First.ExpiringWithin
                ?? pair.Second.ExpiringWithin,
            pair.First.UnusedFor ?? pair.Second.UnusedFor, pair.First.NeverUsed
                || pair.Second.NeverUsed, pair.First.Permission ?? pair.Second.Permission));
        var empty = 0;
        foreach (var filter in plain.Concat(pairs))
        {
            foreach (var revoked in new[] { false, true })
            {
                var query = new KeyQuery(
                    TestInstallation.Orders, revoked, Limit: 7, Sort: random.Pick(Enum.GetValues<KeySort>()),
                    Descending: random.Flip(), IncludeManaged: true, Filter: filter);
                var expected = all.Where(key => (revoked || filter.State == KeyState.Revoked || key.State != KeyState.Revoked)
                    && Fits(key, filter)).Select(key => key.KeyId).Order(StringComparer.Ordinal).ToList();
                Assert.Equal(expected, (await WalkAsync(query)).Select(key => key.KeyId).Order(StringComparer.Ordinal));
                Assert.Equal(expected.Count, (await world.Services.KeyLists.CountAsync(world.Developer, query, Token)).Value);
                empty += expected.Count == 0 ? 1 : 0;
            }
        }

        Assert.True(empty < 40, "The filters found too little to tell.");
    }

    [Fact]
    public async Task Key_unused_for_90_days_is_one_that_the_list_says_it_of()
    {
        AddKey("used long ago", created: -200, used: -90);
        AddKey("used since", created: -200, used: -89);
        AddKey("old and never used", created: -90, used: null);
        AddKey("new and never used", created: -89, used: null);
        Assert.Equal(["old and never used", "used long ago"], await NamesAsync(new(UnusedFor: Quarter)));
        Assert.Equal(["new and never used", "old and never used"], await NamesAsync(new(NeverUsed: true)));
        Assert.Equal(["old and never used"], await NamesAsync(new(UnusedFor: Quarter, NeverUsed: true)));
    }

    [Fact]
    public async Task Key_expires_within_30_days_until_the_moment_it_does()
    {
        AddKey("now", expires: 0);
        AddKey("soon", expires: 30);
        AddKey("later", expires: 30.1);
        AddKey("never");
        Assert.Equal(["soon"], await NamesAsync(new(ExpiringWithin: Month)));
        Assert.Equal(["now"], await NamesAsync(new(KeyState.Expired)));
    }

    [Fact]
    public async Task Cursor_is_valid_for_its_own_filter_only()
    {
        AddKey("one");
        AddKey("two");
        var query = new KeyQuery(TestInstallation.Orders, Limit: 1, Filter: new(KeyState.Active));
        var cursor = (await world.Services.KeyLists.ListAsync(world.Developer, query, Token)).Value.NextCursor;
        Assert.True((await world.Services.KeyLists.ListAsync(world.Developer, query with { Cursor = cursor }, Token)).Succeeded);
        foreach (var other in new KeyFilter?[]
        {
            null, new(KeyState.Inactive), new(KeyState.Active, Mine: true), new(KeyState.Active, ExpiringWithin: Month), new(
                KeyState.Active, UnusedFor: Month),
            new(KeyState.Active, NeverUsed: true), new(KeyState.Active, Permission: "read"),
        })
        {
            var fault = (
                await world.Services.KeyLists.ListAsync(world.Developer, query with { Cursor = cursor, Filter = other }, Token)).Error;
            Assert.Equal("cursor", fault?.Errors?.Keys.Single());
        }
    }

    [Fact]
    public async Task Invalid_filter_is_an_error_by_field()
    {
        foreach (var (filter, fields) in new (KeyFilter, string)[]
        {
            (new(Permission: "nothing"), "permission"), (new(ExpiringWithin: TimeSpan.Zero), "expiring_within"),
            (new(UnusedFor: TimeSpan.FromDays(3651), Permission: ""), "permission unused_for"),
        })
        {
            var query = new KeyQuery(TestInstallation.Orders, Filter: filter);
            var fault = (await world.Services.KeyLists.ListAsync(world.Developer, query, Token)).Error;
            Assert.Equal(
                (ErrorCode.InvalidRequest, fields), (fault!.Code, string.Join(' ', fault!.Errors!.Keys.Order(StringComparer.Ordinal))));
            Assert.Equal(ErrorCode.InvalidRequest, (await world.Services.KeyLists.CountAsync(world.Developer, query, Token)).Error?.Code);
        }
    }

    [Theory]
    [InlineData("30d", 30)]
    [InlineData("1d", 1)]
    [InlineData("3650d", 3650)]
    [InlineData("3651d", null)]
    [InlineData("0d", null)]
    [InlineData("030d", null)]
    [InlineData("30", null)]
    [InlineData("d", null)]
    [InlineData("-1d", null)]
    [InlineData("+1d", null)]
    [InlineData("1.5d", null)]
    [InlineData("٣d", null)]
    [InlineData("99999999d", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Days_are_a_number_and_a_letter(string? text, int? days) => Assert.Equal(days, (int?)KeyFilter.ParseDays(text)?.TotalDays);

    /// <summary>A filter on the column of the order is a range of its index, and no other row is read. A row that is read for another
    /// column is one that the filter passes over.</summary>
    [Theory]
    [InlineData(KeySort.ExpiresAt)]
    [InlineData(KeySort.LastUsedAt)]
    [SqliteOnly("counts what SQLite reads")]
    public async Task Filter_on_the_order_reads_no_row_that_it_does_not_show(KeySort sort)
    {
        var filter = sort == KeySort.ExpiresAt ? new KeyFilter(ExpiringWithin: Month) : new(NeverUsed: true);
        var steps = new List<int>();
        foreach (var others in new[] { 200, 2000 })
        {
            await using var installation = new TestInstallation();
            using (var context = installation.Open())
            {
                context.AddRange(Enumerable.Range(0, 40 + others).Select(i => Row(
                    installation, $"K{i:D7}", created: -300, used: i < 40 ? null : -1 - (i / 1000d), expires: i < 40
                        ? 1 + (i / 100d) : 100 + i)));
                context.SaveChanges();
            }

            var reads = new RowReads();
            var node = installation.Run(services => services.ConfigureDbContext<SqliteContext>(options => options.AddInterceptors(reads)));
            var page = await node.KeyLists.ListAsync(
                installation.Viewer, new(TestInstallation.Orders, Limit: 25, Sort: sort, Descending: false, Filter: filter), Token);
            Assert.Equal(25, page.Value.Items.Count);
            var read = reads.Seen.Single(x => x.Sql.Contains("\"Shelf\" = ", StringComparison.Ordinal));
            Assert.Equal(0, read.Scanned);
            steps.Add(read.Steps);
        }

        Assert.True(steps[1] <= steps[0] * 1.05, $"{steps[0]} -> {steps[1]}");
    }

    static bool Fits(KeySummary key, KeyFilter filter) =>
        (filter.State is null || key.State == filter.State)
        && (!filter.Mine || key.Owner is { Type: PartyType.User, Name: "Dora" })
        && (filter.ExpiringWithin is not { } ahead
            || (key.State != KeyState.Revoked && key.ExpiresAt > TestInstallation.Start && key.ExpiresAt <= TestInstallation.Start + ahead))
        && (filter.UnusedFor is not { } back || (key.LastUsedAt ?? key.CreatedAt) <= TestInstallation.Start - back)
        && (!filter.NeverUsed || key.LastUsedAt is null)
        && (filter.Permission is not { } permission || key.Permissions.Contains(permission, StringComparer.Ordinal));

    async Task FillAsync(Xorshift random, int keys)
    {
        var accounts = world.Services.Get<ServiceAccountService>();
        var ids = new List<string>();
        foreach (var (name, permissions, projects) in new (string, string[], ProjectChoice)[]
        {
            ("works", ["read", "write", "verify"], ProjectChoice.All), ("reads", ["read"], ProjectChoice.All), (
                "disabled", ["read", "write"], ProjectChoice.All),
            ("elsewhere", ["read", "write"], new(["acme/other"])), ("deleted", ["read", "write"], ProjectChoice.All),
        })
        {
            if (name == "elsewhere")
            {
                world.AddProject("acme", "other");
            }

            ids.Add((await accounts.CreateAsync(world.Owner, new(name, null, permissions, projects), Token)).Value.Account.Id);
        }

        await accounts.ChangeAsync(world.Owner, ids[2], new(State: ServiceAccountState.Inactive), Token);
        world.Sql($"UPDATE ServiceAccounts SET DeletedAt = 1 WHERE Id = '{ids[4]}'");
        world.Sql("DELETE FROM ApiKeyResources; DELETE FROM ApiKeys");
        using var context = world.Open();
        for (var i = 0; i < keys; i++)
        {
            var (type, owner) = random.Below(4) switch
            {
                0 => (PartyType.User, world.Developer.Id),
                1 => (PartyType.User, world.Owner.Id),
                2 => (PartyType.PublishedApp, $"app{i}"),
                _ => (PartyType.ServiceAccount, random.Pick(ids)),
            };
            var age = random.Between(1, 200);
            context.Add(Row(
                world, $"K{i:D7}", created: -age, used: random.Flip() ? null
                    : 0.5 - random.Between(1, age), expires: random.Flip() ? null : random.Between(-40, 60),
                state: random.Pick([KeyState.Active, KeyState.Active, KeyState.Inactive, KeyState.Revoked]), permissions: random.Pick(
                    ["read", "read write", "execute", "read execute write verify"]),
                type: type, owner: owner));
        }

        context.SaveChanges();
    }

    void AddKey(string name, double created = -1, double? used = null, double? expires = null)
    {
        using var context = world.Open();
        context.Add(Row(world, name, created, used, expires));
        context.SaveChanges();
    }

    static ApiKey Row(
        TestInstallation world, string name, double created, double? used, double? expires, KeyState state =
            KeyState.Active, string permissions = "read",
        PartyType type = PartyType.User, string? owner = null) => new()
        {
            KeyId = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..12],
            Hash = SHA256.HashData(Encoding.UTF8.GetBytes(name)),
            Prefix = "nk_live_x",
            ProjectId = world.ProjectId(TestInstallation.Orders),
            Name = name,
            Environment = KeyEnvironment.Live,
            State = state,
            RevokedAt = state == KeyState.Revoked ? TestInstallation.Start : null,
            Permissions = permissions,
            AllResources = true,
            OwnerType = type,
            OwnerId = owner ?? world.Developer.Id,
            CreatedBy = world.Developer.Id,
            CreatedAt = TestInstallation.Start.AddDays(created),
            LastUsedAt = used is { } at ? TestInstallation.Start.AddDays(at) : null,
            ExpiresAt = expires is { } end ? TestInstallation.Start.AddDays(end) : null,
        };

    async Task<IEnumerable<string>> NamesAsync(KeyFilter filter) =>
        (await WalkAsync(new(TestInstallation.Orders, Filter: filter))).Select(key => key.Name).Order(StringComparer.Ordinal);

    async Task<List<KeySummary>> WalkAsync(KeyQuery query)
    {
        var shown = new List<KeySummary>();
        do
        {
            var page = (await world.Services.KeyLists.ListAsync(world.Developer, query, Token)).Value;
            shown.AddRange(page.Items);
            query = query with { Cursor = page.NextCursor };
        }
        while (query.Cursor is not null);
        return shown;
    }
}
