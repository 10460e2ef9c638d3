using Dashboard.Core.Organizations;
using Dashboard.Core.Tokens;
using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Authorizations;

/// <summary>A user authorizes the command-line client and an app, sees them, and disconnects them.</summary>
public sealed class AuthorizationJourneys : IClassFixture<Product>
{
    const string LongName = "Contoso Desk Assistant for Fabrikam and the other carriers of the whole of Northern Europe";

    readonly Product product;
    readonly Browser browser;

    public AuthorizationJourneys(Product product, Browser browser)
    {
        (this.product, this.browser) = (product, browser);
        product.Start();
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Device_is_looked_up_by_its_code_and_allowed_or_denied_by_keyboard()
    {
        await product.AddMemberAsync("reads@example.com", People.Organization, OrganizationRole.Viewer);
        using var program = await ApiClient.OpenAsync(product);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync("reads@example.com");
        var page = visit.Page;
        var code = page.GetByLabel("Code", new() { Exact = true });
        await page.GotoAsync("/oauth/device/verify");
        await Expect(code).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.Device);
        foreach (var (typed, said) in new[] { ("aeiou", "A code has 8 letters"), ("bcdf ghjk", "No device is waiting with this code.") })
        {
            await code.FillAsync(typed);
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByText(said)).ToBeVisibleAsync();
            await Expect(code).ToHaveAttributeAsync("aria-invalid", "true");
            await Expect(code).ToBeFocusedAsync();
        }

        await visit.ExpectAccessibleAsync(PageState.DeviceErrors);
        var device = await program.PostAsync("/oauth/device/authorize", new { client_id = OAuthClient.CommandLineId });
        await code.FillAsync(device.Member("user_code").ToLowerInvariant().Replace("-", "", StringComparison.Ordinal));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Allow Latchkey command line to act as you?" })).ToBeVisibleAsync();
        await Expect(page.GetByText("Manage keys and service accounts on your behalf")).ToBeVisibleAsync();
        await Expect(page.GetByText("(read only)")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.DeviceConsent);
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Device connected" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.DeviceConnected);
        Assert.Equal(200, (await PollAsync(device)).Status);

        var other = await program.PostAsync("/oauth/device/authorize", new { client_id = OAuthClient.CommandLineId });
        // the code is filled in but still has to be submitted
        await page.GotoAsync($"/oauth/device/verify?user_code={other.Member("user_code")}");
        await Expect(code).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deny" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Access denied" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.DeviceDenied);
        Assert.Equal("access_denied", (await PollAsync(other)).Member("error"));

        Task<Exchange> PollAsync(Exchange asked) =>
            program.PostAsync(
                "/oauth/token", new
                {
                    grant_type = GrantTypes.DeviceCode,
                    client_id = OAuthClient.CommandLineId,
                    device_code = asked.Member("device_code")
                });
    }

    [Fact]
    public async Task App_gets_its_answer_at_its_own_address_and_somebody_else_can_answer()
    {
        await product.AddMemberAsync("nobodys@example.com", People.Organization, OrganizationRole.Developer);
        await using (var context = await People.OpenAsync(product))
        {
            context.Members.RemoveRange(
                context.Members.Where(member => context.Users.Any(x => x.Id == member.UserId && x.Email == "nobodys@example.com")));
            await context.SaveChangesAsync(Token);
        }

        using var app = new LoopbackApp();
        using var program = await ApiClient.OpenAsync(product);
        var client = (await program.PostAsync(
            "/oauth/register", new
            {
                client_name = LongName,
                redirect_uris = new[] { "http://127.0.0.1/callback" },
                token_endpoint_auth_method = "none"
            })).Member("client_id");
        var asked = $"/oauth/authorize?client_id={client}&response_type=code&redirect_uri={Uri.EscapeDataString(app.RedirectUri)}&code_challenge_method=S256" +
            $"&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&state=xyz&scope={Uri.EscapeDataString("read:workflows execute:agents")}";

        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        visit.ExpectApp(app.Address);
        var page = visit.Page;
        await visit.SignInAsync("nobodys@example.com");
        await page.GotoAsync(asked);
        await Expect(page.GetByText("You don’t belong to an organization")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Allow" })).ToBeDisabledAsync();
        await visit.ExpectAccessibleAsync(PageState.ConsentWithoutOrganization);
        await page.GetByRole(AriaRole.Button, new() { Name = "Not you?" }).ClickAsync();
        await page.GetByLabel("Email").FillAsync(Product.Email);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Product.Password);
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = LongName })).ToBeVisibleAsync();
        await Expect(page.GetByText("Unverified: it registered itself")).ToBeVisibleAsync();
        await Expect(page.GetByText("1 hour, renewed for up to 30 days")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.Consent);
        Assert.Equal("error=access_denied", await AnswerAsync("Deny"));

        // An error leads back by a press alone until the person has approved the app.
        var wrong = asked.Replace("S256", "plain", StringComparison.Ordinal);
        visit.Expect(400, "code_challenge_method=plain");
        await page.GotoAsync(wrong);
        await Expect(page.GetByText("code_challenge with code_challenge_method S256 is required.")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.ConsentRefused);
        Assert.Equal("error=invalid_request", await AnswerAsync($"Return to {new Uri(app.Address).Authority}", AriaRole.Link));
        await page.GotoAsync(asked);
        Assert.StartsWith("code=latchkey_ac_", await AnswerAsync("Allow"), StringComparison.Ordinal);
        var going = Task.CompletedTask;
        var answered = await app.HearAsync(page, () =>
        {
            going = page.GotoAsync(wrong); // now by itself
            return Task.CompletedTask;
        });
        await going;
        Assert.Equal("invalid_request", answered.QueryString["error"]);

        visit.Expect(400, "client_id=nobody");
        await page.GotoAsync("/oauth/authorize?client_id=nobody");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This app cannot be connected" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.ConsentImpossible);

        // The redirect to the app, with state and issuer.
        async Task<string> AnswerAsync(string button, AriaRole role = AriaRole.Button)
        {
            var heard = await app.HearAsync(page, async () =>
            {
                await page.GetByRole(role, new() { Name = button }).FocusAsync();
                await page.Keyboard.PressAsync("Enter");
            });
            Assert.Equal(("xyz", product.Url.GetLeftPart(UriPartial.Authority)), (
                heard.QueryString["state"], heard.QueryString["iss"]));
            return heard.Url!.Query[1..].Split('&')[0];
        }
    }

    [Fact]
    public async Task Connected_apps_are_seen_and_disconnected_by_their_person_and_by_an_admin()
    {
        var person =
            await product.AddMemberAsync("connects@example.com", People.Organization, OrganizationRole.Developer, "Connie Connects");
        using var program = await ApiClient.OpenAsync(product);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var page = visit.Page;
        await visit.SignInAsync("connects@example.com");
        await visit.GoAsync("/account/connected-apps");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No connected apps" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.ConnectedAppsEmpty);

        var shell = await product.CommandLineTokenAsync(program, person);
        var app = await product.AppTokenAsync(program, person, LongName);
        await visit.GoAsync("/");
        await page.GetByRole(AriaRole.Button, new() { Name = "Your account" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Connected apps" }).ClickAsync();
        var rows = page.GetByRole(AriaRole.Region, new() { Name = "Connected apps" }).GetByRole(AriaRole.Listitem);
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(rows.Nth(0)).ToContainTextAsync("On your behalf · Can read workflows · Connected");
        await Expect(rows.Nth(0)).ToContainTextAsync("Unverified");
        await Expect(rows.Nth(1)).ToContainTextAsync("On your behalf · Can manage keys and service accounts");
        await visit.ExpectAccessibleAsync(PageState.ConnectedApps);
        await Expect(page.Locator("h1")).ToBeFocusedAsync(); // once the page is interactive
        await page.GetByRole(AriaRole.Button, new() { Name = "Disconnect Latchkey command line" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.Disconnect, page.GetByRole(AriaRole.Alertdialog));
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Disconnect" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows.GetByRole(AriaRole.Button)).ToBeFocusedAsync(); // the next one
        Assert.Equal(401, (await program.GetAsync("/api/keys", Bearers.Header(shell))).Status);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Default" })).ToBeVisibleAsync(); // the link back

        await using var admin = await PageVisit.OpenAsync(browser, product.Url);
        await admin.SignInAsync(Product.Email);
        await admin.GoAsync($"/{People.Project}/keys");
        await admin.Page.GetByRole(AriaRole.Link, new() { Name = "Connected apps" }).ClickAsync();
        await Expect(admin.Page.GetByText("On behalf of Connie Connects · Can read workflows")).ToBeVisibleAsync();
        await admin.ExpectAccessibleAsync(PageState.ConnectedAppsOfOrganization);
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "of Connie Connects" }).ClickAsync();
        await admin.Page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Disconnect" }).ClickAsync();
        await admin.UntilNoDialogAsync();
        await Expect(admin.Page.GetByRole(AriaRole.Button, new() { Name = "of Connie Connects" })).ToHaveCountAsync(0);
        Assert.Equal("invalid_token", (await program.GetAsync("/v1/capabilities", Bearers.Header(app))).Code);
    }
}
