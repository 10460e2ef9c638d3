using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Tokens;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

public sealed partial class ChangingMethodsTests
{
    static Dictionary<string, Method> TokenMethods => new(StringComparer.Ordinal)
    {
        ["ServiceAccountService.CreateAsync"] = new(
            2, 2, (_, actor) =>
                Run(services => services.Get<ServiceAccountService>().CreateAsync(actor, new("gateway", Permissions: ["verify"]), Token))),
        ["ServiceAccountService.ChangeAsync"] = new(1, 1, async (world, actor) =>
        {
            var id = await AccountAsync(world);
            var patch = new ServiceAccountPatch("renamed", "said", ["read"], ProjectChoice.All, ServiceAccountState.Inactive);
            return await Run(services => services.Get<ServiceAccountService>().ChangeAsync(actor, id, patch, Token));
        }),
        ["ServiceAccountService.DeleteAsync"] = new(2, 2, async (world, actor) =>
        {
            var id = await AccountAsync(world);
            return await Run(services => services.Get<ServiceAccountService>().DeleteAsync(actor, id, Token));
        }),
        ["ServiceAccountService.AddSecretAsync"] = new(1, 1, async (world, actor) =>
        {
            var id = await AccountAsync(world);
            return await Run(services => services.Get<ServiceAccountService>().AddSecretAsync(actor, id, Token));
        }),
        ["ServiceAccountService.RemoveSecretAsync"] = new(1, 1, async (world, actor) =>
        {
            var id = await AccountAsync(world);
            var secret = (await world.Services.Get<ServiceAccountService>().GetAsync(actor, id, Token)).Value.Secrets.Single().Id;
            return await Run(services => services.Get<ServiceAccountService>().RemoveSecretAsync(actor, id, secret, Token));
        }),
        ["ServiceAccountService.EndTokensAsync"] = new(1, 1, async (world, actor) =>
        {
            var id = await AccountAsync(world);
            return await Run(services => services.Get<ServiceAccountService>().EndTokensAsync(actor, id, Token));
        }),
        ["TokenService.IssueAsync, code"] = new(1, 1, async (world, actor) =>
        {
            var client = (await world.Services.RegisterAsync()).Client.ClientId;
            var code = await world.Services.CodeAsync(actor, client);
            await world.Services.Get<SigningKeys>().PublishedAsync(Token);
            return await Run(services => services.ExchangeAsync(client, code));
        }),
        ["TokenService.IssueAsync, refresh"] = new(1, 1, async (world, actor) =>
        {
            var (client, tokens) = await world.Services.ConsentAsync(actor);
            return await Run(services => services.RefreshAsync(client, tokens.RefreshToken!.Reveal()));
        }),
        ["TokenService.IssueAsync, replay"] = new(1, 1, async (world, actor) =>
        {
            var (client, tokens) = await world.Services.ConsentAsync(actor);
            await world.Services.RefreshAsync(client, tokens.RefreshToken!.Reveal());
            world.Time.Advance(TimeSpan.FromSeconds(61));
            return await Run(async services =>
            {
                Assert.Equal("invalid_grant", (await services.RefreshAsync(client, tokens.RefreshToken!.Reveal())).Error.OAuthName());
                return (Result<Core.Common.Unit>)default(Core.Common.Unit);
            });
        }),
        ["TokenService.IssueAsync, device"] = new(1, 1, async (world, actor) =>
        {
            var device = await world.Services.DeviceAsync();
            await world.Services.Get<DeviceRequests>().ApproveAsync(actor, device.UserCode.Reveal(), "acme", Token);
            await world.Services.Get<SigningKeys>().PublishedAsync(Token);
            return await Run(services => services.PollAsync(device));
        }),
        ["TokenRevocation.RevokeAsync"] = new(1, 1, async (world, actor) =>
        {
            var (_, tokens) = await world.Services.ConsentAsync(actor);
            return await Run(services => services.Get<TokenRevocation>().RevokeAsync(
                OAuthFlow.Body(("token", tokens.AccessToken.Reveal())), PresentedClient.Read([], OAuthFlow.Body()).Value,
                OAuthFlow.Origin, Token));
        }),
        ["TokenRevocation.RevokeAsync, refresh token"] = new(1, 1, async (world, actor) =>
        {
            var (_, tokens) = await world.Services.ConsentAsync(actor);
            return await Run(services => services.Get<TokenRevocation>().RevokeAsync(
                OAuthFlow.Body(("token", tokens.RefreshToken!.Reveal())), PresentedClient.Read([], OAuthFlow.Body()).Value,
                OAuthFlow.Origin, Token));
        }),
        ["ClientRegistration.RegisterAsync"] = new(
            1, 1, (_, _) => Run(services =>
                services.Get<ClientRegistration>().RegisterAsync(new("Assistant", [OAuthFlow.Callback]), OAuthFlow.Origin, Token))),
        ["DeviceRequests.ApproveAsync"] = new(1, 1, async (world, actor) =>
        {
            var device = await world.Services.DeviceAsync();
            return await Run(services => services.Get<DeviceRequests>().ApproveAsync(actor, device.UserCode.Reveal(), "acme", Token));
        }),
        ["DeviceRequests.DenyAsync"] = new(1, 1, async (world, actor) =>
        {
            var device = await world.Services.DeviceAsync();
            return await Run(services => services.Get<DeviceRequests>().DenyAsync(actor, device.UserCode.Reveal(), Token));
        }),
        ["AuthorizationRequests.ApproveAsync"] = new(1, 1, async (world, actor) =>
        {
            var client = (await world.Services.RegisterAsync()).Client.ClientId;
            var check = await world.Services.Get<AuthorizationRequests>()
                .CheckAsync(actor, OAuthFlow.Authorize(client), OAuthFlow.Origin.Issuer, Token);
            return await Run(services =>
                services.Get<AuthorizationRequests>().ApproveAsync(actor, check.Request!, "acme", OAuthFlow.Origin.Issuer, Token));
        }),
        ["AuthorizationService.DisconnectAsync"] = new(1, 1, async (world, actor) =>
        {
            await world.Services.ConsentAsync(actor);
            var own = (await world.Services.Get<AuthorizationService>().ListAsync(actor, new(), Token)).Value.Items[0].Id;
            return await Run(services => services.Get<AuthorizationService>().DisconnectAsync(actor, own, Token));
        }),
        ["SigningKeys.PublishedAsync"] = new(1, 1, async (world, _) =>
        {
            StoreProtectionKey(world);
            return await Run(async services =>
            {
                await services.Get<SigningKeys>().PublishedAsync(Token);
                return (Result<Core.Common.Unit>)default(Core.Common.Unit);
            });
        }),
        ["SigningKeys.RetireAllAsync"] = new(2, 2, async (world, _) =>
        {
            await world.Services.Get<SigningKeys>().PublishedAsync(Token);
            return await Run(async services =>
            {
                await services.Get<SigningKeys>().RetireAllAsync(Token);
                return (Result<Core.Common.Unit>)default(Core.Common.Unit);
            });
        }),
        ["TokenRevocation.RevokeAsync, service account"] = new(1, 1, async (world, _) =>
        {
            var token = await world.AccountTokenAsync(await world.AccountAsync());
            return await Run(services => services.Get<TokenRevocation>().RevokeAsync(
                OAuthFlow.Body(("token", token)), PresentedClient.Read([], OAuthFlow.Body()).Value, OAuthFlow.Origin, Token));
        }),
    };

    static async Task<string> AccountAsync(TestInstallation world) =>
        (await world.Services.Get<ServiceAccountService>().CreateAsync(world.Owner, new("gateway"), Token)).Value.Account.Id;
}
