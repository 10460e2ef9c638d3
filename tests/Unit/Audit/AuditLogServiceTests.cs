using System.Text;
using System.Text.Json.Nodes;
using CsvHelper;
using Dashboard.Audit;
using Dashboard.Core.Accounts;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Audit;

[EveryDatabase]
public sealed class AuditLogServiceTests : IAsyncDisposable
{
    const string Password = "a lighthouse keeps nine otters";

    readonly TestInstallation world = new();
    readonly long chain;

    public AuditLogServiceTests() => chain = world.OrganizationId("acme");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    AuditLogService Audit => world.Services.Get<AuditLogService>();

    [Fact]
    public async Task Only_admins_and_owners_read_and_others_learn_nothing()
    {
        await WriteAsync(world.Owner, AuditCategory.Keys, "a", true);
        foreach (var call in new Func<Actor, Task<Error?>>[]
        {
            async actor => (await Audit.ListAsync(actor, new("acme"), Token)).Error,
            async actor => (await Audit.ExportAsync(actor, new("acme"), Token)).Error,
            async actor => (await Audit.HeadAsync(actor, "acme", Token)).Error,
            async actor => (await Audit.VerifyAsync(actor, "acme", null, Token)).Error,
            async actor => (await Audit.GetAsync(actor, "acme", "1", Token)).Error,
            async actor => (await Audit.ActorsAsync(actor, "acme", Token)).Error,
        })
        {
            Assert.Null(await call(world.Owner));
            Assert.Null(await call(world.Admin));
            Assert.Equal(ErrorCode.Forbidden, (await call(world.Developer))?.Code);
            Assert.Equal(ErrorCode.Forbidden, (await call(world.Viewer))?.Code);
            Assert.Equal(ErrorCode.NotFound, (await call(world.Stranger))?.Code);
        }
    }

    [Fact]
    public async Task Each_filter_finds_its_rows_and_no_other_organizations()
    {
        await WriteAsync(world.Owner, AuditCategory.Keys, "a", true);
        world.Time.Advance(TimeSpan.FromHours(1));
        await WriteAsync(world.Admin with { Address = "2001:db8:7::15" }, AuditCategory.Settings, "b", true);
        world.Time.Advance(TimeSpan.FromHours(1));
        await WriteAsync(world.Owner with { Address = null }, AuditCategory.Keys, "b", false);
        await AuditSamples.WriteAsync(world, world.OrganizationId("globex"), world.Owner, Event(AuditCategory.Keys, "a", true));

        Assert.Equal("3 2 1", await IdsAsync(new("acme")));
        Assert.Equal("3 1", await IdsAsync(new("acme", Category: AuditCategory.Keys)));
        Assert.Equal("2", await IdsAsync(new("acme", Actor: world.Admin.Id)));
        Assert.Equal("3 2", await IdsAsync(new("acme", Target: "b")));
        Assert.Equal("3", await IdsAsync(new("acme", Succeeded: false)));
        Assert.Equal("2 1", await IdsAsync(new("acme", Succeeded: true)));
        Assert.Equal("1", await IdsAsync(new("acme", Network: "10.2.3.0/24")));
        Assert.Equal("1", await IdsAsync(new("acme", Network: "10.2.3.200")));
        Assert.Equal("2", await IdsAsync(new("acme", Network: "2001:DB8:7::/48")));
        Assert.Equal("3 2", await IdsAsync(new("acme", From: TestInstallation.Start.AddHours(1))));
        Assert.Equal("1", await IdsAsync(new("acme", To: TestInstallation.Start.AddHours(1))));
        Assert.Equal("3", await IdsAsync(new("acme", AuditCategory.Keys, world.Owner.Id, "b", false, From: TestInstallation.Start)));
        Assert.Equal("", await IdsAsync(new("acme", AuditCategory.Tokens)));
    }

    [Fact]
    public async Task One_row_is_read_only_where_the_list_shows_it()
    {
        await WriteAsync(world.Owner, AuditCategory.Keys, "a", true);
        await AuditSamples.WriteAsync(world, world.OrganizationId("globex"), world.Stranger, Event(AuditCategory.Keys, "b", true));
        await AuditSamples.WriteAsync(
            world, AuditChain.Installation, world.Developer,
            Event(AuditCategory.Auth, world.Developer.Id, true) with { Target = new("user", world.Developer.Id, "Dora") },
            Event(AuditCategory.Auth, world.Stranger.Id, true) with { Target = new("user", world.Stranger.Id, "Sten") });

        var row = (await Audit.GetAsync(world.Admin, "acme", "1", Token)).Value;
        Assert.Equal(("a", new('0', 64)), (row.Target.Id, row.PreviousHash));
        Assert.Equal("Dora", (await Audit.GetAsync(world.Admin, "acme", "sign-in-1", Token)).Value.Target.Name);
        foreach (var id in new[] { "2", "sign-in-2", "sign-in-", "-1", "", "1 ", "x" })
        {
            Assert.Equal(ErrorCode.NotFound, (await Audit.GetAsync(world.Admin, "acme", id, Token)).Error?.Code);
        }
    }

    [Fact]
    public async Task Actors_to_choose_from_are_the_organizations_own()
    {
        await world.Services.Get<ServiceAccountService>().CreateAsync(world.Admin, new("gateway"), Token);
        var actors = (await Audit.ActorsAsync(world.Admin, "acme", Token)).Value;
        Assert.Equal(["Adam", "Dora", "Olga", "Viktor", "gateway"], actors.Select(actor => actor.Name));
        Assert.Equal(["user", "user", "user", "user", "service_account"], actors.Select(actor => actor.Type));
    }

    [Fact]
    public async Task Filters_that_cannot_be_are_refused()
    {
        foreach (var (query, field) in new (AuditQuery, string)[]
        {
            (new("acme", Category: "secrets"), "category"), (new("acme", Actor: new('a', 257)), "actor"), (
                new("acme", Target: "a\0b"), "target"),
            (new("acme", Network: "10.2.3.0/25"), "network"), (new("acme", Network: "here"), "network"), (new("acme", Limit: 0), "limit"),
            (new("acme", Cursor: "x"), "cursor"),
        })
        {
            Assert.Equal([field], (await Audit.ListAsync(world.Owner, query, Token)).Error!.Errors!.Keys);
        }
    }

    [Fact]
    public async Task Sign_ins_of_members_are_shown_from_the_day_they_joined()
    {
        world.SetPassword(world.Developer, Password);
        world.SetPassword(world.Stranger, Password);
        await SignInAsync("dora@example.com", Password);
        await SignInAsync("dora@example.com", "wrong");
        await SignInAsync("nobody@example.com", "wrong");
        await SignInAsync("sten@example.com", Password);
        Assert.Equal(["session.refused", "session.started"], (await ListAsync(new("acme"))).Items.Select(row => row.Action));
        Assert.Empty((await ListAsync(new("acme", Category: AuditCategory.Keys))).Items);
        Assert.Equal("Dora", Assert.Single((await ListAsync(new("acme", Succeeded: false))).Items).Target.Name);

        world.Time.Advance(TimeSpan.FromMinutes(1));
        world.Add(new Member
        {
            OrganizationId = chain,
            UserId = world.Stranger.Id,
            Role = OrganizationRole.Viewer,
            JoinedAt = world.Time.GetUtcNow()
        });
        Assert.DoesNotContain((await ListAsync(new("acme"))).Items, row => row.Target.Name == "Sten");
        await SignInAsync("sten@example.com", Password);
        Assert.Equal("Sten", (await ListAsync(new("acme"))).Items[0].Target.Name);
    }

    [Fact]
    public async Task Sign_ins_of_few_members_among_many_people_are_found()
    {
        world.SetPassword(world.Stranger, Password);
        await SignInAsync("sten@example.com", Password);
        for (var i = 0; i < 25; i++)
        {
            world.AddPerson($"Person {i}");
        }

        Assert.Equal("session.started", Assert.Single((await Audit.ListAsync(world.Stranger, new("globex"), Token)).Value.Items).Action);
        Assert.Empty((await ListAsync(new("acme"))).Items);
    }

    [Fact]
    public async Task Pages_of_both_chains_hold_each_row_once_newest_first()
    {
        world.SetPassword(world.Developer, Password);
        for (var i = 0; i < 8; i++)
        {
            await WriteAsync(world.Owner, AuditCategory.Keys, $"{i}", true); // four share each time with a sign-in
            await SignInAsync("dora@example.com", Password);
            world.Time.Advance(TimeSpan.FromMilliseconds(i % 2));
        }

        var whole = (await ListAsync(new("acme"))).Items;
        Assert.Equal(16, whole.Count);
        Assert.Equal(whole.OrderByDescending(row => row.At).ThenBy(row => row.IsSignIn).ThenByDescending(row => row.Sequence), whole);
        var (seen, cursor) = (new List<AuditRecord>(), (string?)null);
        do
        {
            var page = await ListAsync(new("acme", Cursor: cursor, Limit: 3));
            seen.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(whole, seen);
        var foreign = (await ListAsync(new("acme", Limit: 1))).NextCursor;
        Assert.Equal(["cursor"],
            (await Audit.ListAsync(world.Owner, new("acme", Category: AuditCategory.Keys, Cursor: foreign), Token)).Error!.Errors!.Keys);
    }

    [Fact]
    public async Task Export_holds_every_row_in_the_order_of_the_list_in_both_formats()
    {
        await AuditSamples.WriteAsync(
            world, chain, world.Owner, [.. Enumerable.Range(0, 1203).Select(i => Event(AuditCategory.Keys, $"k{i}", true))]);
        await WriteAsync(world.Admin, AuditCategory.Settings, "other", true);
        var lines = (await ExportAsync(new("acme", Category: AuditCategory.Keys), "jsonl"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, 1203).Reverse()
            .Select(i => $"k{i}"), lines.Select(line => JsonNode.Parse(line)!["target"]!["id"]!.GetValue<string>()));
        Assert.Equal("succeeded", JsonNode.Parse(lines[0])!["outcome"]!.GetValue<string>());

        using var csv = CsvReader.Create(new StringReader(await ExportAsync(new("acme"), "csv")));
        Assert.True(csv.Read());
        Assert.Equal(
            ("1204", "2026-11-21T12:00:00.000Z", "Adam", "settings"), (
                csv.GetString("id"), csv.GetString("at"), csv.GetString("actor_name"), csv.GetString("category")));
        var rows = 1;
        while (csv.Read())
        {
            rows++;
        }

        Assert.Equal(1204, rows);
    }

    [Theory]
    [InlineData("=HYPERLINK(\"http://evil.example\")")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(1)")]
    [InlineData("\t=1")]
    [InlineData("＝1")]
    public async Task Export_defuses_formulas(string name)
    {
        await AuditSamples.WriteAsync(world, chain, world.Owner, new AuditEvent(AuditCategory.Keys, "key.created", new("key", "a", name)));
        using var csv = CsvReader.Create(new StringReader(await ExportAsync(new("acme"), "csv")));
        Assert.True(csv.Read());
        Assert.Equal($"'{name}", csv.GetString("target_name"));
        Assert.Equal(name, JsonNode.Parse(await ExportAsync(new("acme"), "jsonl"))!["target"]!["name"]!.GetValue<string>()); // as it is
    }

    [Fact]
    public async Task Export_ends_when_the_caller_loses_the_role()
    {
        await AuditSamples.WriteAsync(
            world, chain, world.Owner, [.. Enumerable.Range(0, 1001).Select(i => Event(AuditCategory.Keys, $"{i}", true))]);
        var rows = (await Audit.ExportAsync(world.Admin, new("acme"), Token)).Value;
        world.SetRole("acme", world.Admin, OrganizationRole.Viewer);
        await Assert.ThrowsAsync<UnauthorizedAccessException>(async () => await rows.CountAsync(Token));
    }

    [Fact]
    public async Task Recorded_head_is_compared_and_belongs_to_its_organization()
    {
        Assert.Null((await Audit.HeadAsync(world.Owner, "acme", Token)).Value.Head);
        await WriteAsync(world.Owner, AuditCategory.Keys, "a", true);
        var head = (await Audit.HeadAsync(world.Owner, "acme", Token)).Value.Head!;
        Assert.Equal((chain, 1), (head.Chain, head.Sequence));
        Assert.Equal(
            HeadState.Found, Assert.Single((await Audit.VerifyAsync(world.Owner, "acme", $" {head} ", Token)).Value.HeadChecks).State);
        Assert.Equal(1, (await Audit.VerifyAsync(world.Owner, "acme", (head with { Hash = new('0', 64) }).ToString(), Token)).Value.Break);
        Assert.Equal(["head"], (await Audit.VerifyAsync(world.Owner, "acme", "what", Token)).Error!.Errors!.Keys);
        Assert.Equal(["head"], (await Audit.VerifyAsync(world.Stranger, "globex", head.ToString(), Token)).Error!.Errors!.Keys);
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static AuditEvent Event(string category, string target, bool succeeded) =>
        new(category, "thing.done", new("thing", target, $"Thing {target}"), succeeded);

    Task<Result<Core.Common.Unit>> WriteAsync(Actor actor, string category, string target, bool succeeded) =>
        AuditSamples.WriteAsync(world, chain, actor, Event(category, target, succeeded));

    Task<Result<SignedIn>> SignInAsync(string email, string password) =>
        world.Services.Get<SignInService>().SignInAsync(new(email, password, false, null, null), Token);

    async Task<Page<AuditRecord>> ListAsync(AuditQuery query) => (await Audit.ListAsync(world.Owner, query, Token)).Value;

    async Task<string> IdsAsync(AuditQuery query) => string.Join(' ', (await ListAsync(query)).Items.Select(row => row.Id));

    async Task<string> ExportAsync(AuditQuery query, string format)
    {
        using var body = new MemoryStream();
        await new AuditExport((await Audit.ExportAsync(world.Owner, query, Token)).Value, format).WriteAsync(body, Token);
        return Encoding.UTF8.GetString(body.ToArray());
    }
}
