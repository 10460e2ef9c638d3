using System.Net;
using Dashboard.Core.Accounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

[EveryDatabase]
public sealed class SecondFactorTests : IAsyncLifetime
{
    SignInFixture newcomers = null!;
    SecondFactorService factors = null!;
    Actor priya = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        newcomers = await SignInFixture.SetUpAsync();
        factors = newcomers.Services.Get<SecondFactorService>();
        priya = await newcomers.EnterAsync();
    }

    public ValueTask DisposeAsync() => newcomers.DisposeAsync();

    [Fact]
    public async Task Password_alone_begins_no_session_once_there_is_an_authenticator()
    {
        var (app, codes) = await newcomers.SetUpAuthenticatorAsync(priya);
        Assert.Equal(10, codes.Distinct().Count());
        Assert.All(codes, code => Assert.Matches("^[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}$", code));
        var before = newcomers.Installation.Dump();
        var pending = await newcomers.BeginAsync();
        Assert.Equal(before, newcomers.Installation.Dump());
        newcomers.NextStep();
        var signedIn = (await newcomers.EnterCodeAsync(pending, newcomers.CodeOf(app))).Value;
        Assert.Equal(priya.Id, signedIn.UserId);
        Assert.Equal("""{"session":"SESSION","factor":"authenticator"}""".Replace("SESSION", signedIn.SessionId, StringComparison.Ordinal),
            newcomers.Log().Last(x => x.Action == "session.started").Details);
    }

    [Fact]
    public async Task Code_counts_once_and_none_before_it()
    {
        var (app, _) = await newcomers.SetUpAuthenticatorAsync(priya);
        var pending = await newcomers.BeginAsync();
        // set up with it
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.EnterCodeAsync(pending, newcomers.CodeOf(app))).Error?.Code);
        newcomers.NextStep();
        Assert.True((await newcomers.EnterCodeAsync(pending, $" {newcomers.CodeOf(app)[..3]} {newcomers.CodeOf(app)[3..]}")).Succeeded);
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.EnterCodeAsync(pending, newcomers.CodeOf(app))).Error?.Code);
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.EnterCodeAsync(pending, newcomers.CodeOf(app, -1))).Error?.Code);
        Assert.True((await newcomers.EnterCodeAsync(pending, newcomers.CodeOf(app, 1))).Succeeded);
    }

    [Fact]
    public async Task One_code_that_is_entered_at_once_signs_in_once()
    {
        var (app, codes) = await newcomers.SetUpAuthenticatorAsync(priya);
        var pending = await newcomers.BeginAsync();
        newcomers.NextStep();
        foreach (var code in new[] { newcomers.CodeOf(app), codes[0] })
        {
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => newcomers.EnterCodeAsync(pending, code))));
            Assert.Single(outcomes, outcome => outcome.Succeeded);
        }
    }

    [Fact]
    public async Task Recovery_code_signs_in_once_and_tells_the_person()
    {
        var (_, codes) = await newcomers.SetUpAuthenticatorAsync(priya);
        var pending = await newcomers.BeginAsync();
        Assert.True((
            await newcomers.EnterCodeAsync(pending, codes[3].ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal))).Succeeded);
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.EnterCodeAsync(pending, codes[3])).Error?.Code);
        Assert.Equal(9, (await factors.GetAsync(priya, Token)).RecoveryCodesLeft);
        Assert.Contains("A recovery code was used to sign in (9 left) · Latchkey", await newcomers.MailsAsync());
        Assert.Equal("""{"left":9}""", newcomers.Log().Single(x => x.Action == "recovery_code.used").Details);
    }

    [Fact]
    public async Task New_codes_replace_the_old_ones()
    {
        Assert.Equal(ErrorCode.Conflict, (await factors.RenewCodesAsync(priya, Token)).Error?.Code);
        var (_, codes) = await newcomers.SetUpAuthenticatorAsync(priya);
        var renewed = (await factors.RenewCodesAsync(priya, Token)).Value.Reveal();
        var pending = await newcomers.BeginAsync();
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.EnterCodeAsync(pending, codes[0])).Error?.Code);
        Assert.True((await newcomers.EnterCodeAsync(pending, renewed[0])).Succeeded);
    }

    [Fact]
    public async Task Replaced_authenticator_no_longer_counts_and_codes_stay()
    {
        var (old, _) = await newcomers.SetUpAuthenticatorAsync(priya);
        newcomers.NextStep();
        var (app, codes) = await newcomers.SetUpAuthenticatorAsync(priya);
        Assert.Empty(codes);
        newcomers.NextStep();
        var pending = await newcomers.BeginAsync();
        Assert.Equal(ErrorCode.InvalidCredentials, (await newcomers.EnterCodeAsync(pending, newcomers.CodeOf(old))).Error?.Code);
        Assert.True((await newcomers.EnterCodeAsync(pending, newcomers.CodeOf(app))).Succeeded);
        Assert.Equal(["authenticator.added", "authenticator.replaced"], newcomers.Log().Select(x => x.Action)
            .Where(x => x.StartsWith("authenticator", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Secret_and_codes_are_not_in_the_database()
    {
        var (app, codes) = await newcomers.SetUpAuthenticatorAsync(priya);
        var dump = newcomers.Installation.Dump();
        foreach (var text in codes.SelectMany(code => new[] { code, code.Replace("-", "", StringComparison.Ordinal) })
            .Append(TimeCodes.ToText(app.Secret)).Append(Convert.ToHexString(app.Secret)).Append(Convert.ToBase64String(app.Secret)))
        {
            Assert.DoesNotContain(text, dump, StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain(TimeCodes.ToText(app.Secret), $"{app}{codes}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_codes_pause_their_network_and_nobody_else_and_tell_the_person_once()
    {
        var (app, _) = await newcomers.SetUpAuthenticatorAsync(priya);
        var (wrong, thief) = (newcomers.WrongCodeOf(app), IPAddress.Parse("198.51.100.9"));
        var pending = await newcomers.BeginAsync(thief);
        for (var round = 0; round < 2; round++)
        {
            foreach (var left in new[] { "4 tries left before a 5-minute lockout.", "3 tries left",
                "2 tries left", "1 try left", "Try again in 5 minutes." })
            {
                Assert.StartsWith(
                    $"Wrong code. {left}", (await newcomers.EnterCodeAsync(pending, wrong, thief)).Error?.Detail, StringComparison.Ordinal);
            }

            Assert.Equal(ErrorCode.RateLimited, (await newcomers.EnterCodeAsync(pending, newcomers.CodeOf(app, 1), thief)).Error?.Code);
            newcomers.Installation.Time.Advance(SignInService.Pause);
            pending = await newcomers.BeginAsync(thief);
        }

        Assert.True((await newcomers.EnterCodeAsync(pending, newcomers.CodeOf(app))).Succeeded); // from the office
        Assert.Single(await newcomers.MailsAsync(), subject => subject == "Somebody may know your password · Latchkey");
        var refused = newcomers.Log().Where(x => x is { Action: "session.refused", Succeeded: false }).ToList();
        Assert.Equal((10, "anonymous", priya.Id), (refused.Count, refused[0].ActorType, refused[0].TargetId));
    }

    [Fact]
    public async Task Known_browser_has_tries_of_its_own()
    {
        var (app, _) = await newcomers.SetUpAuthenticatorAsync(priya);
        var pending = await newcomers.BeginAsync();
        for (var i = 0; i < SignInService.MaxFailures; i++)
        {
            await newcomers.EnterCodeAsync(pending, newcomers.WrongCodeOf(app));
        }

        Assert.Equal(ErrorCode.RateLimited, (await newcomers.EnterCodeAsync(pending, newcomers.CodeOf(app, 1))).Error?.Code);
        Assert.True((await newcomers.EnterCodeAsync(pending, newcomers.CodeOf(app, 1), browser: newcomers.BrowserSecret)).Succeeded);
    }

    [Fact]
    public async Task Many_networks_together_get_a_hundred_tries_and_the_usual_one_its_own()
    {
        var (app, _) = await newcomers.SetUpAuthenticatorAsync(priya);
        var wrong = newcomers.WrongCodeOf(app);
        var pending = await newcomers.BeginAsync();
        var judged = 0;
        for (var i = 0; i < 200; i++)
        {
            judged += (await newcomers.EnterCodeAsync(
                pending, wrong, IPAddress.Parse($"198.18.{i}.1"))).Error?.Code == ErrorCode.InvalidCredentials ? 1 : 0;
        }

        Assert.Equal(SignInService.MaxCodes, judged);
        Assert.True((await newcomers.EnterCodeAsync(pending, newcomers.CodeOf(app, 1))).Succeeded);
    }

    [Fact]
    public async Task Waiting_sign_in_ends_after_ten_minutes_and_with_the_password()
    {
        var (_, codes) = await newcomers.SetUpAuthenticatorAsync(priya);
        var pending = await newcomers.BeginAsync();
        newcomers.Installation.Time.Advance(PendingSignIn.Lifetime);
        Assert.Equal(ErrorCode.SessionRequired, (await newcomers.EnterCodeAsync(pending, codes[0])).Error?.Code);
        pending = await newcomers.BeginAsync();
        newcomers.Installation.SetPassword(priya, "a lighthouse keeps nine otters");
        Assert.Equal(ErrorCode.SessionRequired, (await newcomers.EnterCodeAsync(pending, codes[0])).Error?.Code);
        Assert.Equal(10, (await factors.GetAsync(priya, Token)).RecoveryCodesLeft);
    }

    [Fact]
    public async Task Code_may_come_with_the_password()
    {
        var service = newcomers.Services.Get<SignInService>();
        SignInAttempt attempt = new(SignInFixture.Email, SignInFixture.Password, true, SignInFixture.Office, null);
        Assert.Equal(ErrorCode.InvalidRequest, (await service.SignInAsync(attempt with { Code = "123456" }, Token)).Error?.Code);
        var (app, _) = await newcomers.SetUpAuthenticatorAsync(priya);
        newcomers.NextStep();
        Assert.Equal(ErrorCode.SecondFactorRequired, (await service.SignInAsync(attempt, Token)).Error?.Code);
        Assert.Equal("Wrong code. 4 tries left before a 5-minute lockout.",
            (await service.SignInAsync(attempt with { Code = newcomers.WrongCodeOf(app) }, Token)).Error?.Detail);
        Assert.Equal(ErrorCode.InvalidCredentials,
            (await service.SignInAsync(attempt with { Password = SignInFixture.Wrong, Code = newcomers.CodeOf(app) }, Token)).Error?.Code);
        Assert.True((await service.SignInAsync(attempt with { Code = newcomers.CodeOf(app) }, Token)).Value.Remember);
    }

    [Fact]
    public async Task Changes_need_a_fresh_proof_which_a_code_gives()
    {
        var (app, codes) = await newcomers.SetUpAuthenticatorAsync(priya);
        var setup = (await factors.BeginAsync(priya, Token)).Value;
        newcomers.Installation.Time.Advance(TimeSpan.FromMinutes(15));
        var before = newcomers.Installation.Dump();
        Assert.Equal(ErrorCode.FreshSignInRequired, (await factors.BeginAsync(priya, Token)).Error?.Code);
        Assert.Equal(ErrorCode.FreshSignInRequired, (await factors.TurnOnAsync(priya, setup, newcomers.CodeOf(setup), Token)).Error?.Code);
        Assert.Equal(ErrorCode.FreshSignInRequired, (await factors.TurnOffAsync(priya, Token)).Error?.Code);
        Assert.Equal(ErrorCode.FreshSignInRequired, (await factors.RenewCodesAsync(priya, Token)).Error?.Code);
        Assert.Equal(before, newcomers.Installation.Dump());
        var presence = newcomers.Services.Get<PresenceService>();
        Assert.Equal("Wrong code. 4 tries left before a 5-minute lockout.",
            (await presence.ConfirmAsync(priya, new(Code: newcomers.WrongCodeOf(app)), Token)).Error?.Detail);
        Assert.True((await presence.ConfirmAsync(priya, new(Code: newcomers.CodeOf(app)), Token)).Succeeded);
        Assert.False((await presence.ConfirmAsync(priya, new(Code: newcomers.CodeOf(app)), Token)).Succeeded);
        Assert.True((await presence.ConfirmAsync(priya, new(Code: codes[0]), Token)).Succeeded);
        Assert.True((await factors.TurnOffAsync(priya, Token)).Succeeded);
        Assert.Equal(ErrorCode.SessionRequired, (await factors.TurnOffAsync(priya with { SessionId = null }, Token)).Error?.Code);
    }

    [Fact]
    public async Task Last_factor_takes_its_codes_with_it_unless_an_organization_requires_one()
    {
        await newcomers.SetUpAuthenticatorAsync(priya);
        await RequireAsync(true);
        var refused = (await factors.TurnOffAsync(priya, Token)).Error;
        Assert.Equal((ErrorCode.Conflict, true), (
            refused?.Code, refused?.Detail.StartsWith("Northwind Traders requires", StringComparison.Ordinal)));
        Assert.Equal(10, (await factors.GetAsync(priya, Token)).RecoveryCodesLeft);
        await RequireAsync(false);
        Assert.True((await factors.TurnOffAsync(priya, Token)).Succeeded);
        Assert.Equal(0, (await factors.GetAsync(priya, Token)).RecoveryCodesLeft);
        Assert.True((await newcomers.SignInAsync()).Succeeded);
        Assert.Equal(
            ["An authenticator app was set up · Latchkey", "Your authenticator app was removed · Latchkey"], await newcomers.MailsAsync());
    }

    [Fact]
    public async Task Member_without_a_factor_lacks_the_one_that_an_organization_requires()
    {
        var sessions = newcomers.Services.Get<SessionService>();
        Assert.Equal((false, false), await LacksAsync());
        var before = (await sessions.FindStatusAsync(priya.SessionId!, priya.Id, Token))!;
        await RequireAsync(true);
        Assert.Equal((true, true), await LacksAsync());
        var lacking = (await sessions.FindStatusAsync(priya.SessionId!, priya.Id, Token))!;
        Assert.Equal((false, true), (lacking.Covers(before), before.Covers(lacking)));
        Assert.Equal(["Northwind Traders"], (await factors.GetAsync(priya, Token)).RequiredBy);
        await newcomers.SetUpAuthenticatorAsync(priya);
        Assert.Equal((false, false), await LacksAsync());

        async Task<(bool, bool)> LacksAsync() => (
            (await sessions.FindLiveAsync(newcomers.Secrets[priya.SessionId!], priya.Id, Token))!.LacksSecondFactor,
            await factors.LacksAsync(priya, Token));
    }

    async Task RequireAsync(bool required)
    {
        await using var context = newcomers.Installation.Open();
        await context.Organizations.ExecuteUpdateAsync(set => set.SetProperty(x => x.RequireTwoFactor, required), Token);
    }
}
