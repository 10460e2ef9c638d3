using System.Net;
using Dashboard.Core.Accounts;
using Dashboard.Tests.Unit.Support;
using Xunit;
using static Dashboard.Tests.Unit.Accounts.AccountMailbox;
using static Dashboard.Tests.Unit.Accounts.SignInFixture;

namespace Dashboard.Tests.Unit.Accounts;

[EveryDatabase]
public sealed class SignInMailTests : IAsyncLifetime
{
    static readonly IPAddress Elsewhere = IPAddress.Parse("198.51.100.61");

    SignInFixture fixture = null!;

    public async ValueTask InitializeAsync() => fixture = await SetUpAsync();

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    [Fact]
    public async Task Unknown_browser_from_a_new_network_is_mailed_once()
    {
        await fixture.EnterAsync(); // the first sign-in is none to warn of
        await SignInAsync(Office); // an unknown browser in a usual network
        await SignInAsync(Elsewhere, fixture.BrowserSecret); // a known browser on its way
        Assert.Empty(await fixture.Services.SubjectsAsync(Email));

        var faraway = IPAddress.Parse("192.0.2.77");
        await SignInAsync(faraway);
        Assert.Equal(["New sign-in to your Latchkey account"], await fixture.Services.SubjectsAsync(Email));
        var mail = await fixture.Services.NewestMailAsync(Email);
        Assert.Contains("Device:  Firefox on Linux", mail.Body, StringComparison.Ordinal);
        Assert.Contains("Address: 192.0.2.77", mail.Body, StringComparison.Ordinal);
        Assert.Contains($"{Site}/account/security", mail.Body, StringComparison.Ordinal);
        await SignInAsync(IPAddress.Parse("192.0.2.78")); // the same network
        Assert.Single(await fixture.Services.SubjectsAsync(Email));
    }

    [Fact]
    public async Task Failed_sign_in_and_one_through_an_unknown_proxy_are_not_mailed()
    {
        await fixture.EnterAsync();
        await fixture.FailAsync(1, Elsewhere);
        Assert.Null((await fixture.Services.Get<SignInService>()
            .SignInAsync(Attempt(Elsewhere, null) with { IsProxyAddress = true }, Cancel)).Error);
        Assert.Empty(await fixture.Services.SubjectsAsync(Email));
    }

    [Fact]
    public async Task Many_networks_that_fail_on_an_account_are_mailed_once()
    {
        await fixture.EnterAsync();
        for (var i = 0; i < SignInFailureCounter.AttackNetworks; i++)
        {
            await FailAsync(IPAddress.Parse($"198.51.{i}.1"));
        }

        Assert.Empty(await fixture.Services.SubjectsAsync(Email));
        await FailAsync(IPAddress.Parse("192.0.2.1"));
        await FailAsync(IPAddress.Parse("192.0.3.1"));
        Assert.Equal(["Somebody is trying to sign in to your Latchkey account"], await fixture.Services.SubjectsAsync(Email));
        var mail = await fixture.Services.NewestMailAsync(Email);
        Assert.Contains("failed from more than 10 networks", mail.Body, StringComparison.Ordinal);
        Assert.Contains($"{Site}/account/security", mail.Body, StringComparison.Ordinal);
        fixture.Installation.Time.Advance(SignInFailureCounter.Memory + TimeSpan.FromHours(1)); // a day without an attack
        for (var i = 0; i <= SignInFailureCounter.AttackNetworks; i++)
        {
            await FailAsync(IPAddress.Parse($"198.51.{i}.1"));
        }

        Assert.Equal(2, (await fixture.Services.SubjectsAsync(Email)).Count(subject => subject == mail.Subject));
    }

    [Fact]
    public async Task Address_without_an_account_that_many_networks_fail_on_is_not_mailed()
    {
        for (var i = 0; i <= SignInFailureCounter.AttackNetworks; i++)
        {
            await FailAsync(IPAddress.Parse($"198.51.{i}.1"), "nobody@northwind.example");
        }

        Assert.Empty(await fixture.Services.SubjectsAsync("nobody@northwind.example"));
    }

    async Task FailAsync(IPAddress from, string email = Email) => Assert.Equal(
        ErrorCode.InvalidCredentials,
        (await fixture.Services.Get<SignInService>()
            .SignInAsync(Attempt(from, null) with { Email = email, Password = Wrong }, Cancel)).Error?.Code);

    async Task SignInAsync(IPAddress from, string? browser = null) =>
        Assert.Null((await fixture.Services.Get<SignInService>().SignInAsync(Attempt(from, browser), Cancel)).Error);

    static SignInAttempt Attempt(IPAddress from, string? browser) =>
        new(Email, Password, false, from, Browser) { BrowserSecret = browser, Site = Site };
}
