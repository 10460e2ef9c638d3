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
        Assert.Null((await fixture.Services.Get<SignInService>().SignInAsync(Attempt(Elsewhere, null) with { IsProxyAddress = true }, Cancel)).Error);
        Assert.Empty(await fixture.Services.SubjectsAsync(Email));
    }

    async Task SignInAsync(IPAddress from, string? browser = null) =>
        Assert.Null((await fixture.Services.Get<SignInService>().SignInAsync(Attempt(from, browser), Cancel)).Error);

    static SignInAttempt Attempt(IPAddress from, string? browser) => new(Email, Password, false, from, Browser) { BrowserSecret = browser, Site = Site };
}
