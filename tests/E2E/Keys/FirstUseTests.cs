using Dashboard.Core.Data;
using Dashboard.Tests.E2E.Support;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Keys;

[Collection(typeof(SerialCollection))]
public sealed class FirstUseTests(Browser browser)
{
    [Fact]
    public async Task First_use_at_another_node_turns_the_open_dialog_green_and_the_page_asks_nothing_before()
    {
        var token = TestContext.Current.CancellationToken;
        var commands = new SentCommands();
        using var reads = new SemaphoreSlim(0);
        await using var product = new Product()
            .With(services => services.ConfigureDbContext<SqliteContext>(options => options.AddInterceptors(commands)));
        product.Start();
        await using var other = new Product(product.Folder);
        other.Start();
        var project = await product.AddProjectAsync("First use");
        var rehearsal = await product.AddKeyAsync(project, "Another");
        await Caller.PresentAsync(other.Url, rehearsal.Secret.Reveal(), token); // warms up
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.AllowClipboardAsync();
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("Waits");
        await page.GetByLabel("Name").PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Save your key" });
        await Expect(dialog.GetByText("Waiting for the first request…")).ToBeVisibleAsync();
        var raw = await dialog.Locator(".copybox code").InnerTextAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Copy key" }).ClickAsync();
        await Expect(dialog.GetByText("Copied to the clipboard").First).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.SecretWaiting);

        commands.Before = sql => { if (IsFeed(sql)) { reads.Release(); } };
        await reads.WaitAsync(token); // the list behind the dialog has been read
        await reads.WaitAsync(token); // and the new key has been cached
        commands.Forget();
        for (var read = 0; read < 3; read++)
        {
            await reads.WaitAsync(token);
        }

        Assert.All(commands.Sent, sql => Assert.True(IsFeed(sql), sql));
        commands.Forget();
        await Caller.PresentAsync(other.Url, raw, token);
        await Expect(dialog.GetByText("It works. First request")).ToBeVisibleAsync(new() { Timeout = 2000 });
        await Expect(dialog.GetByRole(AriaRole.Status).Filter(new() { HasText = "It works." }))
            .ToContainTextAsync("GET /v1/capabilities, allowed, from 127.0.0.0/24");
        Assert.Single(commands.Sent, sql => sql.Contains("\"Method\"", StringComparison.Ordinal)); // exactly once
        await visit.ExpectAccessibleAsync(PageState.SecretWorks);
        var guide = await page.Context.RunAndWaitForPageAsync(() => dialog.GetByRole(AriaRole.Link, new() { Name = "nginx" }).ClickAsync());
        await Expect(guide).ToHaveTitleAsync("nginx · Docs · Latchkey");
        await guide.CloseAsync();
        await Expect(dialog.Locator(".copybox code")).ToHaveTextAsync(raw); // it is still there
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
    }

    static bool IsFeed(string sql) => sql.Contains("\"FeedEntries\"", StringComparison.Ordinal);
}
