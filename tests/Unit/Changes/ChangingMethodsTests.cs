using System.Reflection;
using Dashboard.Core.Accounts;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Import;
using Dashboard.Core.Keys;
using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Setup;
using Dashboard.Core.Tokens;
using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

/// <summary>Finds every public method of the domain that changes something in its IL. Each writes its audit rows and feed rows, and changes
/// nothing if they cannot be written. A method that changes something but is missing in <see cref="Methods"/> fails a test.</summary>
[EveryDatabase]
public sealed class ChangingMethodsTests
{
    const string Password = "a lighthouse keeps nine otters";

    static readonly NewInstallation Installation = new("olga@example.com", Password, "Acme", "Orders");

    static readonly Dictionary<string, Method> Methods = new(StringComparer.Ordinal)
    {
        ["KeyService.CreateAsync"] = new(1, 1, (world, actor) =>
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
            return Run(services => services.Keys.CreateAsync(actor, new(TestInstallation.Orders, "Backend", Resources: ["workflow:intake"]), Token));
        }),
        ["KeyService.ChangeAsync"] = new(7, 1, async (world, actor) =>
        {
            var key = await KeyAsync(world);
            var patch = new KeyPatch("Renamed", KeyState.Inactive, ["read"], new(TestInstallation.Start.AddDays(1)), new() { AllowedIps = ["10.0.0.0/8"], RequestsPerMinute = 60 }, "Vault");
            return await Run(services => services.Keys.ChangeAsync(actor, key, patch, Token));
        }),
        ["KeyService.RevokeAsync"] = new(1, 1, async (world, actor) =>
        {
            var key = await KeyAsync(world);
            return await Run(services => services.Keys.RevokeAsync(actor, key, Token));
        }),
        ["KeyService.ChangeManyAsync"] = new(4, 2, async (world, actor) =>
        {
            string[] keys = [await KeyAsync(world), await KeyAsync(world)];
            return await Run(services => services.Keys.ChangeManyAsync(actor, keys, new(State: KeyState.Inactive, ExpiresAt: new(TestInstallation.Start.AddDays(1))), Token));
        }),
        ["KeyService.RevokeManyAsync"] = new(2, 2, async (world, actor) =>
        {
            string[] keys = [await KeyAsync(world), await KeyAsync(world)];
            return await Run(services => services.Keys.RevokeManyAsync(actor, keys, Token));
        }),
        ["KeyImportService.ImportAsync"] = new(2, 2, (world, actor) =>
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
            ImportedKey[] keys = [new(new string('0', 64), "Backend", Resources: ["workflow:intake"]), new(new string('1', 64), "Worker")];
            return Run(services => services.Get<KeyImportService>().ImportAsync(actor, new(TestInstallation.Orders, keys), Token));
        }),
        ["PublishedAppService.PublishAsync"] = new(2, 2, (world, actor) =>
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
            return Run(services => services.Get<PublishedAppService>().PublishAsync(actor, new(TestInstallation.Orders, "Desk", "workflow:intake", IdempotencyKey: "once"), Token));
        }),
        ["PublishedAppService.UnpublishAsync"] = new(2, 2, async (world, actor) =>
        {
            var app = await AppAsync(world);
            return await Run(services => services.Get<PublishedAppService>().UnpublishAsync(actor, app.Id, Token));
        }),
        ["KeyService.RevokeAsync, managed"] = new(2, 2, async (world, actor) =>
        {
            var app = await AppAsync(world);
            return await Run(services => services.Keys.RevokeAsync(actor, app.Key.KeyId, Token));
        }),
        ["ProjectService.CreateAsync"] = new(1, 1, (_, actor) => Run(services => services.Projects.CreateAsync(actor, new("acme", "Ledger"), Token))),
        ["ProjectService.ChangeAsync"] = new(
            2, 1, (_, actor) => Run(services => services.Projects.ChangeAsync(actor, new("acme", "orders"), new("Sales", "sales"), Token))),
        ["ProjectService.DeleteAsync"] = new(2, 2, async (world, actor) =>
        {
            await KeyAsync(world);
            return await Run(services => services.Projects.DeleteAsync(actor, new("acme", "orders"), Token));
        }),
        ["OrganizationService.ChangeAsync"] = new(
            2, 1, (_, actor) => Run(services => services.Get<OrganizationService>().ChangeAsync(actor, "acme", new("Apex", "apex"), Token))),
        ["ResourceService.CreateAsync"] = new(
            1, 1, (_, actor) => Run(services => services.Resources.CreateAsync(actor, new(TestInstallation.Orders, "workflow", "intake"), Token))),
        ["ResourceService.ChangeAsync"] = new(1, 1, (world, actor) =>
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
            return Run(services => services.Resources.ChangeAsync(actor, TestInstallation.Orders, "workflow:intake", new("Order intake"), Token));
        }),
        ["ResourceService.DeleteAsync"] = new(2, 2, async (world, actor) =>
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
            await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "Backend", Resources: ["workflow:intake"]), Token);
            return await Run(services => services.Resources.DeleteAsync(actor, TestInstallation.Orders, "workflow:intake", Token));
        }),
        ["SelfRevocation.RevokeAsync"] = new(1, 1, async (world, actor) =>
        {
            var key = (await world.Services.Keys.CreateAsync(actor, new(TestInstallation.Orders, "Backend"), Token)).Value.Secret.Reveal();
            return await Run(async services =>
            {
                await services.Verifier.VerifyAsync(default, AccessRequirement.None, null, Token); // reads the feed
                var revoked = await services.Get<SelfRevocation>().RevokeAsync(PresentedKeys.Key(key), "10.2.3.4", Token);
                return revoked.Refusal is null ? default(Core.Common.Unit) : (Result<Core.Common.Unit>)Error.NotFound;
            });
        }),
        ["ServiceAccountService.CreateAsync"] = new(
            2, 2, (_, actor) => Run(services => services.Get<ServiceAccountService>().CreateAsync(actor, new("gateway", Permissions: ["verify"]), Token))),
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
                OAuthFlow.Body(("token", tokens.AccessToken.Reveal())), PresentedClient.Read([], OAuthFlow.Body()).Value, OAuthFlow.Origin, Token));
        }),
        ["TokenRevocation.RevokeAsync, refresh token"] = new(1, 1, async (world, actor) =>
        {
            var (_, tokens) = await world.Services.ConsentAsync(actor);
            return await Run(services => services.Get<TokenRevocation>().RevokeAsync(
                OAuthFlow.Body(("token", tokens.RefreshToken!.Reveal())), PresentedClient.Read([], OAuthFlow.Body()).Value, OAuthFlow.Origin, Token));
        }),
        ["ClientRegistration.RegisterAsync"] = new(
            1, 1, (_, _) => Run(services => services.Get<ClientRegistration>().RegisterAsync(new("Assistant", [OAuthFlow.Callback]), OAuthFlow.Origin, Token))),
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
            var check = await world.Services.Get<AuthorizationRequests>().CheckAsync(actor, OAuthFlow.Authorize(client), OAuthFlow.Origin.Issuer, Token);
            return await Run(services => services.Get<AuthorizationRequests>().ApproveAsync(actor, check.Request!, "acme", OAuthFlow.Origin.Issuer, Token));
        }),
        ["AuthorizationService.DisconnectAsync"] = new(1, 1, async (world, actor) =>
        {
            await world.Services.ConsentAsync(actor);
            var own = (await world.Services.Get<AuthorizationService>().ListAsync(actor, new(), Token)).Value.Items[0].Id;
            return await Run(services => services.Get<AuthorizationService>().DisconnectAsync(actor, own, Token));
        }),
        ["SigningKeys.PublishedAsync"] = new(1, 1, async (world, _) =>
        {
            world.Services.Get<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>().CreateProtector("x").Protect([1]); // stores the data protection key
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
        ["SessionService.EndAsync"] = new(1, 1, (_, actor) => Run(services => services.Get<SessionService>().EndAsync(actor, Token))),
        ["SessionService.EndOneAsync"] = new(1, 1, (world, actor) =>
        {
            var other = world.SignIn(actor).SessionId!;
            return Run(services => services.Get<SessionService>().EndOneAsync(actor, other, Token));
        }),
        ["SessionService.EndOthersAsync"] = new(2, 1, (world, actor) =>
        {
            world.SignIn(actor);
            world.SignIn(actor);
            return Run(services => services.Get<SessionService>().EndOthersAsync(actor, Token));
        }),
        ["PresenceService.ConfirmAsync"] = new(1, 1, (world, actor) =>
        {
            world.SetPassword(actor, Password);
            return Run(services => services.Get<PresenceService>().ConfirmAsync(actor, Password, Token));
        }),
        ["PresenceService.ConfirmAsync, refused"] = new(1, 1, (_, actor) => Run(async services =>
        {
            var outcome = await services.Get<PresenceService>().ConfirmAsync(actor, Password, Token);
            Assert.Equal(ErrorCode.InvalidCredentials, outcome.Error?.Code);
            return (Result<Core.Common.Unit>)default(Core.Common.Unit);
        })),
        ["SetUpService.SetUpAsync"] = new(4, 3, (_, actor) => Run(services => services.Get<SetUpService>().SetUpAsync(actor, Installation, Token)), Empty: true),
        ["SetUpService.SetUpWithCodeAsync"] = new(4, 3, async (world, _) =>
        {
            var code = await world.Services.Get<SetUpCode>().GetAsync(Token);
            return await Run(services => services.Get<SetUpService>().SetUpWithCodeAsync(null, code, Installation, Token));
        }, Empty: true),
        ["SignInService.SignInAsync"] = new(1, 1, (world, actor) =>
        {
            world.SetPassword(actor, Password);
            return Run(services => services.Get<SignInService>().SignInAsync(new("olga@example.com", Password, false, null, null), Token));
        }),
        ["SignInService.SignInAsync, refused"] = new(1, 1, (_, _) => Run(async services =>
        {
            var outcome = await services.Get<SignInService>().SignInAsync(new("olga@example.com", Password, false, null, null), Token);
            Assert.Equal(ErrorCode.InvalidCredentials, outcome.Error?.Code);
            return (Result<Core.Common.Unit>)default(Core.Common.Unit);
        })),
    };

    public static TheoryData<string> Names => [.. Methods.Keys];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_method_that_changes_something_is_tried_here()
    {
        var calls = new Calls(typeof(UnitOfWorkRunner).Assembly);
        var changing = calls.Methods.OfType<MethodInfo>()
            .Where(method => method.IsPublic && method.DeclaringType is { IsVisible: true } type && type != typeof(UnitOfWorkRunner)
                && type != typeof(AuditKeyStart) // changes no data: AuditKeysTests covers its rows
                && type != typeof(AuditPruning) && type != typeof(AuditRefusalService) // nothing but the log itself: AuditPruningTests and AuditRefusalTests
                && calls.Reaches(method, called => called.DeclaringType == typeof(UnitOfWorkRunner) && called.Name == nameof(UnitOfWorkRunner.RunAsync)))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}");
        Assert.Equal(
            Methods.Keys.Select(name => name.Split(',')[0]).Distinct().Order(StringComparer.Ordinal), changing.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Change_leaves_its_audit_rows_and_its_feed_rows(string name)
    {
        await using var world = Methods[name].Install();
        var run = await Methods[name].PrepareAsync(world);
        var (audit, feed) = await CountAsync(world);
        Assert.Null(await run(world.Services));
        Assert.Equal((audit + Methods[name].AuditRows, feed + Methods[name].FeedRows), await CountAsync(world));
        await using var context = world.Open();
        Assert.All(await context.FeedEntries.ToListAsync(Token), entry => Assert.NotEqual(FeedReach.Everything, FeedScope.Of(entry).Reach)); // otherwise, every cached key would be dropped
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Change_whose_audit_row_cannot_be_written_is_not_made(string name) => await NothingIsWrittenAsync(name, "INSERT INTO \"AuditEntries\"");

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Change_whose_feed_row_cannot_be_written_is_not_made(string name) => await NothingIsWrittenAsync(name, "INSERT INTO \"FeedEntries\"");

    static async Task NothingIsWrittenAsync(string name, string command)
    {
        await using var world = Methods[name].Install();
        var reached = false;
        var services = world.Run(new SentCommands { FailWhen = text => text.Contains(command, StringComparison.Ordinal) && (reached = true) });
        var run = await Methods[name].PrepareAsync(world);
        var before = world.Dump();
        await Assert.ThrowsAnyAsync<DbUpdateException>(() => run(services));
        Assert.True(reached);
        Assert.Equal(before, world.Dump());
    }

    static async Task<(int Audit, int Feed)> CountAsync(TestInstallation world)
    {
        await using var context = world.Open();
        return (await context.AuditEntries.CountAsync(Token), await context.FeedEntries.CountAsync(Token));
    }

    static async Task<PublishedAppSummary> AppAsync(TestInstallation world)
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        return (await world.Services.Get<PublishedAppService>().PublishAsync(world.Owner, new(TestInstallation.Orders, "Desk", "workflow:intake"), Token)).Value.PublishedApp;
    }

    static async Task<string> AccountAsync(TestInstallation world) =>
        (await world.Services.Get<ServiceAccountService>().CreateAsync(world.Owner, new("gateway"), Token)).Value.Account.Id;

    static async Task<string> KeyAsync(TestInstallation world) => (await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;

    static Task<Func<Services, Task<Error?>>> Run<T>(Func<Services, Task<Result<T>>> run) =>
        Task.FromResult<Func<Services, Task<Error?>>>(async services => (await run(services)).Error);

    /// <summary>A successful call of a method.</summary>
    /// <param name="AuditRows">The number of audit rows it writes.</param>
    /// <param name="FeedRows">The number of feed rows it writes.</param>
    /// <param name="Prepare">Prepares the installation and returns the call, made by a signed-in owner.</param>
    /// <param name="Empty">Whether the call needs an installation without setup.</param>
    sealed record Method(int AuditRows, int FeedRows, Func<TestInstallation, Actor, Task<Func<Services, Task<Error?>>>> Prepare, bool Empty = false)
    {
        public TestInstallation Install() => Empty ? Support.TestInstallation.Empty() : new();

        public Task<Func<Services, Task<Error?>>> PrepareAsync(TestInstallation world) => Prepare(world, Empty ? Actor.System : world.SignIn(world.Owner));
    }
}
