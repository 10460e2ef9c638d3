using System.Net;
using System.Xml.Linq;
using Dashboard.Core.Accounts;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Data;
using Dashboard.Core.Deletion;
using Dashboard.Core.Keys;
using Dashboard.Core.Keys.Format;
using Dashboard.Core.Keys.Listing;
using Dashboard.Core.Members;
using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Setup;
using Dashboard.Core.Tokens;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.SqlServer.TransactSql.ScriptDom;
using Xunit;

namespace Dashboard.Tests.Unit.Data.SqlServer;

/// <summary>Tests SQL Server without a server. Each operation runs twice: on SQLite, and with the SQL Server provider, whose commands are
/// parsed by Microsoft's parser and answered with the responses of SQLite.</summary>
[SqliteOnly("records what SQLite answers")]
public sealed class SqlServerCommandsTests : IAsyncDisposable
{
    readonly TestInstallation world = new();
    readonly CommandRecorder tape = new();
    readonly RecordedConnection connection;
    readonly Services sqlite;
    readonly Services sqlServer;

    public SqlServerCommandsTests()
    {
        connection = new(tape);
        sqlite = world.Run(services =>
            services.ConfigureDbContext<SqliteContext>(options => options.AddInterceptors(tape)), ("Database:MaxBatchSize", "1"));
        sqlServer = world.Run(services => services.ConfigureDbContext<SqlServerContext>(options =>
            options.UseSqlServer(connection)), ("Database:Provider", "SqlServer"), ("DataProtection:KeyPath", "keys"));
    }

    static KeyTemplate Template =>
        KeyTemplate.TryParse(KeyTemplate.Default, out var template, out _) ? template : throw new InvalidOperationException();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Migrations_are_T_SQL()
    {
        using var context = new SqlServerDesignTime().CreateDbContext([]);
        Assert.NotEmpty(
            TSql.Statements(context.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent)));
        Assert.Equal(
            context.Model.GetEntityTypes().Select(type => type.GetTableName()).Distinct().Order(),
            TSql.Statements(context.Database.GenerateCreateScript()).OfType<CreateTableStatement>()
                .Select(table => table.SchemaObjectName.BaseIdentifier.Value).Order());
    }

    /// <summary>What runs between tests on a real server.</summary>
    [Fact]
    public void Test_databases_are_reset_in_T_SQL() => Assert.NotEmpty(TSql.Statements(SqlServerTestDatabase.WriteReset()));

    [Fact]
    public void Parser_turns_down_what_only_another_database_understands()
    {
        Assert.Throws<FormatException>(() => TSql.Parse("INSERT INTO [A] ([B]) VALUES (1) ON CONFLICT DO NOTHING"));
        Assert.Throws<FormatException>(() => TSql.Parse("SELECT [A] FROM [B] LIMIT 1"));
    }

    [Fact]
    public async Task Keys_are_created_listed_changed_and_revoked_in_T_SQL()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        world.AddResource(TestInstallation.Orders, "agent", "clerk");
        var key = await KeyAsync();
        await KeyAsync();
        var actor = world.SignIn(world.Developer);
        await BothAsync(
            services => services.Keys.CreateAsync(
                actor, new(TestInstallation.Orders, "Backend", Resources: ["workflow:intake", "agent:clerk"],
                    ExpiresAt: TestInstallation.Start.AddDays(1)), Token));
        await BothAsync(services => services.KeyLists.ListAsync(actor, new(TestInstallation.Orders), Token));
        await BothAsync(services => services.KeyLists.ListAsync(world.Stranger, new(), Token));
        var first = (await world.Services.KeyLists.ListAsync(
            actor, new(TestInstallation.Orders, true, "b%[_\\", KeyEnvironment.Live, Limit: 1), Token)).Value;
        Assert.Null(first.NextCursor);
        var page = (await world.Services.KeyLists.ListAsync(
            actor, new(TestInstallation.Orders, true, "Back", KeyEnvironment.Live, Limit: 1), Token)).Value;
        await BothAsync(services => services.KeyLists.ListAsync(
            actor, new(TestInstallation.Orders, true, "Back", KeyEnvironment.Live, Next(page.NextCursor), 1), Token));
        await BothAsync(services => services.Keys.AllowanceAsync(actor, TestInstallation.Orders, Token));
        await BothAsync(services => services.Keys.GetAsync(actor, key, Token));
        await BothAsync(services => services.Keys.ChangeAsync(
            actor, key, new("Renamed", KeyState.Inactive, ["read"], new(TestInstallation.Start.AddDays(2))), Token));
        world.Time.Advance(TimeSpan.FromDays(3));
        actor = world.SignIn(world.Developer);
        await BothAsync(services => services.Keys.ChangeAsync(actor, key, new(ExpiresAt: Expiry.Never), Token));
        await BothAsync(services => services.Keys.RevokeAsync(actor, key, Token));
        await BothAsync(services => services.Keys.RevokeAsync(actor, key, Token));
    }

    [Fact]
    public async Task Keys_are_sorted_counted_looked_up_and_created_once_in_T_SQL()
    {
        await using var full = world.Run(("Keys:MaxActivePerProject", "50"));
        var texts = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            var environment = i % 2 == 0 ? KeyEnvironment.Live : KeyEnvironment.Test;
            texts.Add((await full.Keys.CreateAsync(
                world.Developer, new(TestInstallation.Orders, $"Backend {i / 4}", environment), Token)).Value.Secret.Reveal());
        }

        foreach (var query in Enum.GetValues<KeySort>().SelectMany(sort => new[] { false, true }.Select(
            descending => new KeyQuery(TestInstallation.Orders, true, Limit: 3, Sort: sort, Descending: descending))))
        {
            var page = (await world.Services.KeyLists.ListAsync(world.Viewer, query, Token)).Value;
            await BothAsync(services => services.KeyLists.ListAsync(world.Viewer, query with { Cursor = Next(page.NextCursor) }, Token));
            await BothAsync(services => services.KeyLists.CountAsync(world.Viewer, query with { Search = "end" }, Token));
        }

        await BothAsync(services => services.Keys.WhichAsync(world.Viewer, texts[0], Token));
        await BothAsync(services => services.Keys.FindFirstUseAsync(world.Viewer, texts[0].Split('_')[2], Token));
        var once = new NewKey(TestInstallation.Billing, "Backend", IdempotencyKey: "once");
        await BothAsync(services => services.Keys.CreateAsync(world.Stranger, once, Token));
        await world.Services.Keys.CreateAsync(world.Stranger, once, Token);
        await BothAsync(services => services.Keys.CreateAsync(world.Stranger, once, Token));
    }

    [Fact]
    public async Task Organizations_projects_and_resources_are_renamed_and_deleted_in_T_SQL()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        world.AddResource(TestInstallation.Orders, "agent", "clerk");
        await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "One", Resources: ["workflow:intake"]), Token);
        await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "Two", Resources: ["workflow:intake", "agent:clerk"]), Token);
        var path = new ProjectPath("acme", "orders");
        await BothAsync(services =>
            services.Resources.ChangeAsync(world.Admin, TestInstallation.Orders, "workflow:intake", new("Order intake"), Token));
        await BothAsync(
            services => services.Resources.PreviewDeletionAsync(world.Admin, TestInstallation.Orders, "workflow:intake", Token));
        await BothAsync(services => services.Resources.DeleteAsync(world.Admin, TestInstallation.Orders, "workflow:intake", Token));
        await BothAsync(services => services.Projects.ChangeAsync(world.Admin, path, new("Sales", "sales"), Token));
        await BothAsync(services => services.Projects.PreviewDeletionAsync(world.Admin, path, Token));
        await BothAsync(services => services.Projects.DeleteAsync(world.Admin, path, Token));
        await BothAsync(services => services.Get<OrganizationService>().ChangeAsync(world.Owner, "acme", new("Apex", "apex"), Token));
        await BothAsync(services => services.Get<OrganizationService>().ChangeAsync(
            world.Owner, "acme", new(Policies: before => before with { MaxLiveKeyDays = 90, LiveWriteKeysNeedApproval = true }), Token));
        await BothAsync(services => services.Get<OrganizationDeletionService>().PreviewAsync(world.Owner, "acme", Token));
        await BothAsync(services => services.Get<OrganizationDeletionService>().DeleteAsync(world.Owner, "acme", Token));
    }

    [Fact]
    public async Task Keys_wait_for_approval_in_T_SQL()
    {
        await world.Services.Get<OrganizationService>()
            .ChangeAsync(world.Owner, "acme", new(Policies: before => before with { LiveWriteKeysNeedApproval = true }), Token);
        foreach (var approve in new[] { true, false })
        {
            var key = (await world.Services.Keys.CreateAsync(
                world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
            await BothAsync(services =>
                approve ? services.Keys.ApproveAsync(world.Admin, key, Token) : services.Keys.RejectAsync(world.Admin, key, Token));
        }
    }

    [Fact]
    public async Task Members_are_invited_listed_changed_and_removed_in_T_SQL()
    {
        var actor = world.SignIn(world.Owner);
        await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token);
        world.SignIn(world.Developer);
        await BothAsync(services => services.Get<MemberService>().ListAsync(actor, new("acme", "example", Limit: 1), Token));
        var page = (await world.Services.Get<MemberService>().ListAsync(actor, new("acme", Limit: 1), Token)).Value;
        await BothAsync(
            services => services.Get<MemberService>().ListAsync(actor, new("acme", Cursor: Next(page.NextCursor), Limit: 1), Token));
        await BothAsync(services => services.Get<MemberService>().CountAsync(actor, new("acme", Role: OrganizationRole.Viewer), Token));
        await BothAsync(services => services.Get<MemberService>().FindBelongingsAsync(actor, "acme", world.Developer.Id, Token));
        await BothAsync(services => services.Get<MemberService>().FindPossibleOwnersAsync(actor, "acme", "example", Token));
        await BothAsync(services => services.Get<MemberService>().CheckOwnerStaysAsync(actor, "acme", world.Owner.Id, Token));
        await BothAsync(
            services => services.Get<MemberService>().ChangeRoleAsync(actor, "acme", world.Viewer.Id, OrganizationRole.Developer, Token));
        await BothAsync(services => services.Get<MemberService>().SetDisabledAsync(actor, "acme", world.Viewer.Id, true, Token));
        await BothAsync(services =>
            services.Get<InvitationService>().InviteAsync(actor, new("acme", "new@example.com", OrganizationRole.Viewer, ""), Token));
        await BothAsync(services => services.Get<InvitationService>().ListAsync(actor, new("acme", Limit: 1), Token));
        await BothAsync(services => services.Get<InvitationService>().FindAsync(LinkToken.Mint().Text, Token));
        await BothAsync(services => services.Get<MemberService>().RevokeEverythingAsync(actor, "acme", world.Developer.Id, Token));
        await BothAsync(
            services => services.Get<MemberService>().RemoveAsync(actor, "acme", world.Developer.Id, new([], new(world.Admin.Id)), Token));
        await BothAsync(services => services.Get<OrganizationCreation>().CreateAsync(actor, new("Initech", Project: "Reports"), Token));
    }

    [Fact]
    public async Task Apps_are_published_listed_and_unpublished_in_T_SQL()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        await BothAsync(services => services.Get<PublishedAppService>()
            .PublishAsync(world.Developer, new(TestInstallation.Orders, "Desk", "workflow:intake", IdempotencyKey: "once"), Token));
        var app = (await world.Services.Get<PublishedAppService>().PublishAsync(
            world.Developer, new(TestInstallation.Orders, "Form", "workflow:intake", IdempotencyKey: "twice"), Token)).Value.PublishedApp;
        await BothAsync(services => services.Get<PublishedAppService>()
            .PublishAsync(world.Developer, new(TestInstallation.Orders, "Form", "workflow:intake", IdempotencyKey: "twice"), Token));
        var page = (await world.Services.Get<PublishedAppService>()
            .ListAsync(world.Viewer, new(TestInstallation.Orders, Search: "o", Limit: 1), Token)).Value;
        Assert.Null(page.NextCursor);
        page = (await world.Services.Get<PublishedAppService>()
            .ListAsync(world.Viewer, new(TestInstallation.Orders, Limit: 1), Token)).Value;
        await BothAsync(services => services.Get<PublishedAppService>()
            .ListAsync(world.Viewer, new(TestInstallation.Orders, Cursor: Next(page.NextCursor), Limit: 1), Token));
        await BothAsync(
            services => services.Get<PublishedAppService>().CountAsync(world.Viewer, new(TestInstallation.Orders, true, "o%"), Token));
        await BothAsync(services => services.Get<PublishedAppService>().GetAsync(world.Viewer, app.Id, Token));
        await BothAsync(
            services => services.KeyLists.ListAsync(world.Viewer, new(TestInstallation.Orders, true, IncludeManaged: true), Token));
        await BothAsync(services => services.Keys.RevokeAsync(world.Developer, app.Key.KeyId, Token));
        await BothAsync(services => services.Get<PublishedAppService>().UnpublishAsync(world.Developer, app.Id, Token));
    }

    [Fact]
    public async Task Feed_is_read_and_cleared_and_first_uses_are_written_in_T_SQL()
    {
        var key = (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
        await ReadAsync();
        await world.Services.Keys.RevokeAsync(world.Developer, key, Token);
        await ReadAsync();
        await RunBothAsync(async services =>
        {
            services.Get<FirstUses>().Note(key, world.Time.GetUtcNow(), IPAddress.Loopback, "raw");
            await services.Get<FirstUses>().FlushAsync(Token);
            return 0;
        });
        world.Time.Advance(TimeSpan.FromDays(8));
        await RunBothAsync(services => services.Get<FeedCleanupService>().ClearAsync(Token));

        Task ReadAsync() => RunBothAsync(async services =>
        {
            await services.Get<ChangeFeed>().ReadAsync(Token);
            return 0;
        });
    }

    [Fact]
    public async Task Projects_are_created_listed_and_found_in_T_SQL()
    {
        var actor = world.SignIn(world.Admin);
        await BothAsync(services => services.Projects.CreateAsync(actor, new("acme", "Orders"), Token));
        await BothAsync(services => services.Projects.CreateAsync(actor, new(null, "Ledger", "ledger"), Token));
        await BothAsync(services => services.Projects.FindAsync(actor, new("acme", "orders-2"), Token));
        await BothAsync(services => services.Projects.GetAsync(actor, new("acme", "orders-2"), Token));
        var page = (await world.Services.Projects.ListAsync(actor, "acme", null, 1, Token)).Value;
        await BothAsync(services => services.Projects.ListAsync(actor, "acme", Next(page.NextCursor), 1, Token));
        await BothAsync(services => services.Projects.ListAsync(actor, null, null, 50, Token));
        await RunBothAsync(services => services.Projects.OrganizationsAsync(actor, Token));
        await RunBothAsync(services => services.Projects.AccessibleAsync(actor, Token));
    }

    [Fact]
    public async Task Resources_are_created_listed_and_counted_in_T_SQL()
    {
        var actor = world.SignIn(world.Admin);
        await BothAsync(services => services.Resources.CreateAsync(actor, new(TestInstallation.Orders, "workflow", "intake"), Token));
        world.AddResource(TestInstallation.Orders, "workflow", "outtake");
        var query = new ResourceQuery(TestInstallation.Orders, "workflow", "take", Limit: 1);
        var page = (await world.Services.Resources.ListAsync(actor, query, Token)).Value;
        await BothAsync(services => services.Resources.ListAsync(actor, query with { Cursor = Next(page.NextCursor) }, Token));
        foreach (var descending in new[] { false, true })
        {
            var named = query with { Sort = ResourceSort.Name, Descending = descending };
            var before = (await world.Services.Resources.ListAsync(actor, named, Token)).Value.NextCursor;
            await BothAsync(services => services.Resources.ListAsync(actor, named with { Cursor = Next(before) }, Token));
        }

        await BothAsync(services => services.Resources.CountAsync(actor, query, Token));
        await BothAsync(services => services.Resources.GetAsync(actor, TestInstallation.Orders, "workflow:intake", Token));
        await BothAsync(
            services => services.Resources.CountKeysAsync(actor, TestInstallation.Orders, ["workflow:intake", "workflow:outtake"], Token));
    }

    [Fact]
    public async Task Keys_are_verified_and_their_use_is_written_in_T_SQL()
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        var issued = (await world.Services.Keys.CreateAsync(
            world.Developer, new(TestInstallation.Orders, "Backend", Resources: ["workflow:intake"]), Token)).Value;
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
                var meter = services.Usage.Meter(issued.Key.KeyId, world.ProjectId(TestInstallation.Orders));
                meter.Count(RefusalCode.RateLimited, "read", IPAddress.Loopback, "curl/8", world.Time.GetUtcNow());
                await services.Usage.FlushAsync(Token);
                return 0;
            });
            world.Time.Advance(TimeSpan.FromMinutes(90));
        }

        var query = new UsageQuery(
            TestInstallation.Orders, issued.Key.KeyId, TestInstallation.Start, TestInstallation.Start.AddDays(1), Limit: 1);
        var page = (await world.Services.Get<UsageService>().ListAsync(world.Viewer, query, Token)).Value;
        await BothAsync(
            services => services.Get<UsageService>().ListAsync(world.Viewer, query with { Cursor = Next(page.NextCursor) }, Token));
        await BothAsync(services => services.Get<KeyDetailsService>().GetAsync(world.Viewer, issued.Key.KeyId, Token));
        await RunBothAsync(
            async services =>
                (await services.Get<UsageService>().DaysAsync(world.Viewer, [issued.Key.KeyId, "Aa12Bb34"], 30, Token))[issued.Key.KeyId]
                    .Sum(day => day.RateLimited));
        world.Time.Advance(TimeSpan.FromDays(500));
        await RunBothAsync(services => services.Get<UsageCleanupService>().ClearAsync(Token));
        await RunBothAsync(services => services.Get<AuditVerifier>().FindBreakAsync(world.OrganizationId("acme"), Token));
    }

    [Fact]
    public async Task Service_accounts_are_created_listed_changed_and_deleted_in_T_SQL()
    {
        world.AddProject("acme", "ledger");
        var actor = world.SignIn(world.Admin);
        await BothAsync(services => services.Get<ServiceAccountService>()
            .CreateAsync(actor, new("gateway", Projects: new([TestInstallation.Orders, "acme/ledger"])), Token));
        await BothAsync(
            services => services.Get<ServiceAccountService>().CreateAsync(actor, new("all", Projects: ProjectChoice.All), Token));
        var id = (await world.Services.Get<ServiceAccountService>()
            .CreateAsync(actor, new("one", Projects: new([TestInstallation.Orders])), Token)).Value.Account.Id;
        var page = (await world.Services.Get<ServiceAccountService>().ListAsync(actor, new("acme", Limit: 1), Token)).Value;
        await BothAsync(services => services.Get<ServiceAccountService>().ListAsync(actor, new("acme", Next(page.NextCursor), 1), Token));
        await BothAsync(services => services.Get<ServiceAccountService>().GetAsync(actor, id, Token));
        var wanted = new ServiceAccountQuery("acme", Search: "o%", State: ServiceAccountState.Active);
        await BothAsync(services => services.Get<ServiceAccountService>().ListAsync(actor, wanted, Token));
        await BothAsync(services => services.Get<ServiceAccountService>().CountAsync(actor, wanted, Token));
        await BothAsync(services => services.Get<ServiceAccountService>().KeysAsync(actor, id, 1, Token));
        await BothAsync(services => services.Keys.CreateAsync(
            actor, new(TestInstallation.Orders, "second", ServiceAccountId: id, AllowedIps: ["10.0.0.0/8"]), Token));
        var secret = (await world.Services.Get<ServiceAccountService>().GetAsync(actor, id, Token)).Value.Secrets.Single().Id;
        await BothAsync(services => services.Get<ServiceAccountService>().AddSecretAsync(actor, id, Token));
        await BothAsync(services => services.Get<ServiceAccountService>().RemoveSecretAsync(actor, id, secret, Token));
        await BothAsync(services => services.Get<ServiceAccountService>()
            .ChangeAsync(actor, id, new("two", Projects: new(["acme/ledger"]), OwnerIds: [world.Developer.Id]), Token));
        await BothAsync(services => services.Get<ServiceAccountService>().ListAsync(world.Developer, new("acme"), Token));
        await BothAsync(services => services.Get<ServiceAccountService>().DeleteAsync(actor, id, Token));
    }

    [Fact]
    public async Task Tokens_are_issued_verified_listed_and_revoked_in_T_SQL()
    {
        var account = await world.AccountAsync(projects: new([TestInstallation.Orders]));
        await RunBothAsync(services => services.Get<SigningKeys>().PublishedAsync(Token));
        await world.Services.Get<SigningKeys>().PublishedAsync(Token);
        var client = (await world.Services.RegisterAsync()).Client.ClientId;
        await OAuthAsync(services =>
            services.IssueAsync(("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret)));
        await OAuthAsync(
            services => services.Get<ClientRegistration>().RegisterAsync(new("Assistant", [OAuthFlow.Callback]), OAuthFlow.Origin, Token));
        var device = await world.Services.DeviceAsync();
        await RunBothAsync(services => services.DeviceAsync());
        await BothAsync(services => services.Get<DeviceRequests>().FindAsync(world.Developer, device.UserCode.Reveal(), Token));
        await OAuthAsync(services => services.PollAsync(device));
        await BothAsync(services => services.Get<DeviceRequests>().ApproveAsync(world.Developer, device.UserCode.Reveal(), "acme", Token));
        await world.Services.Get<DeviceRequests>().ApproveAsync(world.Developer, device.UserCode.Reveal(), "acme", Token);
        await OAuthAsync(services => services.PollAsync(device));
        var check = await world.Services.Get<AuthorizationRequests>()
            .CheckAsync(world.Developer, OAuthFlow.Authorize(client), OAuthFlow.Origin.Issuer, Token);
        await BothAsync(services =>
            services.Get<AuthorizationRequests>().ApproveAsync(world.Developer, check.Request!, "acme", OAuthFlow.Origin.Issuer, Token));
        var code = await world.Services.CodeAsync(world.Developer, client);
        await OAuthAsync(services => services.ExchangeAsync(client, code));
        var (own, tokens) = await world.Services.ConsentAsync(world.Developer);
        await OAuthAsync(services => services.RefreshAsync(own, tokens.RefreshToken!.Reveal()));
        var page = (await world.Services.Get<AuthorizationService>().ListAsync(world.Admin, new("acme", Limit: 1), Token)).Value;
        await BothAsync(services => services.Get<AuthorizationService>().ListAsync(world.Admin, new("acme", page.NextCursor, 1), Token));
        await BothAsync(services => services.Get<AuthorizationService>().ListAsync(world.Developer, new(), Token));
        var fresh = await world.Services.ConsentAsync(world.Developer);
        await world.Services.CommandLineAsync(world.Developer);
        await using (var context = world.Open())
        {
            var jti = (await context.AccessTokens.FirstAsync(
                token => token.ClientId == OAuthClient.CommandLineId && token.OwnerId == world.Developer.Id, Token)).Jti;
            var through = world.Developer with { Token = new(jti, OAuthClient.CommandLineId, world.OrganizationId("acme")) };
            await BothAsync(services => services.Keys.CreateAsync(through, new(TestInstallation.Orders, "From a shell"), Token));
            await BothAsync(services => services.Keys.GetAsync(through, "Ab12CdEf", Token));
            await BothAsync(services => services.Get<AuthorizationService>().ListAsync(through, new(), Token));
        }

        foreach (var secret in new[] { await world.AccountTokenAsync(account), fresh.Tokens.AccessToken.Reveal() })
        {
            await RunBothAsync(services => services.AskAsync(secret, new(Project: TestInstallation.Orders)));
        }

        foreach (var secret in new[] { fresh.Tokens.RefreshToken!.Reveal(), fresh.Tokens.AccessToken.Reveal() })
        {
            var body = OAuthFlow.Body(("token", secret), ("client_id", account.ClientId), ("client_secret", account.Secret));
            var presented = PresentedClient.Read([], body).Value;
            await RunBothAsync(services => services.Get<Introspection>().AskAsync(body, presented, default, null, OAuthFlow.Origin, Token));
            await OAuthAsync(services => services.Get<TokenRevocation>()
                .RevokeAsync(OAuthFlow.Body(("token", secret)), PresentedClient.Read([], OAuthFlow.Body()).Value, OAuthFlow.Origin, Token));
        }

        await BothAsync(services => services.Get<AuthorizationService>().DisconnectAsync(world.Admin, page.Items[0].Id, Token));
        world.Time.Advance(TimeSpan.FromDays(40));
        await RunBothAsync(async services =>
        {
            await services.Get<OAuthCleanupService>().ClearAsync(Token);
            return 0;
        });

        await RunBothAsync(async services => (await services.Get<SigningKeys>().RetireAllAsync(Token)).Retired.Count);
        await BothAsync(services => services.Get<ServiceAccountService>().EndTokensAsync(world.Owner, account.Id, Token));

        Task OAuthAsync<T>(Func<Services, Task<Result<T>>> run) => RunBothAsync(async services => (await run(services)).Error.OAuthName());
    }

    [Fact]
    public async Task People_sign_in_and_out_in_T_SQL()
    {
        world.SetPassword(world.Owner, "a lighthouse keeps nine otters");
        await BothAsync(services =>
            services.Get<SignInService>().SignInAsync(new("olga@example.com", "wrong", false, IPAddress.Loopback, "Browser"), Token));
        await BothAsync(services => services.Get<SignInService>()
            .SignInAsync(new("olga@example.com", "a lighthouse keeps nine otters", false, IPAddress.Loopback, "Browser"), Token));
        var actor = world.SignIn(world.Owner);
        await RunBothAsync(services => services.Get<SessionService>().FindLiveAsync(actor.SessionId!, actor.Id, Token));
        await RunBothAsync(services => services.Get<SessionService>().FindStatusAsync(actor.SessionId!, actor.Id, Token));
        await BothAsync(services => services.Get<SessionService>().EndAsync(actor, Token));
        await BothAsync(services => services.Keys.CreateAsync(actor, new(TestInstallation.Orders, "Too late"), Token));
    }

    [Fact]
    public async Task Set_up_is_done_in_T_SQL()
    {
        world.Sql("DELETE FROM Members; DELETE FROM AspNetUsers; DELETE FROM OrganizationSlugs; UPDATE Organizations SET Slug = Slug || '-gone'");
        await BothAsync(services => services.Get<SetUpService>()
            .SetUpAsync(Actor.System, new("olga@example.com", "a lighthouse keeps nine otters", "Acme", "Orders"), Token));
        await BothAsync(services => services.Get<SetUpService>()
            .SetUpAsync(Actor.System, new("olga@example.com", "a lighthouse keeps nine otters", "Acme", "Orders"), Token));
    }

    [Fact]
    public async Task Set_up_codes_are_made_tried_and_replaced_in_T_SQL()
    {
        world.Sql("UPDATE Installation SET SetUpAt = NULL");
        await RunBothAsync(services => services.Get<SetUpCode>().GetAsync(Token));
        world.Sql("UPDATE Installation SET WrongSetUpCodes = 8");
        await RunBothAsync(services => services.Get<SetUpCode>().IsRightAsync("wrong", Token));
        await RunBothAsync(services => services.Get<SetUpCode>().IsRightAsync("wrong", Token));
        var code = await world.Services.Get<SetUpCode>().GetAsync(Token); // not recorded
        await RunBothAsync(services => services.Get<SetUpCode>().IsRightAsync(code, Token));
    }

    [Fact]
    public async Task New_audit_key_begins_in_T_SQL()
    {
        await KeyAsync();
        (string, string?)[] settings =
            [(AuditKeys.Setting, Convert.ToBase64String(new byte[32])), (AuditKeys.OldSetting, TestInstallation.AuditKeyText)];
        await using var rotated =
            world.Run(services => services.ConfigureDbContext<SqliteContext>(options => options.AddInterceptors(tape)), settings);
        await using var other = world.Run(
            services => services.ConfigureDbContext<SqlServerContext>(options =>
                options.UseSqlServer(connection)), [("Database:Provider", "SqlServer"), ("DataProtection:KeyPath", "keys"), .. settings]);
        connection.Sent.Clear();
        await rotated.Provider.PrepareAuditKeysAsync(Token);
        await other.Provider.PrepareAuditKeysAsync(Token);
        Assert.NotEmpty(connection.Sent);
        Assert.True(tape.IsAtItsEnd);
    }

    [Fact]
    public async Task Protection_keys_are_stored_in_T_SQL() => await RunBothAsync(services =>
    {
        var repository = new EntityFrameworkCoreXmlRepository<DashboardContext>(services.Provider, NullLoggerFactory.Instance);
        repository.StoreElement(new XElement("key"), "key-1");
        return Task.FromResult(repository.GetAllElements().Count);
    });

    public async ValueTask DisposeAsync()
    {
        await world.DisposeAsync();
        await connection.DisposeAsync();
    }

    async Task<string> KeyAsync() =>
        (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;

    async Task BothAsync<T>(Func<Services, Task<Result<T>>> run) =>
        await RunBothAsync(async services => (await run(services)).Error.OAuthName());

    /// <summary>Runs an operation on SQLite, then again with the SQL Server provider.</summary>
    async Task RunBothAsync<T>(Func<Services, Task<T>> run)
    {
        connection.Sent.Clear();
        var answered = await run(sqlite);
        var repeated = await run(sqlServer);
        Assert.NotEmpty(connection.Sent);
        Assert.True(tape.IsAtItsEnd);
        if (answered is ErrorCode or null or Verdict)
        {
            Assert.Equal(Text(answered), Text(repeated));
        }
    }

    /// <summary>A valid cursor. Without it, the command for the next page would not be sent.</summary>
    static string Next(string? cursor)
    {
        Assert.NotNull(cursor);
        return cursor;
    }

    static string? Text(object? answer) => answer is Verdict verdict ? $"{verdict.Refusal} {verdict.KeyId}" : answer?.ToString();
}
