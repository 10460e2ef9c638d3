using System.Net;
using Dashboard.Core.Accounts;
using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Accounts;

/// <summary>Somebody has copied a person's session cookie, and has two pages open with it, one of which shows a key that was just
/// created.</summary>
[Collection(typeof(StoppedCollection))]
public sealed class StolenCookieJourneys(StoppedProduct stopped, Browser browser)
{
    /// <summary>What ends the session.</summary>
    public enum Ending
    {
        SignOut,
        PasswordChange,
        Removal,
        Disabling,
    }

    /// <summary>In milliseconds. Pages have to close within half a minute.</summary>
    const int Limit = 30_000;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    Product Product => stopped.Product;

    [Theory]
    [InlineData(Ending.SignOut)]
    [InlineData(Ending.PasswordChange)]
    [InlineData(Ending.Removal)]
    [InlineData(Ending.Disabling)]
    public async Task Stolen_cookie_opens_nothing_at_once_and_its_pages_close(Ending ending)
    {
        using var own = await OwnOrganization.AddAsync(Product);
        var email = $"dora@{own.Slug}.example";
        var person = await Product.AddMemberAsync(email, own.Slug, OrganizationRole.Developer);
        await using var thief = await PageVisit.OpenAsync(browser, Product.Url);
        await thief.SignInAsync(email);
        var cookie = (await thief.Page.Context.CookiesAsync()).Single(cookie => cookie.Name == "latchkey").Value;
        await thief.GoAsync($"/{own.Project}/keys");
        var other = await thief.Page.Context.NewPageAsync();
        await other.GotoAsync($"/{own.Project}/keys");
        await Expect(other.Locator("#interactive")).ToBeVisibleAsync();
        await thief.Page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).First.ClickAsync();
        await thief.Page.GetByRole(AriaRole.Dialog).GetByLabel("Name").FillAsync("Backend");
        await thief.Page.Keyboard.PressAsync("Enter");
        var secret = thief.Page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        await Expect(secret).ToBeVisibleAsync();
        Assert.Equal(HttpStatusCode.OK, await AskAsync(cookie, HttpMethod.Get, "/api/session"));

        await EndAsync(ending, own, person, email, cookie);

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(cookie, HttpMethod.Get, "/api/session"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(cookie, HttpMethod.Get, "/api/keys"));
        await Expect(secret.GetByText("Your session has ended.")).ToBeVisibleAsync(new() { Timeout = Limit });
        await Expect(other.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Latchkey" })).ToBeVisibleAsync(new() { Timeout = Limit });
    }

    async Task EndAsync(Ending ending, OwnOrganization own, Actor person, string email, string cookie)
    {
        switch (ending)
        {
            case Ending.SignOut:
                Assert.Equal(HttpStatusCode.NoContent, await AskAsync(cookie, HttpMethod.Delete, "/api/session"));
                break;
            case Ending.PasswordChange:
                var signedIn = await Product.Services.GetRequiredService<SignInService>()
                    .SignInAsync(new(email, Product.Password, false, IPAddress.Loopback, "Mozilla/5.0"), Cancellation);
                var changed = await Product.Services.GetRequiredService<AccountService>().ChangePasswordAsync(
                    person with { SessionId = signedIn.Value.SessionId }, Product.Password, "Another-9-lighthouse", "http://localhost",
                    Cancellation);
                Assert.Null(changed.Error);
                break;
            case Ending.Removal:
                Assert.Equal(200, (await own.Owner.PostAsync($"/api/members/{person.Id}/remove", new { otherwise = "revoke" })).Status);
                break;
            default:
                Assert.Equal(200, (await own.Owner.PatchAsync($"/api/members/{person.Id}", new { disabled = true })).Status);
                break;
        }
    }

    /// <summary>Sends a request with the cookie alone.</summary>
    async Task<HttpStatusCode> AskAsync(string cookie, HttpMethod method, string path)
    {
        using var client = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = Product.Url };
        using var request = new HttpRequestMessage(method, path)
        {
            Headers = { { "Cookie", $"latchkey={cookie}" }, { "Sec-Fetch-Site", "same-origin" } },
        };
        using var answer = await client.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }
}
