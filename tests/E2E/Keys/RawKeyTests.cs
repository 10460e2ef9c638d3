using System.Net;
using System.Text;
using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Keys;

/// <summary>The raw key exists only in memory, in one open dialog and in one response.</summary>
[Collection(typeof(TalkativeCollection))]
public sealed class RawKeyTests(TalkativeProduct talkative, Browser browser)
{
    [Fact]
    public async Task Raw_key_is_found_in_no_file_no_log_and_no_page()
    {
        var token = TestContext.Current.CancellationToken;
        var (product, folder) = (talkative.Process, talkative.Folder);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.AllowClipboardAsync();
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync("/my-organization/default/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).First.ClickAsync();
        await page.GetByLabel("Name").FillAsync("checkout");
        await page.GetByLabel("Name").PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Copy key" }).ClickAsync();
        await Expect(dialog.GetByText("Copied to the clipboard").First).ToBeVisibleAsync();
        var raw = await visit.ReadClipboardAsync();
        Assert.Equal(await page.Locator(".copybox code").InnerTextAsync(), raw);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
        var pages = new List<string> { await page.ContentAsync() };

        Assert.Equal(HttpStatusCode.OK, (await Caller.PresentAsync(product.Url, raw, token)).Status);
        using var owner = await Caller.SignInAsync(product.Url, token);
        await WaitForLastUseAsync(owner, token);
        await PasteIntoRevokeAsync(visit, raw);
        Assert.Equal("active", (string?)(await owner.GetAsync("/api/keys", token))["items"]![0]!["state"]); // the rename was refused
        await page.GetByLabel("Search keys").FillAsync(raw);
        await Expect(page.GetByText("This is the key checkout.")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Search keys")).ToHaveValueAsync("");
        Assert.DoesNotContain(raw, page.Url, StringComparison.Ordinal);

        foreach (var path in new[] { "/", "/my-organization/default/keys", "/my-organization/default/keys?revoked=true", "/not-found" })
        {
            pages.Add(await (await visit.Requests.GetAsync(path)).TextAsync());
        }

        Assert.All(pages, html => Assert.DoesNotContain(raw, html, StringComparison.Ordinal));
        Assert.Equal("[{},{}]", await page.EvaluateAsync<string>("JSON.stringify([localStorage, sessionStorage])"));
        await page.GotoAsync("about:blank");
        var files = folder.GetFiles();
        Assert.Contains(files, file => file.Name.EndsWith("-wal", StringComparison.Ordinal));
        Assert.All(files, file => Assert.Equal(-1, Read(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(raw))));
        // so that a search which finds nothing has looked in the right place
        Assert.Contains(files, file => Read(file).AsSpan().IndexOf("checkout"u8) >= 0);
        await talkative.ExpectSecretAsync(raw, token);
    }

    /// <summary>The user pastes the key into the field for its name.</summary>
    static async Task PasteIntoRevokeAsync(PageVisit visit, string raw)
    {
        var page = visit.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for checkout" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Revoke…" }).ClickAsync();
        var question = page.GetByRole(AriaRole.Alertdialog, new() { Name = "Revoke this key?" });
        await question.GetByRole(AriaRole.Textbox).FillAsync(raw);
        await question.GetByRole(AriaRole.Textbox).PressAsync("Enter");
        await question.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync(); // the server receives it last
        await visit.UntilNoDialogAsync();
    }

    /// <summary>The last use is written some seconds after the request.</summary>
    static async Task WaitForLastUseAsync(Caller owner, CancellationToken cancellationToken)
    {
        while ((await owner.GetAsync("/api/keys", cancellationToken))["items"]![0]!["last_used_at"] is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
        }
    }

    static byte[] Read(FileInfo file)
    {
        using var stream = file.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
