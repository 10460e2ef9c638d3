using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Support;

/// <summary>A browser with a device for passkeys, which answers by itself.</summary>
static class PasskeyDevice
{
    /// <summary>What a browser answers when its user gives up.</summary>
    public const string GivenUp = "async () => { throw new DOMException('', 'NotAllowedError'); }";

    /// <summary>An answer that the server refuses.</summary>
    public const string Forged = "async () => ({ toJSON: () => ({}) })";

    public static async Task<PageVisit> OpenAsync(Browser browser, Product product)
    {
        // passkeys take no IP address
        var visit = await PageVisit.OpenAsync(browser, new UriBuilder(product.Url) { Host = "localhost" }.Uri);
        var device = await visit.Page.Context.NewCDPSessionAsync(visit.Page);
        await device.SendAsync("WebAuthn.enable");
        await device.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
        return visit;
    }

    /// <summary>Has the open page get this answer in place of a passkey, or passkeys again.</summary>
    public static async Task AnswerWithAsync(this PageVisit visit, string? answer) => await visit.Page.EvaluateAsync(
        answer is null ? "() => { delete navigator.credentials.get; }" : $"() => {{ navigator.credentials.get = {answer}; }}");

    /// <summary>Adds a passkey, the first second factor, to the account of the person who is signed in.</summary>
    public static async Task AddPasskeyAsync(this PageVisit visit)
    {
        await visit.GoAsync("/account/security");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Add passkey" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Add a passkey" }).GetByLabel("Name").FillAsync("Work laptop");
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.SaveCodesAsync();
    }

    /// <summary>Closes the dialog with recovery codes, and returns them.</summary>
    public static async Task<string[]> SaveCodesAsync(this PageVisit visit, PageState? state = null)
    {
        var dialog = visit.Page.GetByRole(AriaRole.Dialog, new() { Name = "Save your recovery codes" });
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Copy all" })).ToBeFocusedAsync();
        if (state is { } shown)
        {
            await visit.ExpectAccessibleAsync(shown);
        }

        var codes = (await dialog.Locator("pre").TextContentAsync())!.Split('\n');
        Assert.Equal(10, codes.Length);
        await dialog.GetByRole(AriaRole.Checkbox).CheckAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await visit.UntilNoDialogAsync();
        return codes;
    }
}
