using System.Net;
using Dashboard.Core.Accounts;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;
using static Dashboard.Tests.Unit.Accounts.AccountMailbox;
using static Dashboard.Tests.Unit.Accounts.SignInFixture;

namespace Dashboard.Tests.Unit.Accounts;

[EveryDatabase]
public sealed class PasswordResetTests : IAsyncLifetime
{
    const string Other = "A-lighthouse-keeps-9-otters";
    const string Stranger = "nobody@northwind.example";

    SignInFixture fixture = null!;

    PasswordResetService Service => fixture.Services.Get<PasswordResetService>();

    PasswordResetQueue Queue => fixture.Services.Get<PasswordResetQueue>();

    public async ValueTask InitializeAsync() => fixture = await SetUpAsync();

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    [Fact]
    public async Task Known_and_unknown_addresses_get_the_same_answer_which_reads_and_writes_nothing()
    {
        var before = fixture.Installation.Dump();
        var commands = new SentCommands { FailWhen = _ => true };
        var apart = fixture.Installation.Run(commands);
        Assert.Null(apart.Get<PasswordResetService>().Request(Email, Office, Site).Error);
        Assert.Null(apart.Get<PasswordResetService>().Request(Stranger, Office, Site).Error);
        Assert.Equal(before, fixture.Installation.Dump());

        Assert.Null(Service.Request(Stranger, Office, Site).Error);
        Assert.Null(Service.Request($" {Email.ToUpperInvariant()} ", Office, Site).Error);
        await Queue.FlushAsync(Cancel);
        Assert.Empty(await fixture.Services.SubjectsAsync(Stranger));
        Assert.Equal(["Choose a new Latchkey password"], await fixture.Services.SubjectsAsync(Email));
        Assert.Contains("asked for a new password for your account from 203.0.113.7, on 21 Nov 2026",
            (await fixture.Services.NewestMailAsync(Email)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_sets_a_password_once_and_ends_every_session_and_known_browser()
    {
        var priya = await fixture.EnterAsync();
        var (first, token) = (await RequestAsync(), await RequestAsync());
        Assert.DoesNotContain(token, fixture.Installation.DumpBytes(), StringComparison.Ordinal);
        Assert.Equal(Email, (await Service.FindAsync(token, Cancel)).Value);
        Assert.Equal(["password"], (await Service.ResetAsync(token, "short", Office, Site, Cancel)).Error!.Errors!.Keys);
        fixture.Installation.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null((await Service.ResetAsync(token, Other, Office, Site, Cancel)).Error);

        Assert.Equal(ErrorCode.NotFound, (await Service.ResetAsync(token, "Yet-another-9-lighthouse", Office, Site, Cancel)).Error?.Code);
        Assert.Equal(ErrorCode.NotFound, (await Service.FindAsync(first, Cancel)).Error?.Code); // others end with it
        Assert.Null(await fixture.Services.Get<SessionService>().FindLiveAsync(fixture.Secrets[priya.SessionId!], priya.Id, Cancel));
        await using (var context = fixture.Installation.Open())
        {
            Assert.Empty(await context.KnownBrowsers.ToListAsync(Cancel));
        }

        Assert.Equal("Your Latchkey password was changed", (await fixture.Services.SubjectsAsync(Email))[^1]);
        Assert.Equal(
            ["password.reset_requested", "password.reset_requested", "password.reset"],
            fixture.Log().Select(row => row.Action).Where(action => action.StartsWith("password.", StringComparison.Ordinal)));
        Assert.Equal(ErrorCode.InvalidCredentials, (await fixture.SignInAsync()).Error?.Code);
        Assert.Null((await fixture.SignInAsync(Other)).Error);
    }

    [Fact]
    public async Task Link_leaves_the_second_factor_in_force()
    {
        var (app, _) = await fixture.SetUpAuthenticatorAsync(await fixture.EnterAsync());
        Assert.Null((await Service.ResetAsync(await RequestAsync(), Other, Office, Site, Cancel)).Error);
        var pending = Assert.IsType<SecondFactorRequired>((await fixture.SignInAsync(Other)).Error).Pending;
        Assert.Equal(ErrorCode.InvalidCredentials, (await fixture.EnterCodeAsync(pending, fixture.WrongCodeOf(app))).Error?.Code);
        fixture.NextStep();
        Assert.True((await fixture.EnterCodeAsync(pending, fixture.CodeOf(app))).Succeeded);
    }

    [Fact]
    public async Task Link_used_twice_at_once_sets_one_password()
    {
        var token = await RequestAsync();
        string[] passwords = [Other, "Yet-another-9-lighthouse"];
        var outcomes = await Task.WhenAll(passwords.Select(password => Service.ResetAsync(token, password, Office, Site, Cancel)));
        Assert.Single(outcomes, outcome => outcome.Succeeded);
        Assert.Single(outcomes, outcome => outcome.Error?.Code == ErrorCode.NotFound);
        Assert.Null((await fixture.SignInAsync(passwords[Array.FindIndex(outcomes, outcome => outcome.Succeeded)])).Error);
    }

    [Fact]
    public async Task Link_is_dead_after_a_password_change()
    {
        var priya = await fixture.EnterAsync();
        var token = await RequestAsync();
        Assert.Null((await fixture.Services.Get<AccountService>().ChangePasswordAsync(priya, Password, Other, Site, Cancel)).Error);
        Assert.Equal(ErrorCode.NotFound, (await Service.ResetAsync(token, "Yet-another-9-lighthouse", Office, Site, Cancel)).Error?.Code);
        Assert.Null((await fixture.SignInAsync(Other)).Error);
    }

    [Fact]
    public async Task Link_is_dead_after_an_hour_and_no_link_of_another_kind_sets_a_password()
    {
        var priya = await fixture.EnterAsync();
        var token = await RequestAsync();
        fixture.Installation.Time.Advance(AccountLink.Lifetime - TimeSpan.FromMilliseconds(1));
        Assert.True((await Service.FindAsync(token, Cancel)).Succeeded);
        fixture.Installation.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ErrorCode.NotFound, (await Service.ResetAsync(token, Other, Office, Site, Cancel)).Error?.Code);

        priya = await fixture.EnterAsync();
        Assert.Null((
            await fixture.Services.Get<AccountService>().RequestEmailChangeAsync(priya, "priya@northwind.example", Site, Cancel)).Error);
        var other = await fixture.Services.NewestTokenAsync("priya@northwind.example");
        Assert.Equal(ErrorCode.NotFound, (await Service.ResetAsync(other, Other, Office, Site, Cancel)).Error?.Code);
        foreach (var nothing in new[] { null, "", "x", new string('x', 43), new string('x', 5000) })
        {
            Assert.Equal(ErrorCode.NotFound, (await Service.ResetAsync(nothing, Other, Office, Site, Cancel)).Error?.Code);
        }
    }

    [Fact]
    public async Task Address_gets_at_most_three_mails_an_hour_also_after_a_reset()
    {
        var token = await RequestAsync();
        Assert.Null((await Service.ResetAsync(token, Other, Office, Site, Cancel)).Error);
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(Service.Request(Email, IPAddress.Parse($"198.51.100.{i}"), Site).Error);
        }

        await Queue.FlushAsync(Cancel);
        Assert.Equal(3, (await fixture.Services.SubjectsAsync(Email)).Count(subject => subject == "Choose a new Latchkey password"));
        fixture.Installation.Time.Advance(AccountLink.Lifetime);
        await RequestAsync();
    }

    [Fact]
    public async Task Network_is_bounded_and_so_is_what_waits()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Null(Service.Request($"nobody{i}@northwind.example", Office, Site).Error);
        }

        Assert.Equal(ErrorCode.RateLimited, Service.Request(Email, Office, Site).Error?.Code);
        Assert.Equal(["email"], Service.Request("nowhere", Office, Site).Error!.Errors!.Keys);
        Assert.Null(Service.Request(Email, IPAddress.Parse("198.51.100.9"), Site).Error);
        for (var i = 0; i < PasswordResetQueue.MaxWaiting - 11; i++)
        {
            Assert.Null(Service.Request(Email, null, Site).Error); // proxies are not counted
        }

        Assert.Equal(ErrorCode.RateLimited, Service.Request(Email, null, Site).Error?.Code);
        fixture.Installation.Time.Advance(TimeSpan.FromMinutes(10)); // nobody waits for them any longer
        await Queue.FlushAsync(Cancel);
        Assert.Empty(await fixture.Services.SubjectsAsync(Email));
        Assert.Null(Service.Request(Email, null, Site).Error);
    }

    [Fact]
    public async Task Reset_ends_the_pause_of_the_failures_that_led_to_it()
    {
        await fixture.FailAsync(SignInService.MaxFailures);
        Assert.Equal(ErrorCode.RateLimited, (await fixture.SignInAsync()).Error?.Code);
        Assert.Null((await Service.ResetAsync(await RequestAsync(), Other, Office, Site, Cancel)).Error);
        Assert.Null((await fixture.SignInAsync(Other)).Error);
    }

    [Fact]
    public async Task Operator_gets_a_link_without_mail_that_works_like_any_other()
    {
        Assert.Equal(ErrorCode.NotFound, (await Service.CreateLinkAsync(Stranger, Site, Cancel)).Error?.Code);
        var link = await Service.CreateLinkAsync(Email, Site, Cancel);
        Assert.Empty(await fixture.Services.SubjectsAsync(Email));
        Assert.Equal(("password.reset_requested", "system"), fixture.Log().Select(row => (row.Action, row.ActorType))
            .Last(row => row.Action.StartsWith("password.", StringComparison.Ordinal)));
        Assert.Null((await Service.ResetAsync(TokenOf(link.Value), Other, null, Site, Cancel)).Error);
        Assert.Null((await fixture.SignInAsync(Other)).Error);
    }

    async Task<string> RequestAsync()
    {
        fixture.Installation.Time.Advance(TimeSpan.FromMilliseconds(1)); // mail is in the order of its time
        Assert.Null(Service.Request(Email, Office, Site).Error);
        await Queue.FlushAsync(Cancel);
        return await fixture.Services.NewestTokenAsync(Email);
    }
}
