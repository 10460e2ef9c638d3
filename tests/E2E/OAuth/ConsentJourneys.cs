using Dashboard.Core.Tokens;
using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>The consent page for an app whose scope needs a proof of presence.</summary>
[Collection(typeof(StoppedCollection))]
public sealed class ConsentJourneys(StoppedProduct stopped, Browser browser)
{
    [Fact]
    public async Task Refused_passkey_is_explained_at_its_button_and_the_password_allows()
    {
        using var own = await OwnOrganization.AddAsync(stopped.Product);
        using var app = new LoopbackApp();
        var client = await RegisterAsync(own, app);
        await using var visit = await PasskeyDevice.OpenAsync(browser, stopped.Product);
        visit.ExpectApp(app.Address);
        await visit.SignInAsync(own.Email);
        await visit.AddPasskeyAsync();
        await stopped.AgeAsync(own.Email);
        await visit.Page.GotoAsync(
            $"/oauth/authorize?client_id={client}&response_type=code&redirect_uri={Uri.EscapeDataString(app.RedirectUri)}"
            + $"&code_challenge={new string('a', 43)}&code_challenge_method=S256");
        await Expect(visit.Page.GetByText("Manage keys and service accounts on your behalf")).ToBeVisibleAsync();

        var hand = new PageDriver(visit.Page, InputMode.Keys);
        foreach (var (answer, said) in new[]
        {
            (PasskeyDevice.GivenUp, "No passkey was used. Try again."), (PasskeyDevice.Forged, "Wrong passkey. 4 tries left"),
        })
        {
            await visit.AnswerWithAsync(answer);
            await hand.PressAsync(AriaRole.Button, "Allow with a passkey");
            await Expect(visit.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = said })).ToBeVisibleAsync();
            await hand.AtAsync("button: Allow with a passkey");
        }

        await visit.ExpectAccessibleAsync(PageState.ConsentFactors);
        var heard = await app.HearAsync(visit.Page, async () =>
        {
            await visit.Page.GetByLabel("Your password", new() { Exact = true }).FillAsync(Product.Password);
            await hand.ReachAsync(AriaRole.Button, "Allow");
            await hand.KeyAsync("Enter");
        });
        Assert.StartsWith("latchkey_ac_", heard.QueryString["code"], StringComparison.Ordinal);
    }

    /// <summary>Registers an app and gives it the scope <c>api</c>, which no app can register. Today only the command line has that scope,
    /// and it has no redirect URI.</summary>
    async Task<string> RegisterAsync(OwnOrganization own, LoopbackApp app)
    {
        var id = (await own.Owner.PostAsync(
            "/oauth/register",
            new { client_name = "Desk assistant", redirect_uris = new[] { app.RedirectUri }, token_endpoint_auth_method = "none" }))
            .Member("client_id");
        await using var context = await People.OpenAsync(stopped.Product);
        await context.RegisteredClients.Where(x => x.ClientId == id).ExecuteUpdateAsync(
            set => set.SetProperty(x => x.Scope, OAuthScopes.Api), TestContext.Current.CancellationToken);
        return id;
    }
}
