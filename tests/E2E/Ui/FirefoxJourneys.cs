using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Ui;

/// <summary>What every person does, in another browser engine.</summary>
public sealed class FirefoxJourneys(Product product) : IClassFixture<Product>
{
    [Fact]
    public async Task Key_is_created_copied_and_revoked_in_Firefox()
    {
        var program = Firefox.Installed();
        Assert.SkipWhen(program is null, "no Firefox: it is a Debian package, firefox-esr");
        product.Start();
        await using var firefox = await Firefox.StartAsync(program!, TestContext.Current.CancellationToken);
        await firefox.GoAsync(new(product.Url, "/account/sign-in"));
        await firefox.PressAsync("textbox", "Email");
        await firefox.TypeAsync($"{Product.Email}{Firefox.Tab}{Product.Password}{Firefox.Enter}");
        await firefox.UntilAsync("document.getElementById('interactive')?.hidden === false");

        await firefox.PressAsync("button", "Create key");
        await firefox.FindAsync("dialog", "Create API key");
        await firefox.UntilAsync("document.activeElement.labels?.[0]?.innerText === 'Name'");
        await firefox.TypeAsync("Zapier bridge");
        await firefox.TypeAsync(Firefox.Enter); // a window without a screen is never active, and tells no field that it was left
        var secret = await firefox.FindAsync("dialog", "Save your key");
        await firefox.PressAsync("button", "Copy key", secret);
        await firefox.UntilSaidAsync("Copied to the clipboard");
        await firefox.PressAsync("button", "I have saved the key", secret);
        await firefox.UntilGoneAsync("dialog", "Save your key");

        // What was copied is the key.
        await firefox.PressAsync("searchbox", "Search keys");
        await firefox.PasteAsync();
        await firefox.UntilSaidAsync("This is the key Zapier bridge.");

        await firefox.PressAsync("button", "Actions for Zapier bridge");
        await firefox.PressAsync("menuitem", "Revoke…");
        await firefox.PressAsync("button", "Revoke key", await firefox.FindAsync("alertdialog", "Revoke this key?"));
        await firefox.UntilSaidAsync("Revoked Zapier bridge");
        Assert.Empty(firefox.Faults);
    }
}
