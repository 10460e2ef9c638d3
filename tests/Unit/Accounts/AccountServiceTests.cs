using Dashboard.Core.Accounts;
using Dashboard.Core.Changes;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;
using static Dashboard.Tests.Unit.Accounts.AccountMailbox;
using static Dashboard.Tests.Unit.Accounts.SignInFixture;

namespace Dashboard.Tests.Unit.Accounts;

[EveryDatabase]
public sealed class AccountServiceTests : IAsyncLifetime
{
    const string Other = "A-lighthouse-keeps-9-otters";
    const string NewAddress = "priya@northwind.example";

    SignInFixture fixture = null!;
    Actor priya = null!;

    AccountService Accounts => fixture.Services.Get<AccountService>();

    public async ValueTask InitializeAsync()
    {
        fixture = await SetUpAsync();
        priya = await fixture.EnterAsync();
    }

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    [Fact]
    public async Task Name_changes_and_the_log_says_so_once()
    {
        Assert.Null((await Accounts.RenameAsync(priya, "  Priya R.  ", Cancel)).Error);
        Assert.Null((await Accounts.RenameAsync(priya, "Priya R.", Cancel)).Error);
        Assert.Equal("Priya R.", (await Accounts.FindAsync(priya, Cancel)).Value.Name);
        Assert.Single(fixture.Log(), row => row.Action == "user.renamed");
        Assert.Equal(["name"], (await Accounts.RenameAsync(priya, " ", Cancel)).Error!.Errors!.Keys);
        Assert.Equal(
            ErrorCode.SessionRequired, (await Accounts.RenameAsync(priya with { SessionId = null }, "Mallory", Cancel)).Error?.Code);
    }

    [Fact]
    public async Task Password_change_ends_other_sessions_and_known_browsers_and_is_mailed()
    {
        var browser = fixture.BrowserSecret;
        var elsewhere = await fixture.EnterAsync();
        var changed = await Accounts.ChangePasswordAsync(priya, Password, Other, Site, Cancel);
        Assert.Null(changed.Error);

        var sessions = fixture.Services.Get<SessionService>();
        Assert.NotNull(await sessions.FindLiveAsync(fixture.Secrets[priya.SessionId!], priya.Id, Cancel));
        Assert.Null(await sessions.FindLiveAsync(fixture.Secrets[elsewhere.SessionId!], priya.Id, Cancel));
        Assert.Equal(ErrorCode.InvalidCredentials, (await fixture.SignInAsync(Password)).Error?.Code);
        await using (var context = fixture.Installation.Open())
        {
            Assert.Equal(KeyHash.Of(changed.Value.BrowserSecret), (await context.KnownBrowsers.SingleAsync(Cancel)).SecretHash);
            Assert.NotEqual(browser, changed.Value.BrowserSecret);
        }

        var mail = await fixture.Services.NewestMailAsync(Email);
        Assert.Equal("Your Latchkey password was changed", mail.Subject);
        Assert.Contains("from 203.0.113.7, on 21 Nov 2026, 12:00 UTC", mail.Body, StringComparison.Ordinal);
        Assert.Contains($"{Site}/account/forgot-password", mail.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(Other, mail.Body, StringComparison.Ordinal);
        Assert.Equal(["session.confirmed", "session.ended", "password.changed"], fixture.Log()
            .Where(row => row.ActorId == priya.Id && row.ChainId == AuditChain.Installation)
            .Select(row => row.Action).Where(action => action is not "session.started" and not "session.refused"));
        Assert.Equal(TestInstallation.Start, (await Accounts.FindAsync(priya, Cancel)).Value.PasswordChangedAt);
        Assert.Null((await fixture.SignInAsync(Other)).Error);
    }

    [Fact]
    public async Task Password_change_takes_the_present_password_and_a_good_new_one()
    {
        var before = await HashAsync();
        Assert.Equal(ErrorCode.InvalidCredentials, (await Accounts.ChangePasswordAsync(priya, Wrong, Other, Site, Cancel)).Error?.Code);
        Assert.Equal(
            ["current", "password"], (await Accounts.ChangePasswordAsync(priya, "", "short", Site, Cancel)).Error!.Errors!.Keys.Order());
        Assert.Equal(["password"], (await Accounts.ChangePasswordAsync(priya, Password, Password, Site, Cancel)).Error!.Errors!.Keys);
        Assert.Equal(ErrorCode.SessionRequired,
            (await Accounts.ChangePasswordAsync(priya with { SessionId = null }, Password, Other, Site, Cancel)).Error?.Code);
        Assert.Equal(before, await HashAsync());

        for (var i = 0; i < 4; i++)
        {
            await Accounts.ChangePasswordAsync(priya, Wrong, Other, Site, Cancel);
        }

        Assert.Equal(ErrorCode.RateLimited, (await Accounts.ChangePasswordAsync(priya, Password, Other, Site, Cancel)).Error?.Code);
        Assert.Equal(before, await HashAsync());
    }

    [Fact]
    public async Task Account_without_a_password_sets_one_after_a_fresh_proof_only()
    {
        fixture.Installation.Sql($"UPDATE AspNetUsers SET PasswordHash = NULL WHERE Id = '{priya.Id}'");
        Assert.False((await Accounts.FindAsync(priya, Cancel)).Value.HasPassword);
        fixture.Installation.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(ErrorCode.FreshSignInRequired, (await Accounts.ChangePasswordAsync(priya, null, Other, Site, Cancel)).Error?.Code);
        fixture.Installation.Sql($"UPDATE Sessions SET ConfirmedAt = {fixture.Installation.Time.GetUtcNow().ToUnixTimeMilliseconds()}");
        Assert.Null((await Accounts.ChangePasswordAsync(priya, null, Other, Site, Cancel)).Error);
        Assert.Null((await fixture.SignInAsync(Other)).Error);
    }

    [Fact]
    public async Task New_address_counts_once_its_link_is_followed_and_the_old_one_is_told()
    {
        Assert.Null((await Accounts.RequestEmailChangeAsync(priya, NewAddress, Site, Cancel)).Error);
        Assert.Equal((Email, NewAddress), (
            (await Accounts.FindAsync(priya, Cancel)).Value.Email, (await Accounts.FindAsync(priya, Cancel)).Value.PendingEmail));
        Assert.Equal(["Your Latchkey address is about to change"], await fixture.Services.SubjectsAsync(Email));
        var token = await fixture.Services.NewestTokenAsync(NewAddress);
        Assert.DoesNotContain(token, fixture.Installation.DumpBytes(), StringComparison.Ordinal);
        Assert.Equal(NewAddress, (await Accounts.FindEmailChangeAsync(token, Cancel)).Value);

        fixture.Installation.Time.Advance(TimeSpan.FromMilliseconds(1)); // mail is in the order of its time
        Assert.Equal(NewAddress, (await Accounts.ConfirmEmailAsync(token, "203.0.113.7", Site, Cancel)).Value);
        Assert.Equal(ErrorCode.NotFound, (await Accounts.ConfirmEmailAsync(token, null, Site, Cancel)).Error?.Code);
        Assert.Equal((NewAddress, null), (
            (await Accounts.FindAsync(priya, Cancel)).Value.Email, (await Accounts.FindAsync(priya, Cancel)).Value.PendingEmail));
        Assert.Equal("Your Latchkey address was changed", (await fixture.Services.SubjectsAsync(Email))[^1]);
        Assert.Equal(ErrorCode.InvalidCredentials, (await fixture.SignInAsync()).Error?.Code);
        Assert.Null((await fixture.SignInAsync(email: NewAddress)).Error);
        Assert.Equal(["email.change_requested", "email.changed"], fixture.Log().Select(row => row.Action)
            .Where(action => action.StartsWith("email.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Address_of_another_account_gets_the_same_answer_and_no_link()
    {
        var other = fixture.Installation.AddPerson("Oscar");
        Assert.Null((await Accounts.RequestEmailChangeAsync(priya, "OSCAR@example.com", Site, Cancel)).Error);
        Assert.Equal("OSCAR@example.com", (await Accounts.FindAsync(priya, Cancel)).Value.PendingEmail);
        var mail = await fixture.Services.NewestMailAsync("OSCAR@example.com");
        Assert.Equal("This address has an account already", mail.Subject);
        Assert.DoesNotContain("token=", mail.Body, StringComparison.Ordinal);
        Assert.Equal("Oscar@example.com", (await Accounts.FindAsync(other, Cancel)).Value.Email);
    }

    [Fact]
    public async Task Address_that_was_taken_in_between_is_refused()
    {
        Assert.Null((await Accounts.RequestEmailChangeAsync(priya, "Nadia@example.com", Site, Cancel)).Error);
        var token = await fixture.Services.NewestTokenAsync("Nadia@example.com");
        fixture.Installation.AddPerson("Nadia");
        Assert.Equal(ErrorCode.Conflict, (await Accounts.ConfirmEmailAsync(token, null, Site, Cancel)).Error?.Code);
        Assert.Equal(Email, (await Accounts.FindAsync(priya, Cancel)).Value.Email);
    }

    [Fact]
    public async Task Link_ends_with_the_next_a_cancellation_a_password_change_and_an_hour()
    {
        var first = await RequestAsync();
        var second = await RequestAsync();
        Assert.Equal((false, true), (await WorksAsync(first), await WorksAsync(second)));
        Assert.Null((await Accounts.CancelEmailChangeAsync(priya, Cancel)).Error);
        Assert.Equal(ErrorCode.NotFound, (await Accounts.CancelEmailChangeAsync(priya, Cancel)).Error?.Code);
        Assert.False(await WorksAsync(second));

        var third = await RequestAsync();
        Assert.Equal(ErrorCode.RateLimited, (await Accounts.RequestEmailChangeAsync(priya, NewAddress, Site, Cancel)).Error?.Code);
        Assert.Null((await Accounts.ChangePasswordAsync(priya, Password, Other, Site, Cancel)).Error);
        Assert.False(await WorksAsync(third));

        fixture.Installation.Time.Advance(AccountLink.Lifetime);
        fixture.Installation.Sql($"UPDATE Sessions SET ConfirmedAt = {fixture.Installation.Time.GetUtcNow().ToUnixTimeMilliseconds()}");
        var fourth = await RequestAsync();
        Assert.True(await WorksAsync(fourth));
        await using (var context = fixture.Installation.Open())
        {
            Assert.Equal(1, await context.AccountLinks.CountAsync(Cancel)); // what has expired is gone
        }

        fixture.Installation.Time.Advance(AccountLink.Lifetime);
        Assert.False(await WorksAsync(fourth));
        Assert.Null((await Accounts.FindAsync(priya, Cancel)).Value.PendingEmail);
    }

    [Fact]
    public async Task New_address_takes_a_fresh_proof_and_has_to_be_one()
    {
        Assert.Equal(["email"], (await Accounts.RequestEmailChangeAsync(priya, "nowhere", Site, Cancel)).Error!.Errors!.Keys);
        Assert.Equal(["email"], (await Accounts.RequestEmailChangeAsync(priya, Email, Site, Cancel)).Error!.Errors!.Keys);
        fixture.Installation.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(ErrorCode.FreshSignInRequired, (await Accounts.RequestEmailChangeAsync(priya, NewAddress, Site, Cancel)).Error?.Code);
        Assert.Equal(ErrorCode.SessionRequired,
            (await Accounts.RequestEmailChangeAsync(priya with { SessionId = null }, NewAddress, Site, Cancel)).Error?.Code);
        Assert.Empty(await fixture.Services.SubjectsAsync(NewAddress));
    }

    async Task<string> RequestAsync()
    {
        fixture.Installation.Time.Advance(TimeSpan.FromMilliseconds(1)); // mail is in the order of its time
        Assert.Null((await Accounts.RequestEmailChangeAsync(priya, NewAddress, Site, Cancel)).Error);
        return await fixture.Services.NewestTokenAsync(NewAddress);
    }

    async Task<bool> WorksAsync(string token) => (await Accounts.FindEmailChangeAsync(token, Cancel)).Succeeded;

    async Task<string?> HashAsync()
    {
        await using var context = fixture.Installation.Open();
        return await context.Users.Where(x => x.Id == priya.Id).Select(x => x.PasswordHash).SingleAsync(Cancel);
    }
}
