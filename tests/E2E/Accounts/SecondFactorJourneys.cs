using System.Text;
using Dashboard.Core.Accounts;
using Dashboard.Core.Tokens;
using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Accounts;

[Collection(typeof(StoppedCollection))]
public sealed class SecondFactorJourneys(StoppedProduct stopped, Browser browser)
{
    const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    Product Product => stopped.Product;

    [Fact]
    public async Task Member_sets_up_the_factor_that_the_organization_requires_and_signs_in_with_it()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        await RequireAsync(own);
        var closed = await own.Owner.GetAsync("/api/keys");
        Assert.Equal((403, "two_factor_setup_required"), (closed.Status, closed.Code));
        Assert.Equal(200, (await own.Owner.GetAsync("/api/session")).Status);

        await using var visit = await PageVisit.OpenAsync(browser, Product.Url);
        await visit.SignInAsync(own.Email);
        await visit.GoAsync($"/{own.Project}/keys");
        await visit.Page.UntilAtAsync("*/account/security");
        await Expect(visit.Page.GetByText($"{own.Slug} requires a second factor.")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.SecondFactorRequired);
        var (secret, codes) = await SetUpAsync(visit);
        await visit.Page.UntilAtAsync($"*/{own.Project}/keys");
        Assert.Equal(200, (await own.Owner.GetAsync("/api/keys")).Status);

        await EnterPasswordAsync(visit, own);
        await visit.Page.GetByLabel("Code", new() { Exact = true }).FillAsync("12345");
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Wrong code. 4 tries left before a 5-minute lockout.");
        await visit.ExpectAccessibleAsync(PageState.TwoFactor);
        stopped.Clock.Advance(TimeCodes.Period);
        await visit.Page.GetByLabel("Code", new() { Exact = true }).FillAsync(CodeOf(secret));
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.UntilInteractiveAsync();

        var refused = await own.Owner.PostAsync("/api/session", new { email = own.Email, password = Product.Password });
        Assert.Equal((401, "second_factor_required"), (refused.Status, refused.Code));
        Assert.Equal(
            401, (await own.Owner.PostAsync(
                "/api/session", new { email = own.Email, password = Product.Password, code = CodeOf(secret) })).Status);
        Assert.Equal(200, (
            await own.Owner.PostAsync("/api/session", new { email = own.Email, password = Product.Password, code = codes[0] })).Status);

        await EnterPasswordAsync(visit, own);
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Use a recovery code" }).ClickAsync();
        await visit.Page.GetByLabel("Recovery code").FillAsync(codes[1]);
        await visit.ExpectAccessibleAsync(PageState.TwoFactorRecovery);
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.UntilInteractiveAsync();
        await visit.GoAsync("/account/security");
        await Expect(visit.Page.GetByText("8 of 10 left")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Passkey_is_added_signs_in_and_is_removed()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        await using var visit = await PasskeyDevice.OpenAsync(browser, Product);
        await visit.SignInAsync(own.Email);
        await visit.GoAsync("/account/security");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Add passkey" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Add a passkey" });
        await Expect(dialog.GetByLabel("Name")).ToBeFocusedAsync();
        await visit.ExpectAccessibleAsync(PageState.AddPasskey);
        await dialog.GetByLabel("Name").FillAsync("Work laptop");
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.SaveCodesAsync();
        await Expect(visit.Page.GetByRole(AriaRole.List, new() { Name = "Passkeys" }).GetByText("Work laptop")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.SecurityWithFactors);

        await visit.Page.Context.ClearCookiesAsync();
        // The virtual device would answer the list below the field at once, as if its person had chosen.
        await visit.Page.AddInitScriptAsync("PublicKeyCredential.isConditionalMediationAvailable = async () => false");
        await visit.Page.GotoAsync("/account/sign-in");
        var hand = new PageDriver(visit.Page, InputMode.Keys);
        await visit.AnswerWithAsync(PasskeyDevice.GivenUp);
        await hand.PressAsync(AriaRole.Button, "Sign in with a passkey");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("No passkey was used. Try again.");
        await hand.AtAsync("button: Sign in with a passkey");
        await visit.AnswerWithAsync(PasskeyDevice.Forged);
        await hand.KeyAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This passkey does not open an account here.");
        await hand.AtAsync("textbox: Email");
        await hand.PressAsync(AriaRole.Button, "Sign in with a passkey");
        await visit.UntilInteractiveAsync();
        await visit.GoAsync("/account/security");
        await Expect(visit.Page.GetByText("Last used just now")).ToBeVisibleAsync();
        await hand.TakeAsync("Actions for Work laptop", "Rename…");
        await hand.AtAsync("textbox: Name");
        await hand.WriteAsync(AriaRole.Textbox, "Name", "Desk laptop");
        await hand.KeyAsync("Enter");
        await hand.AtAsync("button: Actions for Desk laptop");
        await hand.TakeAsync("Actions for Desk laptop", "Remove…");
        await hand.AtAsync("button: Cancel");
        await hand.PressAsync(AriaRole.Button, "Remove passkey");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Actions for Desk laptop" })).ToHaveCountAsync(0);
        await hand.AtAsync("h2: Passkeys"); // the list is gone
    }

    [Fact]
    public async Task Command_line_is_approved_with_a_passkey_or_a_code_in_place_of_the_password()
    {
        using var own = await OwnOrganization.AddAsync(Product);
        await using var visit = await PasskeyDevice.OpenAsync(browser, Product);
        await visit.SignInAsync(own.Email);
        await visit.AddPasskeyAsync();

        await OpenDeviceAsync(visit, own);
        await Expect(visit.Page.GetByLabel("Or a code")).ToHaveCountAsync(0); // there is no app yet
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

        await hand.KeyAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Device connected" })).ToBeVisibleAsync();

        stopped.Clock.Advance(TimeSpan.FromMinutes(1)); // a passkey answers only what was asked after its last use
        await stopped.AgeAsync(own.Email);
        await visit.GoAsync("/account/security");
        await hand.PressAsync(AriaRole.Button, "Set up authenticator app");
        await hand.AtAsync("textbox: Password");
        await visit.AnswerWithAsync(PasskeyDevice.GivenUp);
        await hand.PressAsync(AriaRole.Button, "Use a passkey");
        await Expect(visit.Page.GetByText("No passkey was used. Try again.")).ToBeVisibleAsync();
        await hand.AtAsync("button: Use a passkey");
        await visit.AnswerWithAsync(PasskeyDevice.Forged);
        await hand.KeyAsync("Enter");
        await Expect(visit.Page.GetByText("Wrong passkey. 4 tries left")).ToBeVisibleAsync();
        await hand.AtAsync("button: Use a passkey");
        await visit.AnswerWithAsync(null);
        await hand.KeyAsync("Enter");
        var secret = await EnterFirstCodeAsync(visit);
        await visit.UntilNoDialogAsync();
        // in place of the button
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Actions for authenticator app" })).ToBeFocusedAsync();
        await OpenDeviceAsync(visit, own);
        var code = visit.Page.GetByLabel("Or a code");
        await code.FillAsync("12345");
        await code.PressAsync("Enter");
        await Expect(code).ToHaveAccessibleDescriptionAsync(
            "Wrong code. 4 tries left before a 5-minute lockout.", new() { Timeout = PageVisit.Patience });
        await visit.ExpectAccessibleAsync(PageState.DeviceFactors);
        stopped.Clock.Advance(TimeCodes.Period);
        await code.FillAsync(CodeOf(secret));
        await code.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Device connected" })).ToBeVisibleAsync();
    }

    /// <summary>Opens the page that approves the command line, in a session whose last proof of presence is an old one.</summary>
    async Task OpenDeviceAsync(PageVisit visit, OwnOrganization own)
    {
        await stopped.AgeAsync(own.Email);
        var device = await own.Owner.PostAsync("/oauth/device/authorize", new { client_id = OAuthClient.CommandLineId });
        await visit.Page.GotoAsync("/oauth/device/verify");
        await visit.Page.GetByLabel("Code", new() { Exact = true }).FillAsync(device.Member("user_code"));
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByLabel("Your password", new() { Exact = true })).ToBeVisibleAsync();
    }

    /// <summary>Sets up an authenticator app, and returns its secret and the recovery codes.</summary>
    async Task<(byte[] Secret, string[] Codes)> SetUpAsync(PageVisit visit)
    {
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Set up authenticator app" }).ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Set up an authenticator app" });
        var field = dialog.GetByLabel("Six digits from the app");
        await Expect(field).ToBeFocusedAsync();
        await field.PressAsync("Enter");
        await Expect(field).ToHaveAccessibleDescriptionAsync("Enter the six digits that the app shows.");
        await visit.ExpectAccessibleAsync(PageState.Authenticator);
        return (await EnterFirstCodeAsync(visit), await visit.SaveCodesAsync(PageState.RecoveryCodes));
    }

    /// <summary>Enters the code that an app shows for the secret of the open dialog, and returns the secret.</summary>
    async Task<byte[]> EnterFirstCodeAsync(PageVisit visit)
    {
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Set up an authenticator app" });
        var secret = FromBase32((await dialog.Locator("code").TextContentAsync())!.Replace(" ", "", StringComparison.Ordinal));
        await dialog.GetByLabel("Six digits from the app").FillAsync(CodeOf(secret));
        await visit.Page.Keyboard.PressAsync("Enter");
        return secret;
    }

    static async Task EnterPasswordAsync(PageVisit visit, OwnOrganization own)
    {
        await visit.UntilInteractiveAsync(); // a page that is still connecting would miss the session
        await visit.Page.Context.ClearCookiesAsync();
        await visit.Page.GotoAsync("/account/sign-in");
        await visit.Page.GetByLabel("Email").FillAsync(own.Email);
        await visit.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(Product.Password);
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Enter your code" })).ToBeVisibleAsync();
    }

    string CodeOf(byte[] secret) => TimeCodes.Compute(secret, TimeCodes.StepOf(stopped.Clock.GetUtcNow()));

    async Task RequireAsync(OwnOrganization own)
    {
        await using var context = await People.OpenAsync(Product);
        await context.Organizations.Where(x => x.Slug == own.Slug)
            .ExecuteUpdateAsync(set => set.SetProperty(x => x.RequireTwoFactor, true), Cancellation);
    }

    static byte[] FromBase32(string text)
    {
        var bits = new StringBuilder()
            .AppendJoin("", text.Select(c => Convert.ToString(Base32.IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0'))).ToString();
        return [.. Enumerable.Range(0, bits.Length / 8).Select(x => Convert.ToByte(bits.Substring(8 * x, 8), 2))];
    }
}
