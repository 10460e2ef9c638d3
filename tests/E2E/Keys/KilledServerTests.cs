using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Keys;

/// <summary>A secret that is shown once, on a page whose server is killed and comes back: what the page belonged to is gone with the
/// process.</summary>
[Trait("database", "every")]
public sealed class KilledServerTests(Browser browser) : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("latchkey-");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Key_can_be_copied_and_the_page_reloaded_by_keyboard()
    {
        await using var killed = await ProductProcess.StartWithOwnerAsync(folder);
        using (var owner = await Caller.SignInAsync(killed.Url, Token))
        {
            await owner.CreateKeyAsync(new { name = "Another" }, Token);
        }

        await using var visit = await PageVisit.OpenAsync(browser, killed.Url);
        await visit.AllowClipboardAsync();
        var page = visit.Page;
        var asked = 0;
        page.Dialog += async (_, question) =>
        {
            asked++;
            await question.AcceptAsync();
        };
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{People.Project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("Outlives its server");
        await page.GetByLabel("Name").PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        var copy = dialog.GetByRole(AriaRole.Button, new() { Name = "Copy key" });
        await Expect(copy).ToBeFocusedAsync();
        var raw = await dialog.Locator(".copybox code").InnerTextAsync();

        visit.ExpectCut();
        await killed.KillAsync();
        await Expect(dialog.GetByText("Connection lost.").Filter(new() { Visible = true })).ToBeVisibleAsync();
        await Expect(copy).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(dialog.GetByText("Copied to the clipboard").First).ToBeVisibleAsync();
        Assert.Equal(raw, await visit.ReadClipboardAsync());

        var address = killed.Url.GetLeftPart(UriPartial.Authority);
        await using var restarted = await ProductProcess.StartWithOwnerAsync(folder, ("urls", address));
        await page.EvaluateAsync("document.querySelector('[data-reconnect].when-trying').click()"); // by script: it may retry first
        await Expect(dialog.GetByText("The server is back, but this page has to be reloaded.")).ToBeVisibleAsync();
        var copyText = dialog.GetByRole(AriaRole.Button, new() { Name = "Copy the .env text" });
        await copyText.ClickAsync();
        await Expect(copyText).ToHaveAttributeAsync("data-copy-state", "copied");
        var text = await visit.ReadClipboardAsync();
        Assert.StartsWith("LATCHKEY_API_KEY=", text, StringComparison.Ordinal);
        Assert.Contains(raw, text, StringComparison.Ordinal);

        var reload = dialog.GetByRole(AriaRole.Button, new() { Name = "Reload" });
        var met = new List<string>();
        while (!await reload.EvaluateAsync<bool>("button => button === document.activeElement"))
        {
            met.Add(await page.EvaluateAsync<string>("document.activeElement.outerHTML.slice(0, 80)"));
            Assert.True(met.Count < 20, $"Tab did not get to Reload, but to {string.Join(", ", met)}");
            await page.Keyboard.PressAsync("Tab");
        }

        await page.EvaluateAsync("window.same = true");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForFunctionAsync("() => !window.same");
        await visit.UntilInteractiveAsync();
        Assert.Equal(1, asked); // the server never heard of the copies
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Outlives its server" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        Assert.DoesNotContain(raw, await page.ContentAsync(), StringComparison.Ordinal);
    }
}
