using System.Reflection;
using Dashboard.Core.Accounts;
using Dashboard.Core.Audit;
using Dashboard.Core.Changes;
using Dashboard.Core.Credentials;
using Dashboard.Core.Deletion;
using Dashboard.Core.Import;
using Dashboard.Core.Keys;
using Dashboard.Core.Mail;
using Dashboard.Core.Members;
using Dashboard.Core.OAuth;
using Dashboard.Core.Organizations;
using Dashboard.Core.Projects;
using Dashboard.Core.PublishedApps;
using Dashboard.Core.ServiceAccounts;
using Dashboard.Core.Setup;
using Dashboard.Core.Tokens;
using Dashboard.Core.Verification;
using Dashboard.Tests.Unit.Accounts;
using Dashboard.Tests.Unit.OAuth;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

/// <summary>Finds every public method of the domain that changes something in its IL. Each writes its audit rows and feed rows, and changes
/// nothing if they cannot be written. A method that changes something but is missing in <see cref="Methods"/> fails a test.</summary>
[EveryDatabase]
public sealed class ChangingMethodsTests
{
    const string Password = "a lighthouse keeps nine otters";

    const string Site = AccountMailbox.Site;

    static readonly NewInstallation Installation = new("olga@example.com", Password, "Acme", "Orders");

    static readonly Dictionary<string, Method> Methods = new(StringComparer.Ordinal)
    {
        ["KeyService.CreateAsync"] = new(1, 1, (world, actor) =>
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
            return Run(services =>
                services.Keys.CreateAsync(actor, new(TestInstallation.Orders, "Backend", Resources: ["workflow:intake"]), Token));
        }),
        ["KeyService.ChangeAsync"] = new(7, 1, async (world, actor) =>
        {
            var key = await KeyAsync(world);
            var patch = new KeyPatch("Renamed", KeyState.Inactive, ["read"], new(TestInstallation.Start.AddDays(1)),
                new() { AllowedIps = ["10.0.0.0/8"], RequestsPerMinute = 60 }, "Vault");
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
            return await Run(services => services.Keys.ChangeManyAsync(
                actor, keys, new(State: KeyState.Inactive, ExpiresAt: new(TestInstallation.Start.AddDays(1))), Token));
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
            return Run(services => services.Get<PublishedAppService>()
                .PublishAsync(actor, new(TestInstallation.Orders, "Desk", "workflow:intake", IdempotencyKey: "once"), Token));
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
        ["ProjectService.CreateAsync"] =
            new(1, 1, (_, actor) => Run(services => services.Projects.CreateAsync(actor, new("acme", "Ledger"), Token))),
        ["ProjectService.ChangeAsync"] = new(
            2, 1, (_, actor) => Run(services => services.Projects.ChangeAsync(actor, new("acme", "orders"), new("Sales", "sales"), Token))),
        ["ProjectService.DeleteAsync"] = new(2, 2, async (world, actor) =>
        {
            await KeyAsync(world);
            return await Run(services => services.Projects.DeleteAsync(actor, new("acme", "orders"), Token));
        }),
        ["KeyService.ApproveAsync"] = new(1, 1, async (world, actor) =>
        {
            var key = await PendingKeyAsync(world);
            return await Run(services => services.Keys.ApproveAsync(actor, key, Token));
        }),
        ["KeyService.RejectAsync"] = new(1, 1, async (world, actor) =>
        {
            var key = await PendingKeyAsync(world);
            return await Run(services => services.Keys.RejectAsync(actor, key, Token));
        }),
        ["OrganizationService.ChangeAsync, policies"] = new(
            1, 1, (_, actor) =>
                Run(services => services.Get<OrganizationService>()
                    .ChangeAsync(actor, "acme", new(Policies: before => before with { MaxLiveKeyDays = 90 }), Token))),
        ["OrganizationDeletionService.DeleteAsync"] = new(9, 9, async (world, actor) =>
        {
            await KeyAsync(world);
            await AccountAsync(world);
            return await Run(services => services.Get<OrganizationDeletionService>().DeleteAsync(actor, "acme", Token));
        }),
        ["OrganizationService.ChangeAsync"] = new(
            2, 1, (_, actor) =>
                Run(services => services.Get<OrganizationService>().ChangeAsync(actor, "acme", new("Apex", "apex"), Token))),
        ["ResourceService.CreateAsync"] = new(
            1, 1, (_, actor) =>
                Run(services => services.Resources.CreateAsync(actor, new(TestInstallation.Orders, "workflow", "intake"), Token))),
        ["ResourceService.ChangeAsync"] = new(1, 1, (world, actor) =>
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
            return Run(services =>
                services.Resources.ChangeAsync(actor, TestInstallation.Orders, "workflow:intake", new("Order intake"), Token));
        }),
        ["ResourceService.DeleteAsync"] = new(2, 2, async (world, actor) =>
        {
            world.AddResource(TestInstallation.Orders, "workflow", "intake");
            await world.Services.Keys.CreateAsync(
                world.Owner, new(TestInstallation.Orders, "Backend", Resources: ["workflow:intake"]), Token);
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
            return Run(services => services.Get<PresenceService>().ConfirmAsync(actor, new(Password), Token));
        }),
        ["PresenceService.ConfirmAsync, refused"] = new(1, 1, (_, actor) => Run(async services =>
        {
            var outcome = await services.Get<PresenceService>().ConfirmAsync(actor, new(Password), Token);
            Assert.Equal(ErrorCode.InvalidCredentials, outcome.Error?.Code);
            return (Result<Core.Common.Unit>)default(Core.Common.Unit);
        })),
        ["MemberService.ChangeRoleAsync"] = new(
            1, 1, (world, actor) => Run(services =>
                services.Get<MemberService>().ChangeRoleAsync(actor, "acme", world.Developer.Id, OrganizationRole.Viewer, Token))),
        ["MemberService.SetDisabledAsync"] = new(2, 1, (world, actor) =>
        {
            world.SignIn(world.Developer);
            return Run(services => services.Get<MemberService>().SetDisabledAsync(actor, "acme", world.Developer.Id, true, Token));
        }),
        ["MemberService.RemoveAsync"] = new(3, 3, async (world, actor) =>
        {
            await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token);
            await InviteAsync(world, world.Admin);
            world.SetRole("acme", world.Admin, OrganizationRole.Developer);
            await world.Services.Keys.CreateAsync(world.Admin, new(TestInstallation.Orders, "Frontend"), Token);
            return await Run(
                services => services.Get<MemberService>().RemoveAsync(actor, "acme", world.Admin.Id, Handover.RevokeAll, Token));
        }),
        ["MemberService.RevokeEverythingAsync"] = new(2, 2, async (world, actor) =>
        {
            await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token);
            return await Run(services => services.Get<MemberService>().RevokeEverythingAsync(actor, "acme", world.Developer.Id, Token));
        }),
        ["InvitationService.InviteAsync"] = new(1, 1, (world, actor) =>
        {
            StoreProtectionKey(world);
            return Run(services =>
                services.Get<InvitationService>().InviteAsync(actor, new("acme", "new@example.com", OrganizationRole.Viewer, ""), Token));
        }),
        ["InvitationService.ResendAsync"] = new(1, 1, async (world, actor) =>
        {
            var issued = await InviteAsync(world, actor);
            return await Run(services => services.Get<InvitationService>().ResendAsync(actor, issued.Invitation.Id, "", Token));
        }),
        ["InvitationService.WithdrawAsync"] = new(1, 1, async (world, actor) =>
        {
            var issued = await InviteAsync(world, actor);
            return await Run(services => services.Get<InvitationService>().WithdrawAsync(actor, issued.Invitation.Id, Token));
        }),
        ["InvitationService.AcceptAsync"] = new(2, 2, async (world, actor) =>
        {
            var (person, issued) = (world.AddPerson("new"), await InviteAsync(world, actor));
            return await Run(services => services.Get<InvitationService>().AcceptAsync(person, issued.Link[^LinkToken.Length..], Token));
        }),
        ["InvitationService.AcceptAsNewPersonAsync"] = new(3, 2, async (world, actor) =>
        {
            var issued = await InviteAsync(world, actor);
            return await Run(services =>
                services.Get<InvitationService>().AcceptAsNewPersonAsync(null, issued.Link[^LinkToken.Length..], "Nora", Password, Token));
        }),
        ["RegistrationService.BeginAsync"] = new(1, 1, (world, _) =>
        {
            StoreProtectionKey(world);
            return Run(services => Registration(services).BeginAsync(null, "new@example.com", "", Token));
        }),
        ["RegistrationService.CompleteAsync"] = new(1, 1, async (world, _) =>
        {
            await Registration(world.Services).BeginAsync(null, "new@example.com", "", Token);
            var mail = (await world.Services.Get<MailOutbox>().ReadAsync(Token))[0].Message!.Body;
            return await Run(services =>
                Registration(services).CompleteAsync(null, mail.Split("token=")[1][..LinkToken.Length], "Nora", Password, Token));
        }),
        ["OrganizationCreation.CreateAsync"] = new(
            3, 3, (_, actor) =>
                Run(services => services.Get<OrganizationCreation>().CreateAsync(actor, new("Initech", Project: "Reports"), Token))),
        ["AccountService.RenameAsync"] =
            new(1, 1, (_, actor) => Run(services => services.Get<AccountService>().RenameAsync(actor, "Olga O.", Token))),
        ["AccountService.ChangePasswordAsync"] = new(3, 2, (world, actor) =>
        {
            world.SetPassword(actor, Password);
            world.SignIn(actor);
            return Run(services =>
                services.Get<AccountService>().ChangePasswordAsync(actor, Password, "Another-9-lighthouse", Site, Token));
        }),
        ["AccountService.RequestEmailChangeAsync"] = new(1, 1, (_, actor) =>
            Run(services => services.Get<AccountService>().RequestEmailChangeAsync(actor, "o@example.com", Site, Token))),
        ["AccountService.CancelEmailChangeAsync"] = new(1, 1, async (world, actor) =>
        {
            await world.Services.Get<AccountService>().RequestEmailChangeAsync(actor, "o@example.com", Site, Token);
            return await Run(services => services.Get<AccountService>().CancelEmailChangeAsync(actor, Token));
        }),
        ["AccountService.ConfirmEmailAsync"] = new(1, 1, async (world, actor) =>
        {
            await world.Services.Get<AccountService>().RequestEmailChangeAsync(actor, "o@example.com", Site, Token);
            var token = await world.Services.NewestTokenAsync("o@example.com");
            return await Run(services => services.Get<AccountService>().ConfirmEmailAsync(token, null, Site, Token));
        }),
        ["PasswordResetService.CreateLinkAsync"] =
            new(1, 1, (_, _) => Run(services => services.Get<PasswordResetService>().CreateLinkAsync("olga@example.com", Site, Token))),
        ["PasswordResetService.ResetAsync"] = new(2, 1, async (world, _) =>
        {
            var link = (await world.Services.Get<PasswordResetService>().CreateLinkAsync("olga@example.com", Site, Token)).Value;
            return await Run(
                services => services.Get<PasswordResetService>().ResetAsync(AccountMailbox.TokenOf(link), Password, null, Site, Token));
        }),
        ["PasswordResetService.CreateLinkAsync, for a mail"] = new(1, 1, (_, _) => Run(async services =>
        {
            services.Get<PasswordResetService>().Request("olga@example.com", null, Site);
            await services.Get<PasswordResetQueue>().FlushAsync(Token);
            return (Result<Core.Common.Unit>)default(Core.Common.Unit);
        })),
        ["SecondFactorService.TurnOnAsync"] = new(1, 1, (world, actor) => Run(async services =>
        {
            var setup = (await services.Get<SecondFactorService>().BeginAsync(actor, Token)).Value;
            return await services.Get<SecondFactorService>()
                .TurnOnAsync(actor, setup, TimeCodes.Compute(setup.Secret, TimeCodes.StepOf(TestInstallation.Start)), Token);
        })),
        ["SecondFactorService.TurnOffAsync"] = new(1, 1, async (world, actor) =>
        {
            await AuthenticatorAsync(world, actor);
            return await Run(services => services.Get<SecondFactorService>().TurnOffAsync(actor, Token));
        }),
        ["SecondFactorService.RenewCodesAsync"] = new(1, 1, async (world, actor) =>
        {
            await AuthenticatorAsync(world, actor);
            return await Run(services => services.Get<SecondFactorService>().RenewCodesAsync(actor, Token));
        }),
        ["PasskeyService.AddAsync"] = new(1, 1, async (world, actor) =>
        {
            using var device = new SoftAuthenticator();
            var challenge = (await world.Services.Get<PasskeyService>().BeginAsync(actor, Token)).Value;
            var answer = device.Create(challenge);
            return await Run(services => services.Get<PasskeyService>().AddAsync(actor, "Phone", answer, challenge.State, Token));
        }),
        ["PasskeyService.RenameAsync"] = new(1, 1, async (world, actor) =>
        {
            var id = await PasskeyAsync(world, actor);
            return await Run(services => services.Get<PasskeyService>().RenameAsync(actor, id, "Laptop", Token));
        }),
        ["PasskeyService.RemoveAsync"] = new(1, 1, async (world, actor) =>
        {
            var id = await PasskeyAsync(world, actor);
            return await Run(services => services.Get<PasskeyService>().RemoveAsync(actor, id, Token));
        }),
        ["SignInService.SignInWithCodeAsync"] = new(1, 1, async (world, actor) =>
        {
            var pending = await PendingAsync(world, actor);
            return await Run(async services => await services.Get<SignInService>().SignInWithCodeAsync(
                pending.Pending, TimeCodes.Compute(pending.App.Secret, TimeCodes.StepOf(TestInstallation.Start) + 1), new(
                    null, null, false, null, null), Token));
        }),
        ["SignInService.SignInWithCodeAsync, recovery code"] = new(2, 1, async (world, actor) =>
        {
            var pending = await PendingAsync(world, actor);
            return await Run(services => services.Get<SignInService>()
                .SignInWithCodeAsync(pending.Pending, pending.Codes[0], new(null, null, false, null, null), Token));
        }),
        ["SignInService.SignInWithCodeAsync, refused"] = new(1, 1, async (world, actor) =>
        {
            var pending = await PendingAsync(world, actor);
            return await Run(async services =>
            {
                var outcome = await services.Get<SignInService>()
                    .SignInWithCodeAsync(pending.Pending, "not a code", new(null, null, false, null, null), Token);
                Assert.Equal(ErrorCode.InvalidCredentials, outcome.Error?.Code);
                return (Result<Core.Common.Unit>)default(Core.Common.Unit);
            });
        }),
        ["SignInService.SignInWithPasskeyAsync"] = new(1, 1, async (world, actor) =>
        {
            using var device = new SoftAuthenticator();
            await PasskeyAsync(world, actor, device);
            var challenge = await world.Services.Get<PasskeyService>().ChallengeAsync(null, Token);
            var answer = device.Get(challenge);
            return await Run(services => services.Get<SignInService>()
                .SignInWithPasskeyAsync(answer, challenge.State, null, new(null, null, false, null, null), Token));
        }),
        ["SetUpService.SetUpAsync"] =
            new(4, 3, (_, actor) => Run(services => services.Get<SetUpService>().SetUpAsync(actor, Installation, Token)), Empty: true),
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
                                                 // nothing but the log itself: AuditPruningTests and AuditRefusalTests
                && type != typeof(AuditPruning) && type != typeof(AuditRefusalService)
                && calls.Reaches(
                    method, called => called.DeclaringType == typeof(UnitOfWorkRunner) && called.Name == nameof(UnitOfWorkRunner.RunAsync)))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}");
        Assert.Equal(
            Methods.Keys.Select(name => name.Split(',')[0]).Distinct()
                .Order(StringComparer.Ordinal), changing.Order(StringComparer.Ordinal));
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
        // otherwise, every cached key would be dropped
        Assert.All(await context.FeedEntries.ToListAsync(Token), entry => Assert.NotEqual(FeedReach.Everything, FeedScope.Of(entry).Reach));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Change_whose_audit_row_cannot_be_written_is_not_made(string name) =>
        await NothingIsWrittenAsync(name, "INSERT INTO \"AuditEntries\"");

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Change_whose_feed_row_cannot_be_written_is_not_made(string name) =>
        await NothingIsWrittenAsync(name, "INSERT INTO \"FeedEntries\"");

    static async Task NothingIsWrittenAsync(string name, string command)
    {
        await using var world = Methods[name].Install();
        var reached = false;
        var services =
            world.Run(new SentCommands { FailWhen = text => text.Contains(command, StringComparison.Ordinal) && (reached = true) });
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

    static async Task<(AuthenticatorSetup App, IReadOnlyList<string> Codes)> AuthenticatorAsync(TestInstallation world, Actor actor)
    {
        var factors = world.Services.Get<SecondFactorService>();
        var setup = (await factors.BeginAsync(actor, Token)).Value;
        var code = TimeCodes.Compute(setup.Secret, TimeCodes.StepOf(TestInstallation.Start));
        return (setup, (await factors.TurnOnAsync(actor, setup, code, Token)).Value.Codes!.Reveal());
    }

    static async Task<(AuthenticatorSetup App, IReadOnlyList<string> Codes, PendingSignIn Pending)> PendingAsync(
        TestInstallation world, Actor actor)
    {
        var (app, codes) = await AuthenticatorAsync(world, actor);
        world.SetPassword(actor, Password);
        var outcome = await world.Services.Get<SignInService>().SignInAsync(new("olga@example.com", Password, false, null, null), Token);
        return (app, codes, Assert.IsType<SecondFactorRequired>(outcome.Error).Pending);
    }

    static async Task<string> PasskeyAsync(TestInstallation world, Actor actor, SoftAuthenticator? device = null)
    {
        using var own = device is null ? new SoftAuthenticator() : null;
        var passkeys = world.Services.Get<PasskeyService>();
        var challenge = (await passkeys.BeginAsync(actor, Token)).Value;
        await passkeys.AddAsync(actor, "Phone", (device ?? own)!.Create(challenge), challenge.State, Token);
        return (await world.Services.Get<SecondFactorService>().GetAsync(actor, Token)).Passkeys.Single().Id;
    }

    static async Task<PublishedAppSummary> AppAsync(TestInstallation world)
    {
        world.AddResource(TestInstallation.Orders, "workflow", "intake");
        return (await world.Services.Get<PublishedAppService>()
            .PublishAsync(world.Owner, new(TestInstallation.Orders, "Desk", "workflow:intake"), Token)).Value.PublishedApp;
    }

    static async Task<string> AccountAsync(TestInstallation world) =>
        (await world.Services.Get<ServiceAccountService>().CreateAsync(world.Owner, new("gateway"), Token)).Value.Account.Id;

    static async Task<string> PendingKeyAsync(TestInstallation world)
    {
        await using (var context = world.Open())
        {
            await context.Organizations.ExecuteUpdateAsync(set => set.SetProperty(x => x.LiveWriteKeysNeedApproval, true), Token);
        }

        return (await world.Services.Keys.CreateAsync(world.Developer, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;
    }

    static async Task<string> KeyAsync(TestInstallation world) =>
        (await world.Services.Keys.CreateAsync(world.Owner, new(TestInstallation.Orders, "Backend"), Token)).Value.Key.KeyId;

    static async Task<IssuedInvitation> InviteAsync(TestInstallation world, Actor actor) =>
        (await world.Services.Get<InvitationService>()
            .InviteAsync(actor, new("acme", "new@example.com", OrganizationRole.Viewer, ""), Token)).Value;

    static RegistrationService Registration(Services services) =>
        ActivatorUtilities.CreateInstance<RegistrationService>(services.Provider, new AccountOptions { Registration = true });

    /// <summary>The first protection stores its key, which is no part of a change.</summary>
    static void StoreProtectionKey(TestInstallation world) =>
        world.Services.Get<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>().CreateProtector("x").Protect([1]);

    static Task<Func<Services, Task<Error?>>> Run<T>(Func<Services, Task<Result<T>>> run) =>
        Task.FromResult<Func<Services, Task<Error?>>>(async services => (await run(services)).Error);

    /// <summary>A successful call of a method.</summary>
    /// <param name="AuditRows">The number of audit rows it writes.</param>
    /// <param name="FeedRows">The number of feed rows it writes.</param>
    /// <param name="Prepare">Prepares the installation and returns the call, made by a signed-in owner.</param>
    /// <param name="Empty">Whether the call needs an installation without setup.</param>
    sealed record Method(
        int AuditRows, int FeedRows, Func<TestInstallation, Actor, Task<Func<Services, Task<Error?>>>> Prepare, bool Empty = false)
    {
        public TestInstallation Install() => Empty ? Support.TestInstallation.Empty() : new();

        public Task<Func<Services, Task<Error?>>> PrepareAsync(TestInstallation world) =>
            Prepare(world, Empty ? Actor.System : world.SignIn(world.Owner));
    }
}
