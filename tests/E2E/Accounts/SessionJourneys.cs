using Dashboard.Core.Tokens;
using Dashboard.Core.Usage;
using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Accounts;

[Collection(typeof(StoppedCollection))]
public sealed class SessionJourneys(StoppedProduct stopped, Browser browser)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    Product Product => stopped.Product;

    [Fact]
    public async Task Sessions_are_listed_and_ended_one_by_one_or_together()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        using var second = await ApiClient.SignInAsync(Product, own.Email);
        using var third = await ApiClient.SignInAsync(Product, own.Email);
        var listed = (await own.Owner.GetAsync("/api/sessions")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(3, listed.Count);
        Assert.Single(listed, item => item.GetProperty("current").GetBoolean());
        var mine = (await second.GetAsync("/api/sessions")).Json.GetProperty("items").EnumerateArray()
            .Single(item => item.GetProperty("current").GetBoolean());
        Assert.Equal(204, (await own.Owner.DeleteAsync($"/api/sessions/{mine.GetProperty("id").GetString()}")).Status);
        Assert.Equal((401, 200), ((await second.GetAsync("/api/session")).Status, (await third.GetAsync("/api/session")).Status));
        var ended = await own.Owner.DeleteAsync("/api/sessions");
        Assert.Equal((200, 1), (ended.Status, ended.Json.GetProperty("ended").GetInt32()));
        Assert.Equal((401, 200), ((await third.GetAsync("/api/session")).Status, (await own.Owner.GetAsync("/api/session")).Status));
    }

    [Fact]
    public async Task Signing_in_again_ends_the_session_of_the_cookie()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        using var other = await ApiClient.SignInAsync(Product, own.Email);
        Assert.Equal(
            200, (await other.PostAsync("/api/session", new { email = own.Email, password = Product.Password, remember = true })).Status);
        var items = (await own.Owner.GetAsync("/api/sessions")).Json.GetProperty("items");
        Assert.Equal(2, items.GetArrayLength());
        Assert.Equal(
            stopped.Clock.GetUtcNow().AddDays(7), items.EnumerateArray().Max(item => item.GetProperty("expires_at").GetDateTimeOffset()));
    }

    [Fact]
    public async Task Live_key_that_may_write_is_minted_after_a_fresh_proof_only()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        await stopped.AgeAsync(own.Email);
        var stale = await own.Owner.PostAsync("/api/keys", new { name = "Backend" });
        Assert.Equal((403, "fresh_sign_in_required"), (stale.Status, stale.Code));
        Assert.Equal(401, (await own.Owner.PostAsync("/api/session/confirm", new { password = "Wrong-Horse-9-battery" })).Status);
        Assert.Equal(401, (await own.Owner.PostAsync("/api/session/confirm", new { passkey = "{}" })).Status);
        Assert.Equal(400, (await own.Owner.PostAsync("/api/session/confirm", new { passkey = "{}", code = "123456" })).Status);
        Assert.Equal(200, (await own.Owner.PostAsync("/api/session/confirm", new { password = Product.Password })).Status);
        Assert.Equal(201, (await own.Owner.PostAsync("/api/keys", new { name = "Backend" })).Status);
    }

    [Fact]
    public async Task Page_asks_for_the_password_and_then_goes_on()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        await using var visit = await PageVisit.OpenAsync(browser, Product.Url);
        await visit.SignInAsync(own.Email);
        await visit.GoAsync($"/{own.Project}/keys");
        await stopped.AgeAsync(own.Email);
        await CreateKeyAsync(visit.Page);
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Confirm that it’s you" });
        var password = dialog.GetByLabel("Password", new() { Exact = true });
        await Expect(password).ToBeFocusedAsync();
        await password.FillAsync("not-the-Password-1");
        await password.PressAsync("Enter");
        await Expect(password).ToHaveAccessibleDescriptionAsync("Wrong password. 4 tries left before a 5-minute lockout.");
        await visit.ExpectAccessibleAsync(PageState.ConfirmPresence);
        await password.FillAsync(Product.Password);
        await password.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Ended_session_reads_nothing_behind_its_secret_which_stays_for_15_minutes()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        await using var visit = await PageVisit.OpenAsync(browser, Product.Url);
        await visit.AllowClipboardAsync();
        await visit.SignInAsync(own.Email);
        await visit.GoAsync($"/{own.Project}/keys");
        await CreateKeyAsync(visit.Page);
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        var raw = await dialog.Locator(".copybox code").TextContentAsync();
        Assert.Equal(200, (await own.Owner.DeleteAsync("/api/sessions")).Status);
        await Expect(dialog.GetByText("Your session has ended.")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.SecretOfEndedSession);

        // The first request with the key would be shown, if the page still read anything.
        Assert.Equal(200, (await own.Owner.GetAsync("/v1/capabilities", ("X-API-Key", raw!))).Status);
        await Product.Services.GetRequiredService<FirstUses>().FlushAsync(Cancellation);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Copy key" }).ClickAsync();
        Assert.Equal(raw, await visit.ReadClipboardAsync());
        await Expect(dialog.GetByText("Waiting for the first request…")).ToBeVisibleAsync();

        stopped.Clock.Advance(TimeSpan.FromMinutes(15));
        await TouchAsync(own);
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in to Latchkey" })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByText(raw!)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Page_offers_to_stay_signed_in_before_the_idle_end()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        await using var visit = await PageVisit.OpenAsync(browser, Product.Url);
        await visit.SignInAsync(own.Email);
        await visit.GoAsync($"/{own.Project}/keys");
        await IdleAsync(own.Email, TimeSpan.FromMinutes(2));
        await TouchAsync(own);
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Stay signed in?" });
        var stay = dialog.GetByRole(AriaRole.Button, new() { Name = "Stay signed in" });
        await Expect(stay).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.StaySignedIn);
        await stay.ClickAsync();
        await visit.UntilNoDialogAsync();
        var expires = (await own.Owner.GetAsync("/api/sessions")).Json.GetProperty("items").EnumerateArray()
            .Max(item => item.GetProperty("expires_at").GetDateTimeOffset());
        Assert.Equal(stopped.Clock.GetUtcNow().AddHours(2), expires);
    }

    [Fact]
    public async Task Approving_the_command_line_asks_for_the_password_after_a_while()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        await using var visit = await PageVisit.OpenAsync(browser, Product.Url);
        await visit.SignInAsync(own.Email);
        await stopped.AgeAsync(own.Email);
        var device = await own.Owner.PostAsync("/oauth/device/authorize", new { client_id = OAuthClient.CommandLineId });
        await visit.Page.GotoAsync("/oauth/device/verify");
        await visit.Page.GetByLabel("Code", new() { Exact = true }).FillAsync(device.Member("user_code"));
        await visit.Page.Keyboard.PressAsync("Enter");
        var password = visit.Page.GetByLabel("Your password", new() { Exact = true });
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Allow", Exact = true }).ClickAsync();
        await Expect(password).ToHaveAccessibleDescriptionAsync("Enter your password.", new() { Timeout = PageVisit.Patience });
        await visit.ExpectAccessibleAsync(PageState.DevicePassword);
        await password.FillAsync(Product.Password);
        await password.PressAsync("Enter"); // allows: it is not the first button's Deny
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Device connected" })).ToBeVisibleAsync();
    }

    static async Task CreateKeyAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).First.ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Checkbox, new() { Name = "Write" }).CheckAsync();
        await dialog.GetByLabel("Name").FillAsync("Backend");
        await dialog.GetByLabel("Name").PressAsync("Enter");
    }

    /// <summary>Writes a feed row about the owner, on which their open pages check their sessions.</summary>
    async Task TouchAsync(OwnOrganization own)
    {
        using var another = await ApiClient.SignInAsync(Product, own.Email);
    }

    /// <summary>Lets all sessions of a person expire soon for want of activity.</summary>
    async Task IdleAsync(string email, TimeSpan left)
    {
        await using var context = await People.OpenAsync(Product);
        var (seen, until) = (stopped.Clock.GetUtcNow().AddHours(-2) + left, stopped.Clock.GetUtcNow() + left);
        await context.Sessions.Where(x => context.Users.Any(person => person.Id == x.UserId && person.Email == email))
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.IdleAt, until).SetProperty(x => x.LastSeenAt, seen), Cancellation);
    }
}
