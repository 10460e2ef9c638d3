using System.Text.RegularExpressions;
using Dashboard.Core.Accounts;
using Dashboard.Core.Mail;
using Dashboard.Tests.E2E.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Accounts;

[Collection(typeof(StoppedCollection))]
public sealed partial class PasswordJourneys(StoppedProduct stopped, Browser browser)
{
    const string Other = "A-lighthouse-keeps-9-otters";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    Product Product => stopped.Product;

    [Fact]
    public async Task Forgotten_password_is_reset_by_the_link_in_the_mail_once()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        await using var visit = await PageVisit.OpenAsync(browser, Product.Url);
        var page = visit.Page;
        await page.GotoAsync("/account/sign-in");
        await page.GetByRole(AriaRole.Link, new() { Name = "Forgot it?" }).ClickAsync();
        await Expect(page.GetByLabel("Email")).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.ForgotPassword);
        foreach (var (email, heading) in new[] { ("nobody", "Forgot your password?"), ("nobody@example.com", "Check your email") })
        {
            await page.GotoAsync("/account/forgot-password");
            await page.GetByLabel("Email").FillAsync(email);
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = heading })).ToBeVisibleAsync();
        }

        await visit.ExpectAccessibleAsync(PageState.ForgotPasswordSent);
        var same = await page.GetByRole(AriaRole.Main).InnerTextAsync();
        await page.GotoAsync("/account/forgot-password");
        await page.GetByLabel("Email").FillAsync(own.Email);
        await page.GetByRole(AriaRole.Button, new() { Name = "Send link" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Check your email" })).ToBeVisibleAsync();
        Assert.Equal(
            same.Replace("nobody@example.com", own.Email, StringComparison.Ordinal), await page.GetByRole(AriaRole.Main).InnerTextAsync());

        var link = await LinkAsync(own.Email);
        await page.GotoAsync(link);
        Assert.Equal("/account/reset-password", new Uri(page.Url).PathAndQuery);
        var password = page.GetByLabel("New password", new() { Exact = true });
        await password.FillAsync("short");
        await password.PressAsync("Enter");
        await Expect(password).ToHaveAccessibleDescriptionAsync("Use 12 characters or more. A sentence is easy to remember.");
        await Expect(password).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.ResetPassword);
        await password.FillAsync(Other);
        await password.PressAsync("Enter");
        await Expect(page.GetByText("Your password was changed. Sign in with the new one.")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.SignInAfterReset);
        Assert.Equal(401, (await own.Owner.GetAsync("/api/session")).Status); // the session of the one who may have taken the account

        await page.GotoAsync(link);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This link no longer works" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.ResetPasswordDead);
        await page.GotoAsync("/account/sign-in");
        await page.GetByLabel("Email").FillAsync(own.Email);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Other);
        await page.Keyboard.PressAsync("Enter");
        await visit.UntilInteractiveAsync();
    }

    [Fact]
    public async Task Changed_password_ends_the_other_browser_and_every_link()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        var link = (await Product.Services.GetRequiredService<PasswordResetService>()
            .CreateLinkAsync(own.Email, Product.Url.ToString().TrimEnd('/'), Cancellation)).Value;
        await using var elsewhere = await PageVisit.OpenAsync(browser, Product.Url);
        await elsewhere.SignInAsync(own.Email);
        await elsewhere.GoAsync($"/{own.Project}/keys");
        await using var visit = await PageVisit.OpenAsync(browser, Product.Url);
        await visit.SignInAsync(own.Email);
        var page = visit.Page;
        await page.GotoAsync("/.well-known/change-password");
        Assert.Equal("/account/change-password", new Uri(page.Url).PathAndQuery);
        var (current, password) =
            (page.GetByLabel("Current password", new() { Exact = true }), page.GetByLabel("New password", new() { Exact = true }));
        await Expect(current).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.ChangePassword);
        await current.FillAsync("not-the-Password-1");
        await password.FillAsync(Other);
        await password.PressAsync("Enter");
        await Expect(current).ToHaveAccessibleDescriptionAsync("Wrong password. 4 tries left before a 5-minute lockout.");
        await visit.ExpectAccessibleAsync(PageState.ChangePasswordErrors);
        await current.FillAsync(Product.Password);
        await password.FillAsync(Other);
        await password.PressAsync("Enter");
        await Expect(page.GetByText("Changed your password")).ToBeVisibleAsync();
        Assert.Equal("/account/security", new Uri(page.Url).AbsolutePath);
        Assert.Equal(401, (await own.Owner.GetAsync("/api/session")).Status);
        await Expect(elsewhere.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Latchkey" })).ToBeVisibleAsync();

        await page.GotoAsync(link);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This link no longer works" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Session_is_ended_on_the_page_one_by_one_and_together()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        stopped.Clock.Advance(TimeSpan.FromMinutes(1)); // the list is in the order of time
        using var other = await ApiClient.SignInAsync(Product, own.Email);
        stopped.Clock.Advance(TimeSpan.FromMinutes(1));
        await using var visit = await PageVisit.OpenAsync(browser, Product.Url);
        await visit.SignInAsync(own.Email);
        await visit.GoAsync("/account/security");
        var sessions = visit.Page.GetByRole(AriaRole.Region, new() { Name = "Sessions" });
        await Expect(sessions.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(3);
        await Expect(sessions.GetByText("This one")).ToHaveCountAsync(1);
        await visit.ExpectAccessibleAsync(PageState.Security);
        // the newest, after the button for all others
        await sessions.GetByRole(AriaRole.Button, new() { Name = "End ", Exact = false }).Nth(1).ClickAsync();
        await Expect(sessions.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);
        // of the row in its place
        await Expect(sessions.GetByRole(AriaRole.Button, new() { Name = "End ", Exact = false }).Nth(1)).ToBeFocusedAsync();
        Assert.Equal((401, 200), ((await other.GetAsync("/api/session")).Status, (await own.Owner.GetAsync("/api/session")).Status));
        await sessions.GetByRole(AriaRole.Button, new() { Name = "End all others" }).ClickAsync();
        await Expect(sessions.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
        Assert.Equal(401, (await own.Owner.GetAsync("/api/session")).Status);
        await Expect(sessions.GetByRole(AriaRole.Heading, new() { Name = "Sessions" })).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Name_and_address_are_changed_and_the_address_is_confirmed()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        var address = $"new@{own.Slug}.example";
        await using var visit = await PageVisit.OpenAsync(browser, Product.Url);
        await visit.SignInAsync(own.Email);
        var page = visit.Page;
        await page.GotoAsync("/account");
        await visit.UntilInteractiveAsync();
        Assert.Equal("/account/profile", new Uri(page.Url).PathAndQuery);
        await page.GetByLabel("Your name").FillAsync("Ada Lovelace");
        await Expect(page.GetByText("Changes not saved")).ToBeVisibleAsync();
        await page.GetByLabel("Your name").PressAsync("Enter");
        await Expect(page.GetByText("Saved your name")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Your account, Ada Lovelace" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Change email address…" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Change your email address" });
        await dialog.GetByLabel("New email address").FillAsync("nowhere");
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog.GetByLabel("New email address"))
            .ToHaveAccessibleDescriptionAsync("Enter a full email address, such as priya@northwind.example.");
        await visit.ExpectAccessibleAsync(PageState.ChangeEmail);
        await dialog.GetByLabel("New email address").FillAsync(address);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("Not confirmed")).ToBeVisibleAsync();
        await visit.UntilNoDialogAsync();
        await visit.ExpectAccessibleAsync(PageState.Profile);

        var link = await LinkAsync(address);
        await page.GotoAsync(link);
        Assert.Equal("/account/confirm-email", new Uri(page.Url).PathAndQuery);
        await visit.ExpectAccessibleAsync(PageState.ConfirmEmail);
        await page.GetByRole(AriaRole.Button, new() { Name = "Confirm address" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Address confirmed" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.ConfirmEmailDone);
        await page.GotoAsync(link);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This link no longer works" })).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.ConfirmEmailDead);
        using var again = await ApiClient.SignInAsync(Product, address);
        Assert.Equal(address, (await again.GetAsync("/api/session")).Json.GetProperty("user").GetProperty("email").GetString());
    }

    /// <summary>Returns the link in the newest mail to an address, once what was asked for is handled.</summary>
    async Task<string> LinkAsync(string to)
    {
        await Product.Services.GetRequiredService<PasswordResetQueue>().FlushAsync(Cancellation);
        var mail = (await Product.Services.GetRequiredService<MailOutbox>().ReadAsync(Cancellation))
            .Last(x => x.Message!.To == to).Message!;
        return Link().Match(mail.Body).Value;
    }

    [GeneratedRegex(@"http://\S+\?token=\S+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
