using Dashboard.Core.Accounts;
using Dashboard.Core.Mail;
using Dashboard.Core.Members;
using Dashboard.Core.Organizations;
using Dashboard.Core.Setup;
using Dashboard.Tests.Unit.Accounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Changes;

public sealed partial class ChangingMethodsTests
{
    const string Password = "a lighthouse keeps nine otters";

    const string Site = AccountMailbox.Site;

    static readonly NewInstallation Installation = new("olga@example.com", Password, "Acme", "Orders");

    static Dictionary<string, Method> PeopleMethods => new(StringComparer.Ordinal)
    {
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

    static async Task<IssuedInvitation> InviteAsync(TestInstallation world, Actor actor) =>
        (await world.Services.Get<InvitationService>()
            .InviteAsync(actor, new("acme", "new@example.com", OrganizationRole.Viewer, ""), Token)).Value;

    static RegistrationService Registration(Services services) =>
        ActivatorUtilities.CreateInstance<RegistrationService>(services.Provider, new AccountOptions { Registration = true });

    /// <summary>The first protection stores its key, which is no part of a change.</summary>
    static void StoreProtectionKey(TestInstallation world) =>
        world.Services.Get<Microsoft.AspNetCore.DataProtection.IDataProtectionProvider>().CreateProtector("x").Protect([1]);
}
