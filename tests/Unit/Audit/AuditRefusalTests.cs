using System.Net;
using System.Text.Json.Nodes;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Audit;

[EveryDatabase]
public sealed class AuditRefusalTests : IAsyncDisposable
{
    readonly TestInstallation world = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refused_change_writes_nothing_at_once_and_one_row_a_minute()
    {
        var before = world.Dump();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(ErrorCode.Forbidden,
                (await world.Services.Keys.CreateAsync(world.Viewer, new(TestInstallation.Orders, "Backend"), Token)).Error!.Code);
            world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(before, world.Dump());
        await FlushAsync();
        var row = Assert.Single(await AuditSamples.ReadAsync(world));
        Assert.Equal(
            (world.OrganizationId("acme"), "user", world.Viewer.Id, "Viktor", "10.2.3.0/24", "10.2.3.0/24",
                "auth", "change.refused", false),
            (row.ChainId, row.ActorType, row.ActorId, row.ActorName, row.Address, row.Network, row.Category, row.Action, row.Succeeded));
        Assert.Equal(
            """{"reason":"forbidden","count":3,"first_at":"2026-11-21T12:00:00Z","last_at":"2026-11-21T12:00:02Z"}""",
            JsonNode.Parse(row.Details)!.ToJsonString());
        Assert.Null(await world.Services.Get<AuditVerifier>().FindBreakAsync(row.ChainId, Token));

        await FlushAsync(); // nothing new
        Assert.Single(await AuditSamples.ReadAsync(world));
        await using var context = world.Open();
        Assert.Empty(context.FeedEntries); // nothing has changed
    }

    [Fact]
    public async Task Refusal_is_in_the_chain_of_the_actors_organization_never_in_the_targets()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        Assert.Equal(ErrorCode.NotFound, (await world.Services.Keys.RevokeAsync(world.Stranger, key, Token)).Error!.Code);
        await FlushAsync();
        var row = Assert.Single(await AuditSamples.ReadAsync(world, "change.refused"));
        Assert.Equal((world.OrganizationId("globex"), "not_found", "user", world.Stranger.Id), (
            row.ChainId, Reason(row), row.TargetType, row.TargetId));
        Assert.DoesNotContain(key, row.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_of_a_person_with_several_organizations_is_shown_to_each()
    {
        world.AddMember("globex", world.Viewer, OrganizationRole.Viewer);
        await world.Services.Keys.CreateAsync(world.Viewer, new(TestInstallation.Orders, "Backend"), Token);
        await FlushAsync();
        Assert.Equal(AuditChain.Installation, Assert.Single(await AuditSamples.ReadAsync(world)).ChainId);
        Assert.Equal("sign-in-1", (await ListAsync(world.Owner, "acme")).Items.Single().Id);
        Assert.Equal("sign-in-1", (await ListAsync(world.Stranger, "globex")).Items.Single().Id);
    }

    [Fact]
    public async Task Invalid_input_and_a_change_through_an_ended_session_are_told_apart()
    {
        Assert.Equal(ErrorCode.InvalidRequest,
            (await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, ""), Token)).Error!.Code);
        var ended = world.Owner with { SessionId = "ended" };
        Assert.Equal(ErrorCode.SessionRequired,
            (await world.Services.Keys.CreateAsync(ended, new(TestInstallation.Orders, "x"), Token)).Error!.Code);
        await FlushAsync();
        Assert.Equal("session_required", Reason(Assert.Single(await AuditSamples.ReadAsync(world))));
    }

    [Fact]
    public async Task Failed_clients_are_one_actor_and_their_limit_is_another_reason()
    {
        await using var installation = new TestInstallation(("RateLimits:FailedClientsPerMinute", "2"));
        foreach (var id in new[] { "nobody", "nobody", "nobody", "someone" })
        {
            await installation.Services.IssueAsync(("grant_type", "client_credentials"), ("client_id", id), ("client_secret", "wrong"));
        }

        await installation.Services.Get<AuditRefusalService>().FlushAsync(Token);
        var rows = await AuditSamples.ReadAsync(installation);
        Assert.All(rows, row => Assert.Equal(
            (AuditChain.Installation, "anonymous", "", "tokens", "network", "127.0.0.0/24"),
            (row.ChainId, row.ActorType, row.ActorId, row.Category, row.TargetType, row.TargetId)));
        Assert.Equal(
            [("client.refused", "invalid_client", 3), ("limit.reached", "failed_clients", 1)],
            rows.Select(row => (row.Action, Reason(row), Count(row))).OrderBy(x => x.Action, StringComparer.Ordinal));
        Assert.DoesNotContain("someone", installation.Dump(), StringComparison.Ordinal); // what a stranger says is not kept
    }

    [Fact]
    public async Task Beyond_100_networks_the_rest_is_one_row_and_no_other_actors()
    {
        var ledger = world.Services.Get<RefusalLedger>();
        for (var i = 0; i < 250; i++)
        {
            ledger.Note(new IPAddress([10, 1, (byte)i, 7]), RefusalReason.InvalidClient);
        }

        ledger.Note(world.Viewer, RefusalReason.UserCodes);
        await FlushAsync();
        var rows = await AuditSamples.ReadAsync(world, "client.refused");
        Assert.Equal(101, rows.Count);
        var rest = Assert.Single(rows, row => row.Address is null);
        Assert.Equal((150, true), (Count(rest), JsonNode.Parse(rest.Details)!["other_networks"]!.GetValue<bool>()));
        Assert.Equal("10.2.3.0/24", Assert.Single(await AuditSamples.ReadAsync(world, "limit.reached")).Network);
    }

    [Fact]
    public async Task Limits_of_the_settings_that_were_hit_are_counted()
    {
        var limited = world.Run(
            ("Limits:ResourcesPerProject", "1"), ("Limits:AppsPerProject", "1"), ("Limits:ServiceAccountsPerOrganization", "1"),
            ("Limits:OrganizationsPerPerson", "1"));
        var owner = world.SignIn(world.Owner);
        for (var i = 0; i < 2; i++)
        {
            await limited.Resources.CreateAsync(world.Admin, new(TestInstallation.Orders, "workflow", $"w{i}"), Token);
            await limited.Get<PublishedAppService>()
                .PublishAsync(world.Admin, new(TestInstallation.Orders, $"app {i}", "workflow:w0"), Token);
            await limited.Get<ServiceAccountService>().CreateAsync(world.Admin, new($"account {i}"), Token);
        }

        Assert.Equal(ErrorCode.Conflict, (await limited.Get<OrganizationCreation>().CreateAsync(owner, new("Another"), Token)).Error?.Code);
        await limited.Get<AuditRefusalService>().FlushAsync(Token);
        var rows = await AuditSamples.ReadAsync(world, "limit.reached");
        Assert.Equal(
            ["app_limit_reached", "organization_limit_reached", "resource_limit_reached", "service_account_limit_reached"],
            rows.Select(Reason).Order(StringComparer.Ordinal));
        Assert.Equal(
            AuditCategory.ServiceAccounts, rows.Single(row => Reason(row).StartsWith("service", StringComparison.Ordinal)).Category);
        Assert.All(rows, row => Assert.Equal(1, Count(row)));
    }

    [Fact]
    public void Counts_in_memory_are_bounded_whoever_is_refused()
    {
        var ledger = new RefusalLedger(world.Time);
        for (var i = 0; i < RefusalLedger.MaxCounts + 500; i++)
        {
            ledger.NoteChange(new Actor(PartyType.User, $"person-{i}", "Somebody", "10.2.3.4"), Error.Forbidden("No."));
        }

        var taken = ledger.Take();
        Assert.Equal(RefusalLedger.MaxCounts + 1, taken.Count);
        Assert.Equal(500, taken.Single(count => count.IsRest).Count);
        Assert.Empty(ledger.Take());
    }

    [Fact]
    public async Task Refusals_that_cannot_be_written_are_written_later_and_whole_at_a_graceful_stop()
    {
        var away = true;
        var services = world.Run(
            new SentCommands { FailWhen = text => away && text.Contains("INSERT INTO \"AuditEntries\"", StringComparison.Ordinal) });
        services.Get<RefusalLedger>().NoteChange(world.Viewer, Error.Forbidden("No."));
        var writer = services.Get<AuditRefusalService>();
        await Assert.ThrowsAnyAsync<Exception>(() => writer.FlushAsync(Token));
        services.Get<RefusalLedger>().NoteChange(world.Viewer, Error.Forbidden("No."));
        away = false;

        await writer.StartAsync(Token);
        await writer.StopAsync(Token);
        Assert.Equal(2, Count(Assert.Single(await AuditSamples.ReadAsync(world))));
    }

    public ValueTask DisposeAsync() => world.DisposeAsync();

    static string Reason(AuditEntry row) => JsonNode.Parse(row.Details)!["reason"]!.GetValue<string>();

    static int Count(AuditEntry row) => JsonNode.Parse(row.Details)!["count"]!.GetValue<int>();

    Task FlushAsync() => world.Services.Get<AuditRefusalService>().FlushAsync(Token);

    async Task<Page<AuditRecord>> ListAsync(Actor actor, string organization) =>
        (await world.Services.Get<AuditLogService>().ListAsync(actor, new(organization), Token)).Value;
}
