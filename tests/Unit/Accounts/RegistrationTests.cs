using Dashboard.Core.Accounts;
using Dashboard.Core.Mail;
using Dashboard.Tests.Unit.Support;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Dashboard.Tests.Unit.Accounts;

[EveryDatabase]
public sealed class RegistrationTests : IAsyncDisposable
{
    const string Password = "a lighthouse keeps nine otters";

    readonly TestInstallation world = new(("Accounts:Registration", "true"));

    static CancellationToken Token => TestContext.Current.CancellationToken;

    RegistrationService Registration => world.Services.Get<RegistrationService>();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Account_exists_only_after_the_link_was_opened()
    {
        Assert.Null((await BeginAsync("nora@example.com")).Error);
        await using var context = world.Open();
        Assert.False(await context.Users.AnyAsync(x => x.Email == "nora@example.com", Token));
        var token = await TokenAsync();
        Assert.DoesNotContain(token, world.DumpBytes(), StringComparison.Ordinal);
        Assert.Equal("nora@example.com", (await Registration.FindAsync(token, Token)).Value);
        Assert.Equal("nora@example.com", (await Registration.CompleteAsync(null, token, "Nora", Password, Token)).Value);
        var person = await context.Users.SingleAsync(x => x.Email == "nora@example.com", Token);
        Assert.Equal(("Nora", true), (person.Name, person.EmailConfirmed));
        Assert.Equal(ErrorCode.NotFound, (await Registration.CompleteAsync(null, token, "Nora", Password, Token)).Error?.Code);
    }

    [Fact]
    public async Task Response_does_not_tell_whether_an_address_has_an_account()
    {
        Assert.Null((await BeginAsync("olga@example.com")).Error);
        var mail = Assert.Single(await world.Services.Get<MailOutbox>().ReadAsync(Token)).Message!;
        Assert.Equal("You already have a Latchkey account", mail.Subject);
        Assert.DoesNotContain("token=", mail.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_gets_one_mail_in_five_minutes_and_the_newest_link_works()
    {
        await BeginAsync("nora@example.com");
        await BeginAsync("Nora@example.com");
        Assert.Single(await world.Services.Get<MailOutbox>().ReadAsync(Token));
        var first = await TokenAsync();
        world.Time.Advance(PendingRegistration.Interval);
        await BeginAsync("nora@example.com");
        Assert.Equal(ErrorCode.NotFound, (await Registration.FindAsync(first, Token)).Error?.Code);
        var second = await TokenAsync();
        Assert.Null((await Registration.FindAsync(second, Token)).Error);
        world.Time.Advance(PendingRegistration.Lifetime);
        Assert.Equal(ErrorCode.NotFound, (await Registration.FindAsync(second, Token)).Error?.Code);
    }

    [Fact]
    public async Task Network_registers_a_bounded_number_of_addresses_a_minute()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Null((await BeginAsync($"person-{i}@example.com")).Error);
        }

        Assert.Equal(ErrorCode.RateLimited, (await BeginAsync("last@example.com")).Error?.Code);
    }

    [Fact]
    public async Task Closed_registration_answers_nobody()
    {
        var closed = world.Run(("Accounts:Registration", "false")).Get<RegistrationService>();
        Assert.Equal(ErrorCode.NotFound, (await closed.BeginAsync(null, "nora@example.com", "https://keys.example", Token)).Error?.Code);
        await BeginAsync("nora@example.com");
        Assert.Equal(ErrorCode.NotFound, (await closed.CompleteAsync(null, await TokenAsync(), "Nora", Password, Token)).Error?.Code);
    }

    Task<Result<Core.Common.Unit>> BeginAsync(string email) =>
        Registration.BeginAsync(SignInFixture.Office, email, "https://keys.example", Token);

    /// <summary>The token in the newest mail.</summary>
    async Task<string> TokenAsync()
    {
        var body = (await world.Services.Get<MailOutbox>().ReadAsync(Token))[^1].Message!.Body;
        return body.Split("token=")[1][..LinkToken.Length];
    }
}
