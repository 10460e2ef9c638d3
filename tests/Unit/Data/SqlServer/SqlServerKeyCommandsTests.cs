using System.Net;
using Dashboard.Core.Audit;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Core.Keys.Listing;
using Dashboard.Core.Organizations;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Data.SqlServer;

[SqliteOnly("records what SQLite answers")]
public sealed class SqlServerKeyCommandsTests : SqlServerCommandsTest
{
    static KeyTemplate Template =>
        KeyTemplate.TryParse(KeyTemplate.Default, out var template, out _) ? template : throw new InvalidOperationException();

    [Fact]
    public async Task Keys_are_created_listed_changed_and_revoked_in_T_SQL()
    {
        World.AddResource(TestInstallation.Orders, "workflow", "intake");
        World.AddResource(TestInstallation.Orders, "agent", "clerk");
        var key = await KeyAsync();
        await KeyAsync();
        var actor = World.SignIn(World.Developer);
        await BothAsync(
            services => services.Keys.CreateAsync(
                actor, new(TestInstallation.Orders, "Backend", Resources: ["workflow:intake", "agent:clerk"],
                    ExpiresAt: TestInstallation.Start.AddDays(1)), Token));
        await BothAsync(services => services.KeyLists.ListAsync(actor, new(TestInstallation.Orders), Token));
        await BothAsync(services => services.KeyLists.ListAsync(World.Stranger, new(), Token));
        var first = (await World.Services.KeyLists.ListAsync(
            actor, new(TestInstallation.Orders, true, "b%[_\\", KeyEnvironment.Live, Limit: 1), Token)).Value;
        Assert.Null(first.NextCursor);
        var page = (await World.Services.KeyLists.ListAsync(
            actor, new(TestInstallation.Orders, true, "Back", KeyEnvironment.Live, Limit: 1), Token)).Value;
        await BothAsync(services => services.KeyLists.ListAsync(
            actor, new(TestInstallation.Orders, true, "Back", KeyEnvironment.Live, Next(page.NextCursor), 1), Token));
        await BothAsync(services => services.Keys.AllowanceAsync(actor, TestInstallation.Orders, Token));
        await BothAsync(services => services.Keys.GetAsync(actor, key, Token));
        await BothAsync(services => services.Keys.ChangeAsync(
            actor, key, new("Renamed", KeyState.Inactive, ["read"], new(TestInstallation.Start.AddDays(2))), Token));
        World.Time.Advance(TimeSpan.FromDays(3));
        actor = World.SignIn(World.Developer);
        await BothAsync(services => services.Keys.ChangeAsync(actor, key, new(ExpiresAt: Expiry.Never), Token));
        await BothAsync(services => services.Keys.RevokeAsync(actor, key, Token));
        await BothAsync(services => services.Keys.RevokeAsync(actor, key, Token));
    }

    [Fact]
    public async Task Keys_are_sorted_counted_looked_up_and_created_once_in_T_SQL()
    {
        await using var full = World.Run(("Keys:MaxActivePerProject", "50"));
        var texts = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            var environment = i % 2 == 0 ? KeyEnvironment.Live : KeyEnvironment.Test;
            texts.Add((await full.Keys.CreateAsync(
                World.Developer, new(TestInstallation.Orders, $"Backend {i / 4}", environment), Token)).Value.Secret.Reveal());
        }

        foreach (var query in Enum.GetValues<KeySort>().SelectMany(sort => new[] { false, true }.Select(
            descending => new KeyQuery(TestInstallation.Orders, true, Limit: 3, Sort: sort, Descending: descending))))
        {
            var page = (await World.Services.KeyLists.ListAsync(World.Viewer, query, Token)).Value;
            await BothAsync(services => services.KeyLists.ListAsync(World.Viewer, query with { Cursor = Next(page.NextCursor) }, Token));
            await BothAsync(services => services.KeyLists.CountAsync(World.Viewer, query with { Search = "end" }, Token));
        }

        await BothAsync(services => services.Keys.WhichAsync(World.Viewer, texts[0], Token));
        await BothAsync(services => services.Keys.FindFirstUseAsync(World.Viewer, texts[0].Split('_')[2], Token));
        var once = new NewKey(TestInstallation.Billing, "Backend", IdempotencyKey: "once");
        await BothAsync(services => services.Keys.CreateAsync(World.Stranger, once, Token));
        await World.Services.Keys.CreateAsync(World.Stranger, once, Token);
        await BothAsync(services => services.Keys.CreateAsync(World.Stranger, once, Token));
    }

    [Fact]
    public async Task Keys_wait_for_approval_in_T_SQL()
    {
        await World.Services.Get<OrganizationService>()
            .ChangeAsync(World.Owner, "acme", new(Policies: before => before with { LiveWriteKeysNeedApproval = true }), Token);
        foreach (var approve in new[] { true, false })
        {
            var key = (await World.Services.Keys.CreateAsync(
                World.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
            await BothAsync(services =>
                approve ? services.Keys.ApproveAsync(World.Admin, key, Token) : services.Keys.RejectAsync(World.Admin, key, Token));
        }
    }

    [Fact]
    public async Task Apps_are_published_listed_and_unpublished_in_T_SQL()
    {
        World.AddResource(TestInstallation.Orders, "workflow", "intake");
        await BothAsync(services => services.Get<PublishedAppService>()
            .PublishAsync(World.Developer, new(TestInstallation.Orders, "Desk", "workflow:intake", IdempotencyKey: "once"), Token));
        var app = (await World.Services.Get<PublishedAppService>().PublishAsync(
            World.Developer, new(TestInstallation.Orders, "Form", "workflow:intake", IdempotencyKey: "twice"), Token)).Value.PublishedApp;
        await BothAsync(services => services.Get<PublishedAppService>()
            .PublishAsync(World.Developer, new(TestInstallation.Orders, "Form", "workflow:intake", IdempotencyKey: "twice"), Token));
        var page = (await World.Services.Get<PublishedAppService>()
            .ListAsync(World.Viewer, new(TestInstallation.Orders, Search: "o", Limit: 1), Token)).Value;
        Assert.Null(page.NextCursor);
        page = (await World.Services.Get<PublishedAppService>()
            .ListAsync(World.Viewer, new(TestInstallation.Orders, Limit: 1), Token)).Value;
        await BothAsync(services => services.Get<PublishedAppService>()
            .ListAsync(World.Viewer, new(TestInstallation.Orders, Cursor: Next(page.NextCursor), Limit: 1), Token));
        await BothAsync(
            services => services.Get<PublishedAppService>().CountAsync(World.Viewer, new(TestInstallation.Orders, true, "o%"), Token));
        await BothAsync(services => services.Get<PublishedAppService>().GetAsync(World.Viewer, app.Id, Token));
        await BothAsync(
            services => services.KeyLists.ListAsync(World.Viewer, new(TestInstallation.Orders, true, IncludeManaged: true), Token));
        await BothAsync(services => services.Keys.RevokeAsync(World.Developer, app.Key.KeyId, Token));
        await BothAsync(services => services.Get<PublishedAppService>().UnpublishAsync(World.Developer, app.Id, Token));
    }

    [Fact]
    public async Task Keys_are_verified_and_their_use_is_written_in_T_SQL()
    {
        World.AddResource(TestInstallation.Orders, "workflow", "intake");
        var issued = (await World.Services.Keys.CreateAsync(
            World.Developer, new(TestInstallation.Orders, "Backend", Resources: ["workflow:intake"]), Token)).Value;
        foreach (var text in new[] { issued.Secret.Reveal(), Template.Mint(KeyEnvironment.Live).Reveal(), "nothing-of-ours" })
        {
            var credential = PresentedKeys.Key(text);
            foreach (var project in new[] { TestInstallation.Orders, TestInstallation.Billing })
            {
                await RunBothAsync(
                    services => services.Verifier.VerifyAsync(credential,
                        new(Project: project, Resource: "workflow:intake", Permission: "read"), IPAddress.Loopback, Token).AsTask());
            }
        }

        await RunBothAsync(async services =>
        {
            await services.Usage.FlushAsync(Token);
            return 0;
        });
        for (var round = 0; round < 2; round++) // first inserts rows, then updates them
        {
            await RunBothAsync(async services =>
            {
                var meter = services.Usage.Meter(issued.Key.KeyId, World.ProjectId(TestInstallation.Orders));
                meter.Count(RefusalCode.RateLimited, "read", IPAddress.Loopback, "curl/8", World.Time.GetUtcNow());
                await services.Usage.FlushAsync(Token);
                return 0;
            });
            World.Time.Advance(TimeSpan.FromMinutes(90));
        }

        var query = new UsageQuery(
            TestInstallation.Orders, issued.Key.KeyId, TestInstallation.Start, TestInstallation.Start.AddDays(1), Limit: 1);
        var page = (await World.Services.Get<UsageService>().ListAsync(World.Viewer, query, Token)).Value;
        await BothAsync(
            services => services.Get<UsageService>().ListAsync(World.Viewer, query with { Cursor = Next(page.NextCursor) }, Token));
        await BothAsync(services => services.Get<KeyDetailsService>().GetAsync(World.Viewer, issued.Key.KeyId, Token));
        await RunBothAsync(
            async services =>
                (await services.Get<UsageService>().DaysAsync(World.Viewer, [issued.Key.KeyId, "Aa12Bb34"], 30, Token))[issued.Key.KeyId]
                    .Sum(day => day.RateLimited));
        World.Time.Advance(TimeSpan.FromDays(500));
        await RunBothAsync(services => services.Get<UsageCleanupService>().ClearAsync(Token));
        await RunBothAsync(services => services.Get<AuditVerifier>().FindBreakAsync(World.OrganizationId("acme"), Token));
    }
}
