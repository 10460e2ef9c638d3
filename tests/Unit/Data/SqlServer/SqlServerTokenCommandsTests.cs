using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Data.SqlServer;

[SqliteOnly("records what SQLite answers")]
public sealed class SqlServerTokenCommandsTests : SqlServerCommandsTest
{
    [Fact]
    public async Task Service_accounts_are_created_listed_changed_and_deleted_in_T_SQL()
    {
        World.AddProject("acme", "ledger");
        var actor = World.SignIn(World.Admin);
        await BothAsync(services => services.Get<ServiceAccountService>()
            .CreateAsync(actor, new("gateway", Projects: new([TestInstallation.Orders, "acme/ledger"])), Token));
        await BothAsync(
            services => services.Get<ServiceAccountService>().CreateAsync(actor, new("all", Projects: ProjectChoice.All), Token));
        var id = (await World.Services.Get<ServiceAccountService>()
            .CreateAsync(actor, new("one", Projects: new([TestInstallation.Orders])), Token)).Value.Account.Id;
        var page = (await World.Services.Get<ServiceAccountService>().ListAsync(actor, new("acme", Limit: 1), Token)).Value;
        await BothAsync(services => services.Get<ServiceAccountService>().ListAsync(actor, new("acme", Next(page.NextCursor), 1), Token));
        await BothAsync(services => services.Get<ServiceAccountService>().GetAsync(actor, id, Token));
        var wanted = new ServiceAccountQuery("acme", Search: "o%", State: ServiceAccountState.Active);
        await BothAsync(services => services.Get<ServiceAccountService>().ListAsync(actor, wanted, Token));
        await BothAsync(services => services.Get<ServiceAccountService>().CountAsync(actor, wanted, Token));
        await BothAsync(services => services.Get<ServiceAccountService>().KeysAsync(actor, id, 1, Token));
        await BothAsync(services => services.Keys.CreateAsync(
            actor, new(TestInstallation.Orders, "second", ServiceAccountId: id, AllowedIps: ["10.0.0.0/8"]), Token));
        var secret = (await World.Services.Get<ServiceAccountService>().GetAsync(actor, id, Token)).Value.Secrets.Single().Id;
        await BothAsync(services => services.Get<ServiceAccountService>().AddSecretAsync(actor, id, Token));
        await BothAsync(services => services.Get<ServiceAccountService>().RemoveSecretAsync(actor, id, secret, Token));
        await BothAsync(services => services.Get<ServiceAccountService>()
            .ChangeAsync(actor, id, new("two", Projects: new(["acme/ledger"]), OwnerIds: [World.Developer.Id]), Token));
        await BothAsync(services => services.Get<ServiceAccountService>().ListAsync(World.Developer, new("acme"), Token));
        await BothAsync(services => services.Get<ServiceAccountService>().DeleteAsync(actor, id, Token));
    }

    [Fact]
    public async Task Tokens_are_issued_verified_listed_and_revoked_in_T_SQL()
    {
        var account = await World.AccountAsync(projects: new([TestInstallation.Orders]));
        await RunBothAsync(services => services.Get<SigningKeys>().PublishedAsync(Token));
        await World.Services.Get<SigningKeys>().PublishedAsync(Token);
        var client = (await World.Services.RegisterAsync()).Client.ClientId;
        await OAuthAsync(services =>
            services.IssueAsync(("grant_type", "client_credentials"), ("client_id", account.ClientId), ("client_secret", account.Secret)));
        await OAuthAsync(
            services => services.Get<ClientRegistration>().RegisterAsync(new("Assistant", [OAuthFlow.Callback]), OAuthFlow.Origin, Token));
        var device = await World.Services.DeviceAsync();
        await RunBothAsync(services => services.DeviceAsync());
        await BothAsync(services => services.Get<DeviceRequests>().FindAsync(World.Developer, device.UserCode.Reveal(), Token));
        await OAuthAsync(services => services.PollAsync(device));
        await BothAsync(services => services.Get<DeviceRequests>().ApproveAsync(World.Developer, device.UserCode.Reveal(), "acme", Token));
        await World.Services.Get<DeviceRequests>().ApproveAsync(World.Developer, device.UserCode.Reveal(), "acme", Token);
        await OAuthAsync(services => services.PollAsync(device));
        var check = await World.Services.Get<AuthorizationRequests>()
            .CheckAsync(World.Developer, OAuthFlow.Authorize(client), OAuthFlow.Origin.Issuer, Token);
        await BothAsync(services =>
            services.Get<AuthorizationRequests>().ApproveAsync(World.Developer, check.Request!, "acme", OAuthFlow.Origin.Issuer, Token));
        var code = await World.Services.CodeAsync(World.Developer, client);
        await OAuthAsync(services => services.ExchangeAsync(client, code));
        var (own, tokens) = await World.Services.ConsentAsync(World.Developer);
        await OAuthAsync(services => services.RefreshAsync(own, tokens.RefreshToken!.Reveal()));
        var page = (await World.Services.Get<AuthorizationService>().ListAsync(World.Admin, new("acme", Limit: 1), Token)).Value;
        await BothAsync(services => services.Get<AuthorizationService>().ListAsync(World.Admin, new("acme", page.NextCursor, 1), Token));
        await BothAsync(services => services.Get<AuthorizationService>().ListAsync(World.Developer, new(), Token));
        var fresh = await World.Services.ConsentAsync(World.Developer);
        await World.Services.CommandLineAsync(World.Developer);
        await using (var context = World.Open())
        {
            var jti = (await context.AccessTokens.FirstAsync(
                token => token.ClientId == OAuthClient.CommandLineId && token.OwnerId == World.Developer.Id, Token)).Jti;
            var through = World.Developer with { Token = new(jti, OAuthClient.CommandLineId, World.OrganizationId("acme")) };
            await BothAsync(services => services.Keys.CreateAsync(through, new(TestInstallation.Orders, "From a shell"), Token));
            await BothAsync(services => services.Keys.GetAsync(through, "Ab12CdEf", Token));
            await BothAsync(services => services.Get<AuthorizationService>().ListAsync(through, new(), Token));
        }

        foreach (var secret in new[] { await World.AccountTokenAsync(account), fresh.Tokens.AccessToken.Reveal() })
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

        await BothAsync(services => services.Get<AuthorizationService>().DisconnectAsync(World.Admin, page.Items[0].Id, Token));
        World.Time.Advance(TimeSpan.FromDays(40));
        await RunBothAsync(async services =>
        {
            await services.Get<OAuthCleanupService>().ClearAsync(Token);
            return 0;
        });

        await RunBothAsync(async services => (await services.Get<SigningKeys>().RetireAllAsync(Token)).Retired.Count);
        await BothAsync(services => services.Get<ServiceAccountService>().EndTokensAsync(World.Owner, account.Id, Token));

        Task OAuthAsync<T>(Func<Services, Task<Result<T>>> run) => RunBothAsync(async services => (await run(services)).Error.OAuthName());
    }
}
