using System.Net;
using Dashboard.Core.Organizations;
using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;

namespace Dashboard.Tests.E2E.Accounts;

public sealed class SignInTests(Product product, Browser browser) : IClassFixture<Product>
{
    const string SignIn = "/account/sign-in";

    [Fact]
    public async Task Person_who_guesses_is_told_how_many_tries_are_left_and_then_waits()
    {
        product.Start();
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.Page.GotoAsync(SignIn);
        await visit.ExpectAccessibleAsync(PageState.SignIn);
        foreach (var left in new[] { "4 tries left before a 5-minute lockout.", "3 tries left",
            "2 tries left", "1 try left", "Try again in 5 minutes." })
        {
            await TypeAsync(visit, "nobody@example.com", "not-the-Password-1");
            await Assertions.Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync($"Wrong email or password. {left}");
            await Assertions.Expect(visit.Page.GetByLabel("Email")).ToHaveValueAsync("nobody@example.com");
            await Assertions.Expect(visit.Page.GetByLabel("Password", new() { Exact = true })).ToHaveValueAsync("");
            await Assertions.Expect(visit.Page.GetByLabel("Password", new() { Exact = true })).ToBeFocusedAsync();
        }

        await TypeAsync(visit, "nobody@example.com", "not-the-Password-1");
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Too many attempts. Try again in 5 minutes.");
        await visit.ExpectAccessibleAsync(PageState.SignInPause);
    }

    [Fact]
    public async Task Person_on_a_phone_gets_errors_beside_the_fields()
    {
        product.Start();
        await using var visit = await PageVisit.OpenAsync(browser, product.Url, PageVisit.Phone);
        await visit.Page.GotoAsync(SignIn);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).TapAsync();
        await Assertions.Expect(visit.Page.GetByLabel("Email")).ToHaveAccessibleDescriptionAsync("Enter your email address.");
        await Assertions.Expect(visit.Page.GetByLabel("Password", new() { Exact = true }))
            .ToHaveAccessibleDescriptionAsync("Enter your password.");
        await visit.ExpectAccessibleAsync(PageState.SignInErrors);
    }

    [Fact]
    public async Task Password_can_be_shown_and_is_sent_as_a_password()
    {
        product.Start();
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.Page.GotoAsync(SignIn);
        var password = visit.Page.GetByLabel("Password", new() { Exact = true });
        var show = visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show password" });
        await visit.Page.GetByLabel("Email").FillAsync("nobody@example.com");
        await password.FillAsync("not-the-Password-1");
        await password.PressAsync("Tab");
        await Assertions.Expect(show).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Space");
        await Assertions.Expect(password).ToHaveAttributeAsync("type", "text");
        await Assertions.Expect(show).ToHaveAttributeAsync("aria-pressed", "true");
        await visit.Page.EvaluateAsync(
            "addEventListener('submit', e => { window.sentAs = document.getElementById('password').type; e.preventDefault(); })");
        await password.PressAsync("Enter");
        Assert.Equal("password", await visit.Page.EvaluateAsync<string>("window.sentAs"));
        await show.ClickAsync();
        await show.ClickAsync();
        await Assertions.Expect(show).ToHaveAttributeAsync("aria-pressed", "false");
        await Assertions.Expect(password).ToHaveAttributeAsync("type", "password");
    }

    [Fact]
    public async Task Without_its_script_a_password_is_a_plain_field()
    {
        product.Start();
        await using var visit = await PageVisit.OpenAsync(browser, product.Url, new() { JavaScriptEnabled = false });
        await visit.Page.GotoAsync(SignIn);
        await Assertions.Expect(visit.Page.GetByLabel("Password", new() { Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Show password" })).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData("/my-organization/default/keys?search=back", "/my-organization/default/keys?search=back")]
    [InlineData("//evil.example/", "/")]
    [InlineData("https://evil.example/", "/")]
    public async Task Person_goes_where_they_wanted_to_and_never_to_another_host(string wanted, string reached)
    {
        product.Start();
        using var client = NewClient();
        var address = $"{SignIn}?ReturnUrl={Uri.EscapeDataString(wanted)}";
        var signedIn = await client.PostAsync(address, Filled(await client.GetStringAsync(address, Cancellation)), Cancellation);
        var already = await client.GetAsync(address, Cancellation);
        Assert.All(
            new[] { signedIn, already },
            answer => Assert.Equal((HttpStatusCode.Redirect, new Uri(product.Url, reached)), (
                answer.StatusCode, new Uri(product.Url, answer.Headers.Location!))));
    }

    [Fact]
    public async Task Page_that_asks_for_a_session_is_reached_after_signing_in()
    {
        product.Start();
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.Page.GotoAsync("/my-organization/default/keys");
        Assert.Equal($"{SignIn}?ReturnUrl=%2Fmy-organization%2Fdefault%2Fkeys", new Uri(visit.Page.Url).PathAndQuery);
        await TypeAsync(visit, Product.Email, Product.Password);
        await visit.UntilInteractiveAsync();
        Assert.Equal("/my-organization/default/keys", new Uri(visit.Page.Url).PathAndQuery);
    }

    [Fact]
    public async Task Person_without_a_project_is_told_what_to_do()
    {
        product.Start();
        await product.AddOrganizationAsync("empty");
        await product.AddMemberAsync("newcomer@example.com", "empty", OrganizationRole.Developer);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.Page.GotoAsync("/");
        await TypeAsync(visit, "newcomer@example.com", Product.Password);
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "No projects yet" })).ToBeVisibleAsync();
        Assert.Equal("/", new Uri(visit.Page.Url).PathAndQuery);
        await visit.ExpectAccessibleAsync(PageState.NoProject);
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Latchkey" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Signing_in_works_where_the_office_has_no_TLS()
    {
        product.Start();
        await using var visit = await PageVisit.OpenAsync(browser, product.InsecureUrl);
        await visit.SignInAsync();
        Assert.Equal("/my-organization/default/keys", new Uri(visit.Page.Url).PathAndQuery);
    }

    [Fact]
    public async Task Signing_out_makes_a_copied_cookie_useless()
    {
        product.Start();
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync();
        var copied = (await visit.Page.Context.CookiesAsync()).Single(cookie => cookie.Name == "latchkey");
        Assert.True(copied.HttpOnly);
        Assert.Equal((SameSiteAttribute.Lax, "/", -1), (copied.SameSite, copied.Path, copied.Expires));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(copied.Value));

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Your account, Owner" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Latchkey" })).ToBeVisibleAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(copied.Value));
    }

    [Fact]
    public async Task Browser_that_is_asked_to_keeps_the_session_for_thirty_days()
    {
        product.Start();
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.Page.GotoAsync(SignIn);
        await visit.Page.GetByLabel("Keep me signed in").CheckAsync();
        await TypeAsync(visit, Product.Email, Product.Password);
        await visit.UntilInteractiveAsync();
        var cookie = (await visit.Page.Context.CookiesAsync()).Single(cookie => cookie.Name == "latchkey");
        // The browser adjusts the expiry by the clock difference that it estimates, which can be many seconds on a busy machine.
        Assert.InRange(
            DateTimeOffset.FromUnixTimeSeconds((long)cookie.Expires) - product.Now, TimeSpan.FromDays(29.9), TimeSpan.FromDays(30.1));
    }

    [Fact]
    public async Task Form_from_before_another_tab_signed_in_leads_on()
    {
        product.Start();
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.Page.GotoAsync(SignIn);
        await visit.SignInAsync(Product.Email);
        await TypeAsync(visit, Product.Email, Product.Password);
        await visit.UntilInteractiveAsync();
        Assert.Equal("/my-organization/default/keys", new Uri(visit.Page.Url).PathAndQuery);
    }

    [Fact]
    public async Task Form_without_its_token_is_shown_again_and_says_why()
    {
        product.Start();
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.Page.GotoAsync($"{SignIn}?ReturnUrl=%2Fx");
        await visit.Page.Context.ClearCookiesAsync();
        await TypeAsync(visit, Product.Email, Product.Password);
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Alert))
            .ToHaveTextAsync("This page was out of date, or your browser blocks cookies. Nothing was changed. Try again.");
        Assert.Equal($"{SignIn}?ReturnUrl=%2Fx&again=true", new Uri(visit.Page.Url).PathAndQuery);
        await visit.ExpectAccessibleAsync(PageState.SignInAgain);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    public async Task Form_that_another_site_sends_signs_nobody_in(string header, string value)
    {
        product.Start();
        using var client = NewClient();
        var form = await client.GetStringAsync(SignIn, Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, SignIn) { Content = Filled(form), Headers = { { header, value } } };
        var answer = await client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("another site", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.DoesNotContain(Cookies(answer), cookie => cookie.StartsWith("latchkey=", StringComparison.Ordinal));
        using var ours = new HttpRequestMessage(HttpMethod.Post, SignIn)
        {
            Content = Filled(form),
            Headers = { { "Origin", client.BaseAddress!.GetLeftPart(UriPartial.Authority) } }
        };
        Assert.Contains(
            Cookies(await client.SendAsync(ours, Cancellation)), cookie => cookie.StartsWith("latchkey=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Form_that_another_site_sends_signs_nobody_out()
    {
        product.Start();
        using var client = NewClient();
        using var none = new FormUrlEncodedContent([]);
        var answer = await client.PostAsync("/account/sign-out", none, Cancellation);
        Assert.Equal(("/", HttpStatusCode.Redirect), (answer.Headers.Location?.ToString(), answer.StatusCode));
        Assert.Empty(Cookies(answer));
    }

    [Theory]
    [InlineData("/api/keys")]
    [InlineData("/v1/capabilities")]
    public async Task Programs_are_never_led_to_the_sign_in(string path)
    {
        product.Start();
        using var client = NewClient();
        var answer = await client.GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Null(answer.Headers.Location);
    }

    /// <summary>Programs that read a page's hidden fields by name get those of the form for a password.</summary>
    [Fact]
    public async Task Form_for_the_password_is_the_last_of_the_page()
    {
        product.Start();
        using var client = NewClient();
        var page = await client.GetStringAsync(SignIn, Cancellation);
        const string handler = "name=\"_handler\" value=\"";
        Assert.Contains($"{handler}passkey\"", page, StringComparison.Ordinal);
        Assert.StartsWith(
            "sign-in\"", page[(page.LastIndexOf(handler, StringComparison.Ordinal) + handler.Length)..], StringComparison.Ordinal);
    }

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static async Task TypeAsync(PageVisit visit, string email, string password)
    {
        await visit.Page.GetByLabel("Email").FillAsync(email);
        await visit.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await visit.Page.GetByLabel("Password", new() { Exact = true }).PressAsync("Enter");
    }

    /// <summary>Returns the response to a program that sends a user's cookie.</summary>
    async Task<HttpStatusCode> AskAsync(string cookie)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = product.Url };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/session") { Headers = { { "Cookie", $"latchkey={cookie}" } } };
        return (await client.SendAsync(request, Cancellation)).StatusCode;
    }

    HttpClient NewClient() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new() }) { BaseAddress = product.Url };

    static FormUrlEncodedContent Filled(string page)
    {
        const string before = "name=\"__RequestVerificationToken\" value=\"";
        var token = page[(page.IndexOf(before, StringComparison.Ordinal) + before.Length)..];
        return new([
            new("_handler", "sign-in"), new("__RequestVerificationToken", token[..token.IndexOf('"', StringComparison.Ordinal)]),
            new("Input.Email", Product.Email), new("Input.Password", Product.Password),
        ]);
    }

    static IEnumerable<string> Cookies(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [];
}
