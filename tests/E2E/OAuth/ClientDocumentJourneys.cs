using Dashboard.Core.OAuth;
using Dashboard.Tests.E2E.Support;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.OAuth;

/// <summary>A person is asked for an app that a document describes.</summary>
public sealed class ClientDocumentJourneys(Browser browser)
{
    const string Url = "https://app.example.com/oauth/client.json";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Consent_page_names_the_host_and_the_address_of_the_document()
    {
        await using var server = await DocumentServer.StartAsync(Token);
        server.Serve(new { client_id = Url, client_name = "Totally trustworthy", redirect_uris = new[] { "http://127.0.0.1/callback" } });
        await using var product = new Product().WithoutRateLimits().With(services => services.AddSingleton<ClientDocumentNetwork>(server));
        using var api = await ApiClient.OpenAsync(product);
        Assert.True((await api.GetAsync("/.well-known/oauth-authorization-server")).Json.GetProperty(
            "client_id_metadata_document_supported").GetBoolean());
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        using var app = new LoopbackApp();
        visit.ExpectApp(app.Address);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await page.GotoAsync($"/oauth/authorize?response_type=code&client_id={Uri.EscapeDataString(Url)}&redirect_uri={Uri.EscapeDataString(app.RedirectUri)}&scope=openid%20read:workflows"
            + $"&state=xyz&code_challenge={new string('a', 43)}&code_challenge_method=S256");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Allow app.example.com to act as you?" })).ToBeVisibleAsync();
        await Expect(page.GetByText($"Unverified: it is described at {Url}, and nobody here has checked who runs it.")).ToBeVisibleAsync();
        await Expect(page.GetByText("Totally trustworthy", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.List, new() { Name = "What it may do" })).ToContainTextAsync("read:workflows");
        await visit.ExpectAccessibleAsync(PageState.ConsentOfDocument);
        var heard = await app.HearAsync(page, async () =>
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).FocusAsync();
            await page.Keyboard.PressAsync("Enter");
        });
        Assert.StartsWith("latchkey_ac_", heard.QueryString["code"], StringComparison.Ordinal);
    }
}
