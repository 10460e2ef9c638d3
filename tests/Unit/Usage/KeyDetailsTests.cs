using System.Net;
using Dashboard.Bench;
using Dashboard.Core.Changes;
using Dashboard.Core.Data;
using Dashboard.Core.Keys;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Usage;

[EveryDatabase]
public sealed class KeyDetailsTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Fresh_key_shows_what_it_may_do_and_90_empty_days()
    {
        var key = await IssueAsync(new(TestInstallation.Orders, "Backend", Permissions: ["read", "write"], Note: "Vault"));
        var details = await GetAsync(key);
        Assert.Equivalent((await world.Services.Keys.GetAsync(world.Viewer, key, Token)).Value, details.Key, strict: true);
        Assert.Equal("Vault", details.Key.Note);
        Assert.Empty(details.Resources);
        Assert.Empty(details.Clients);
        Assert.Equal(Enumerable.Range(0, 90).Select(day => new UsageDay(new DateOnly(2026, 8, 24).AddDays(day), 0, 0, 0)), details.Days);
        Assert.Equal(new DateOnly(2026, 11, 21), details.Days[^1].Day);
        Assert.Equal([new("read", true, null), new("execute", false, null), new("write", true, null)], details.Permissions);
        Assert.Equal(("key.created", "Dora", TestInstallation.Start), (
            Assert.Single(details.History).Action, details.History[0].ActorName, details.History[0].At));
        Assert.False(details.HasMoreHistory);
    }

    [Fact]
    public async Task Resources_are_named_from_A_to_Z_and_deleted_ones_are_gone()
    {
        foreach (var (kind, id, name) in new[] { ("workflow", "w1", "zebra"), ("agent", "a1", "Apple"),
            ("workflow", "w2", "banana"), ("gateway", "g1", "Gone") })
        {
            world.AddResource(TestInstallation.Orders, kind, id);
            world.Sql($"UPDATE Resources SET Name = '{name}' WHERE ExternalId = '{id}'");
        }

        var key = await IssueAsync(
            new(TestInstallation.Orders, "Backend", Resources: ["workflow:w1", "agent:a1", "workflow:w2", "gateway:g1"]));
        Assert.True((await world.Services.Resources.DeleteAsync(world.Admin, TestInstallation.Orders, "gateway:g1", Token)).Succeeded);
        var details = await GetAsync(key);
        Assert.Equal([new("agent", "a1", "Apple"), new("workflow", "w2", "banana"), new("workflow", "w1", "zebra")], details.Resources);
        Assert.Equal((await world.Services.Keys.GetAsync(world.Viewer, key, Token)).Value.Scope, details.Key.Scope);
    }

    [Fact]
    public async Task Traffic_is_shown_by_day_permission_and_client()
    {
        var key = await IssueAsync(new(TestInstallation.Orders, "Backend", Permissions: ["read"]));
        var meter = world.Services.Usage.Meter(key, world.ProjectId(TestInstallation.Orders));
        meter.Count(null, "read", IPAddress.Parse("203.0.113.9"), "curl/8", TestInstallation.Start.AddDays(-89));
        meter.Count(null, null, IPAddress.Parse("203.0.113.9"), "curl/8", TestInstallation.Start.AddDays(-90));
        meter.Count(RefusalCode.InsufficientPermissions, "write", IPAddress.Parse("198.51.100.7"), null, TestInstallation.Start);
        meter.Count(RefusalCode.RateLimited, "verify", null, null, TestInstallation.Start.AddMinutes(1));
        await world.Services.Usage.FlushAsync(Token);
        var details = await GetAsync(key);
        Assert.Equal([new(new(2026, 8, 24), 1, 0, 0), new(new(2026, 11, 21), 0, 1, 1)], details.Days.Where(
            day => day.Allowed + day.Refused + day.RateLimited > 0));
        Assert.Equal(
            [new("read", true, TestInstallation.Start.AddDays(-89)), new("execute", false, null),
                new("write", false, TestInstallation.Start), new("verify", false, TestInstallation.Start)],
            details.Permissions);
        Assert.Equal(
            [
                new("unknown", "unknown", TestInstallation.Start.AddMinutes(1), TestInstallation.Start.AddMinutes(1)),
                new("198.51.100.0/24", "unknown", TestInstallation.Start, TestInstallation.Start),
                new("203.0.113.0/24", "curl", TestInstallation.Start.AddDays(-90), TestInstallation.Start.AddDays(-89)),
            ],
            details.Clients);

        world.Time.Advance(TimeSpan.FromDays(2));
        details = await GetAsync(key);
        Assert.Equal(
            (new DateOnly(2026, 8, 26), new DateOnly(2026, 11, 23), 90), (details.Days[0].Day, details.Days[^1].Day, details.Days.Count));
        Assert.Null(details.Permissions.Single(x => x.Permission == "read").LastAskedAt);
    }

    [Fact]
    public async Task Permissions_are_those_that_the_service_account_still_has_and_verify_last()
    {
        var account = (await world.Services.Get<ServiceAccountService>()
            .CreateAsync(world.Admin, new("gateway", Permissions: ["verify", "read", "write"]), Token)).Value.Account.Id;
        var key = (await world.Services.Keys.CreateAsync(world.Admin, new(TestInstallation.Orders,
            "Backend", Permissions: ["verify", "read", "write"], ServiceAccountId: account), Token)).Value.Key.KeyId;
        await world.Services.Get<ServiceAccountService>().ChangeAsync(world.Admin, account, new(Permissions: ["verify", "read"]), Token);
        Assert.Equal(["read True", "execute False", "write False", "verify True"], (await GetAsync(key)).Permissions.Select(
            x => $"{x.Permission} {x.Granted}"));
    }

    [Fact]
    public async Task Permission_that_left_the_catalog_is_shown_while_the_key_has_it()
    {
        var key = await IssueAsync(new(TestInstallation.Orders, "Backend", Permissions: ["read", "write"]));
        var later = world.Run(("Permissions:0", "read"), ("Permissions:1", "fly"));
        var details = (await later.Get<KeyDetailsService>().GetAsync(world.Viewer, key, Token)).Value;
        Assert.Equal(["read True", "fly False", "write True"], details.Permissions.Select(x => $"{x.Permission} {x.Granted}"));
    }

    [Fact]
    public async Task History_is_the_newest_20_entries_about_the_key_alone()
    {
        var (key, other) =
            (await IssueAsync(new(TestInstallation.Orders, "Backend")), await IssueAsync(new(TestInstallation.Orders, "Other")));
        for (var i = 1; i < 20; i++)
        {
            world.Time.Advance(TimeSpan.FromMinutes(1));
            await world.Services.Keys.ChangeAsync(world.Admin, key, new($"Name {i}"), Token);
            await world.Services.Keys.ChangeAsync(world.Admin, other, new($"Other {i}"), Token);
        }

        var details = await GetAsync(key);
        Assert.Equal((20, false), (details.History.Count, details.HasMoreHistory));
        Assert.Equal("key.created", details.History[^1].Action);
        await world.Services.Keys.ChangeAsync(world.Owner, key, new(Limits: new() { RequestsPerMinute = 60 }), Token);
        details = await GetAsync(key);
        Assert.Equal((20, true), (details.History.Count, details.HasMoreHistory));
        Assert.Equal(("key.rate_limit_changed", "Olga"), (details.History[0].Action, details.History[0].ActorName));
        Assert.Equal([("from", null), ("to", "60")], details.History[0].Details.Select(x => (x.Key, x.Value)));
        Assert.Equal(("key.renamed", "Adam", "Name 18"), (
            details.History[1].Action, details.History[1].ActorName, details.History[1].Details["from"]));
    }

    [Fact]
    public async Task Refused_attempts_and_other_chains_are_no_part_of_the_history()
    {
        var key = await IssueAsync(new(TestInstallation.Orders, "Backend"));
        await using (var context = world.Open())
        {
            var entry = await context.AuditEntries.AsNoTracking().SingleAsync(Token);
            context.AddRange(
                Copy(entry, entry.ChainId, 2, "key", succeeded: false), Copy(entry, entry.ChainId, 3, "project", succeeded: true),
                Copy(entry, AuditChain.Installation, 1, "key", succeeded: true), Copy(
                    entry, world.OrganizationId("globex"), 1, "key", succeeded: true));
            await context.SaveChangesAsync(Token);
        }

        Assert.Equal("key.created", Assert.Single((await GetAsync(key)).History).Action);
    }

    [Theory]
    [InlineData("Owner", true)]
    [InlineData("Admin", true)]
    [InlineData("Developer", true)]
    [InlineData("Viewer", false)]
    public async Task Role_and_ownership_decide_who_may_change(string who, bool may)
    {
        var (own, other) = (await IssueAsync(new(TestInstallation.Orders, "Backend")),
            (await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "Other"), Token)).Value.Key.KeyId);
        Assert.Equal(may, (await world.Services.Get<KeyDetailsService>().GetAsync(Actor(who), own, Token)).Value.MayChange);
        Assert.Equal(
            may && who != "Developer", (await world.Services.Get<KeyDetailsService>().GetAsync(Actor(who), other, Token)).Value.MayChange);
        Assert.Equal(may, (await world.Services.Keys.ChangeAsync(Actor(who), own, new("Renamed"), Token)).Succeeded);
    }

    [Theory]
    [InlineData("Nobody12")]
    [InlineData("")]
    [InlineData("no key")]
    [InlineData("../secrets")]
    public async Task What_is_no_key_is_not_found(string keyId) =>
        Assert.Equal(ErrorCode.NotFound, (await world.Services.Get<KeyDetailsService>().GetAsync(world.Owner, keyId, Token)).Error?.Code);

    [Fact]
    public async Task Key_is_not_found_for_those_who_cannot_see_it()
    {
        var key = await IssueAsync(new(TestInstallation.Orders, "Backend"));
        foreach (var actor in new[] { world.Stranger, Core.Common.Actor.Anonymous("10.0.0.1"),
            world.Owner with { Token = new("token", "client", world.OrganizationId("globex")) } })
        {
            Assert.Equal(ErrorCode.NotFound, (await world.Services.Get<KeyDetailsService>().GetAsync(actor, key, Token)).Error?.Code);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Page_of_a_key_reads_as_much_among_ten_times_as_many_rows(bool withStatistics)
    {
        var few = await ReadsAsync(15, withStatistics);
        var many = await ReadsAsync(150, withStatistics);
        Assert.Equal(few.Select(read => (read.Sql, read.Shown)), many.Select(read => (read.Sql, read.Shown)));
        Assert.All(few.Zip(many), pair =>
        {
            Assert.Equal(0, pair.Second.Scanned);
            Assert.True(pair.Second.Steps <= pair.First.Steps * 1.05, $"{pair.First.Steps} -> {pair.Second.Steps}\n{pair.First.Sql}");
        });
    }

    /// <summary>Reads the page of one key among <paramref name="others"/>, all of which have usage and history as long as its
    /// own.</summary>
    static async Task<IReadOnlyList<RowRead>> ReadsAsync(int others, bool withStatistics)
    {
        await using var crowd = new TestInstallation();
        var reads = new RowReads();
        var node = crowd.Run(services => services.ConfigureDbContext<SqliteContext>(options => options.AddInterceptors(reads)));
        crowd.AddResource(TestInstallation.Orders, "workflow", "intake");
        var key = (await crowd.Services.Keys.CreateAsync(
            crowd.Developer, new(TestInstallation.Orders, "Backend", Resources: ["workflow:intake"]), Token)).Value.Key.KeyId;
        await using (var context = crowd.Open())
        {
            var (first, project) = (await context.AuditEntries.AsNoTracking().SingleAsync(Token), crowd.ProjectId(TestInstallation.Orders));
            var ids = Enumerable.Range(0, others).Select(i => $"K{i:D7}").Append(key).ToList();
            context.AddRange(ids.SelectMany(id => Enumerable.Range(0, 90).Select(day => new KeyDay
            {
                KeyId = id,
                Day = new DateTimeOffset(TestInstallation.Start.Date, TimeSpan.Zero).AddDays(-day),
                Outcome = KeyHour.Valid,
                ProjectId = project,
                Count = 1,
            })));
            context.AddRange(
                ids.Select(id =>
                    new KeyClient
                    {
                        KeyId = id,
                        Network = "10.0.0.0/24",
                        Client = "curl",
                        FirstSeenAt = TestInstallation.Start,
                        LastSeenAt = TestInstallation.Start
                    }));
            context.AddRange(
                ids.Select(id =>
                    new KeyPermissionUse
                    {
                        KeyId = id,
                        Permission = "read",
                        FirstAskedAt = TestInstallation.Start,
                        LastAskedAt = TestInstallation.Start
                    }));
            context.AddRange(ids.SelectMany(
                (id, i) => Enumerable.Range(0, 30).Select(n => Copy(first, first.ChainId, 2 + (i * 30) + n, "key", succeeded: true, id))));
            await context.SaveChangesAsync(Token);
            await context.Database.ExecuteSqlRawAsync(withStatistics ? "ANALYZE" : "SELECT 1", Token);
        }

        var details = (await node.Get<KeyDetailsService>().GetAsync(crowd.Viewer, key, Token)).Value;
        Assert.Equal((90, 1, 20, true), (
            details.Days.Sum(day => day.Allowed), details.Clients.Count, details.History.Count, details.HasMoreHistory));
        return reads.Seen;
    }

    static AuditEntry Copy(AuditEntry entry, long chain, long sequence, string type, bool succeeded, string? target = null) => new()
    {
        ChainId = chain,
        Sequence = sequence,
        ChangeId = entry.ChangeId,
        At = entry.At,
        ActorType = entry.ActorType,
        ActorId = entry.ActorId,
        ActorName = entry.ActorName,
        Address = entry.Address,
        Category = entry.Category,
        Action = "key.copied",
        TargetType = type,
        TargetId = target ?? entry.TargetId,
        TargetName = entry.TargetName,
        Succeeded = succeeded,
        Details = entry.Details,
        KeyId = entry.KeyId,
        PreviousHash = entry.PreviousHash,
        Hash = entry.Hash,
    };

    Actor Actor(string who) => who switch
    {
        "Owner" => world.Owner,
        "Admin" => world.Admin,
        "Developer" => world.Developer,
        _ => world.Viewer,
    };

    async Task<string> IssueAsync(NewKey key) => (await world.Services.Keys.CreateAsync(world.Developer, key, Token)).Value.Key.KeyId;

    async Task<KeyDetails> GetAsync(string key) => (await world.Services.Get<KeyDetailsService>().GetAsync(world.Viewer, key, Token)).Value;
}
