using Dashboard.Core.Keys;
using Dashboard.Core.Organizations;
using Dashboard.Core.Usage;
using Dashboard.Tests.E2E.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Keys;

/// <summary>All that is done on the page of a key: with a mouse, with keys alone and with fingers on a phone.</summary>
public sealed class KeyPageJourneys : IClassFixture<Product>
{
    const string Name = "Partner: Contoso Logistics";

    readonly Product product;
    readonly Browser browser;

    public KeyPageJourneys(Product product, Browser browser)
    {
        (this.product, this.browser) = (product, browser);
        product.Start();
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(InputMode.Mouse)]
    [InlineData(InputMode.Keys)]
    [InlineData(InputMode.Touch)]
    public async Task Key_is_read_and_changed_on_its_page(InputMode way)
    {
        var project = await product.AddProjectAsync($"Key page {way}");
        var key = await AddUsedAsync(project);
        var options = way == InputMode.Touch ? PageVisit.Phone : new() { ViewportSize = new() { Width = 1360, Height = 860 } };
        await using var visit = await PageVisit.OpenAsync(browser, product.Url, options);
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys/{key.Key.KeyId}");
        Assert.Equal($"{Name} · API keys · Key page {way} · Latchkey", await visit.Page.TitleAsync());
        var hand = new PageDriver(visit.Page, way);
        var looks = way == InputMode.Mouse; // at what is in between
        await LookAsync(visit, looks ? PageState.Key : null);
        await ReadChartAsync(visit, hand, way);
        await LookAsync(visit, looks ? PageState.KeyTable : null);
        await ChangeFactsAsync(visit, hand, looks);
        await ChangeNetworksAsync(visit, hand, looks);
        await TrimAsync(visit, hand, looks);
        await EndAsync(visit, hand, looks);
        if (way == InputMode.Touch)
        {
            Assert.Equal(390, await visit.Page.EvaluateAsync<int>("document.scrollingElement.scrollWidth"));
        }
    }

    [Fact]
    public async Task Note_that_somebody_else_changed_is_shown_before_it_is_replaced()
    {
        var project = await product.AddProjectAsync("Two editors");
        var key = (await product.AddKeyAsync(project, "shared")).Key;
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys/{key.KeyId}");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Add a note" }).First.ClickAsync();
        var dialog = visit.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Note").FillAsync("Mine");
        Assert.True((await product.Services.GetRequiredService<KeyService>()
            .ChangeAsync(await product.OwnerAsync(), key.KeyId, new(Note: "Theirs"), Token)).Succeeded);
        await Expect(visit.Page.Locator("dd").GetByText("Theirs")).ToBeAttachedAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save note" }).ClickAsync();
        await Expect(dialog.GetByText("The note was changed by somebody else, to “Theirs”.")).ToBeVisibleAsync();
        await Expect(dialog.GetByLabel("Note")).ToHaveValueAsync("Mine");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save note" }).ClickAsync();
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(visit.Page.Locator("dd").GetByText("Mine")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Page_is_whole_without_its_circuit_and_holds_no_secret()
    {
        var project = await product.AddProjectAsync("Whole");
        var key = await AddUsedAsync(project);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var html = await (await visit.Requests.GetAsync($"/{project}/keys/{key.Key.KeyId}")).TextAsync();
        foreach (var text in new[] { Name, "1,506", "192.0.2.0/24", "Granted, never used", "Created" })
        {
            Assert.Contains(text, html, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(key.Secret.Reveal(), html, StringComparison.Ordinal);
        var moved = await visit.Requests.GetAsync($"/{People.Project}/keys/{key.Key.KeyId}");
        Assert.EndsWith($"/{project}/keys/{key.Key.KeyId}", moved.Url, StringComparison.Ordinal);
        Assert.Equal(404, (await visit.Requests.GetAsync($"/{project}/keys/Unknown1")).Status);
    }

    [Fact]
    public async Task Unused_and_revoked_keys_and_viewers_have_a_page_too()
    {
        var project = await product.AddProjectAsync("Quiet");
        var unused = (await product.AddKeyAsync(project, "Never used")).Key.KeyId;
        var used = (await AddUsedAsync(project)).Key.KeyId;
        await product.AddRevokedKeysAsync(project, 1, _ => "Old");
        await product.AddMemberAsync("reader@example.com", People.Organization, OrganizationRole.Viewer);
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys/{unused}");
        await Expect(visit.Page.GetByText("No requests in the last 90 days.")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.KeyUnused);
        await using (var context = await People.OpenAsync(product))
        {
            var old = await context.Keys.Where(key => key.Name == "Old").OrderBy(key => key.KeyId)
                .Select(key => key.KeyId).LastAsync(Token);
            await visit.GoAsync($"/{project}/keys/{old}");
        }

        await Expect(visit.Page.GetByText("it can’t be changed any more")).ToBeVisibleAsync();
        await visit.ExpectAccessibleAsync(PageState.KeyOfRevoked);

        await using var reader = await PageVisit.OpenAsync(browser, product.Url);
        await reader.SignInAsync("reader@example.com");
        await reader.GoAsync($"/{project}/keys/{used}");
        await Expect(reader.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button)).ToHaveCountAsync(1); // it copies the prefix
        await reader.ExpectAccessibleAsync(PageState.KeyOfViewer);
    }

    [Fact]
    public async Task Change_elsewhere_shows_by_itself()
    {
        var project = await product.AddProjectAsync("Elsewhere");
        var key = (await product.AddKeyAsync(project, "Watched")).Key.KeyId;
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys/{key}");
        using var api = await ApiClient.SignInAsync(product);
        Assert.Equal(200, (await api.PatchAsync($"/api/keys/{key}", new { name = "Renamed", state = "inactive" })).Status);
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Renamed" })).ToBeVisibleAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Enable" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Link_opens_the_form_and_more_options_are_kept()
    {
        var project = await product.AddProjectAsync("Linked");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var page = visit.Page;
        await visit.GoAsync($"/{project}/keys?new&name=Nightly+export&permissions=read,execute&expires=365");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Create API key" });
        await Expect(dialog.GetByLabel("Name")).ToHaveValueAsync("Nightly export");
        await Expect(dialog.GetByText("This key will be able to read and execute all resources in Linked, live, until")).ToBeVisibleAsync();
        Assert.EndsWith($"/{project}/keys", page.Url, StringComparison.Ordinal);
        await visit.ChooseAsync("Preset", "Read-only");
        await dialog.GetByText("More options").ClickAsync();
        await dialog.GetByLabel("Note").FillAsync("In the vault");
        await dialog.GetByLabel("Allowed addresses and networks").FillAsync("10.0.0.1/8");
        await dialog.GetByLabel("Requests a minute").FillAsync("600");
        await dialog.GetByText("More options").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(dialog.GetByText("Use 10.0.0.0/8")).ToBeVisibleAsync();
        await Expect(dialog.GetByLabel("Allowed addresses and networks")).ToBeFocusedAsync(); // it has opened again
        await visit.ExpectAccessibleAsync(PageState.CreateKeyMore, dialog);
        await dialog.GetByLabel("Allowed addresses and networks").FillAsync("10.0.0.0/8");
        await page.Keyboard.PressAsync("Tab");
        await Expect(dialog.GetByText("This key will be able to read all resources in Linked"))
            .ToContainTextAsync("from 1 network, at most 600 times a minute.");
        await page.ReloadAsync();
        await visit.UntilInteractiveAsync();
        await Expect(dialog.GetByLabel("Note")).ToHaveValueAsync("In the vault");
        await dialog.GetByLabel("Note").FillAsync(Product.NeverMinted);
        Assert.DoesNotContain("Ab12CdEf", await page.EvaluateAsync<string>("JSON.stringify(sessionStorage)"), StringComparison.Ordinal);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await Expect(dialog.GetByText("The note contains a key.")).ToBeVisibleAsync();
        await dialog.GetByLabel("Note").FillAsync("In the vault");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create key" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "I have saved the key" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close without copying" }).ClickAsync();
        await using var context = await People.OpenAsync(product);
        var key = await context.Keys.SingleAsync(row => row.Name == "Nightly export", Token);
        Assert.Equal(("In the vault", "10.0.0.0/8", 600, "read"), (key.Note, key.AllowedIps, key.RequestsPerMinute, key.Permissions));
    }

    static async Task ReadChartAsync(PageVisit visit, PageDriver hand, InputMode way)
    {
        var page = visit.Page;
        var today = TimeProvider.System.GetUtcNow().UtcDateTime.Date;
        var readout = page.Locator(".readout");
        var slider = page.GetByRole(AriaRole.Slider, new() { Name = "Day" });
        await Expect(readout).ToContainTextAsync("1,506 allowed");
        if (way == InputMode.Keys)
        {
            await hand.ReachAsync(AriaRole.Slider, "Day");
            await hand.KeyAsync("ArrowLeft");
            await hand.KeyAsync("ArrowLeft");
        }
        else
        {
            var box = (await slider.BoundingBoxAsync())!;
            var place = new Position { X = (float)(box.Width * 87.5 / 90), Y = box.Height / 2 };
            await (way == InputMode.Touch ? slider.TapAsync(new() { Position = place }) : slider.HoverAsync(new() { Position = place }));
        }

        await Expect(readout)
            .ToContainTextAsync(today.AddDays(-2).ToString("ddd d MMM yyyy", System.Globalization.CultureInfo.InvariantCulture));
        await Expect(readout).ToContainTextAsync("900 allowed");
        await Expect(readout).ToContainTextAsync("380 refused");
        await Expect(readout.GetByText("rate limited")).ToBeHiddenAsync();
        await Expect(slider).ToHaveAttributeAsync("aria-valuetext", $"{today.AddDays(-2).ToString("ddd d MMM yyyy", System.Globalization.CultureInfo.InvariantCulture)}: 900 allowed, 380 refused");
        if (way == InputMode.Keys)
        {
            await hand.KeyAsync("Home");
            await Expect(readout)
                .ToContainTextAsync(today.AddDays(-89).ToString("ddd d MMM yyyy", System.Globalization.CultureInfo.InvariantCulture));
            await hand.ReachAsync(AriaRole.Button, "Show as a table");
            await hand.KeyAsync("Enter");
        }
        else
        {
            await (way == InputMode.Touch ? page.GetByText("Show as a table").TapAsync() : page.GetByText("Show as a table").ClickAsync());
        }

        await Expect(page.GetByRole(AriaRole.Table, new() { Name = "Requests of each day" }).GetByRole(AriaRole.Row).Nth(1))
            .ToContainTextAsync("1,506");
    }

    static async Task ChangeFactsAsync(PageVisit visit, PageDriver hand, bool looks)
    {
        var page = visit.Page;
        var facts = page.GetByRole(AriaRole.Region, new() { Name = "About this key" });
        await hand.PressAsync(AriaRole.Button, "Change expiry");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Change expiry" })).ToBeVisibleAsync();
        await LookAsync(visit, looks ? PageState.ChangeExpiry : null);
        await hand.ChooseAsync("Expires", "On a date…");
        await hand.DateAsync("Expiry date", new(2999, 1, 31));
        await hand.PressAsync(AriaRole.Button, "Change expiry");
        await Expect(facts.GetByText("31 Jan 2999")).ToBeVisibleAsync();
        await visit.UntilNoDialogAsync();
        await hand.AtAsync("button: Change expiry");

        await hand.PressAsync(AriaRole.Button, "Change rate limit");
        await hand.AtAsync("textbox: Requests a minute");
        await hand.WriteAsync(AriaRole.Textbox, "Requests a minute", "many");
        await hand.KeyAsync("Enter");
        await Expect(page.GetByText("Use a whole number from 1 to 1,000,000")).ToBeVisibleAsync();
        await LookAsync(visit, looks ? PageState.ChangeRateLimit : null);
        await hand.WriteAsync(AriaRole.Textbox, "Requests a minute", "1200");
        await hand.PressAsync(AriaRole.Button, "Change rate limit");
        await Expect(facts.GetByText("1,200 requests a minute")).ToBeVisibleAsync();
        await visit.UntilNoDialogAsync();

        await hand.PressAsync(AriaRole.Button, "Add a note");
        await LookAsync(visit, looks ? PageState.ChangeNote : null);
        await hand.AtAsync("textbox: Note");
        await hand.WriteAsync(AriaRole.Textbox, "Note", "Contoso’s vault");
        await hand.PressAsync(AriaRole.Button, "Save note");
        await Expect(facts.GetByText("Contoso’s vault")).ToBeVisibleAsync();
        await visit.UntilNoDialogAsync();
    }

    static async Task ChangeNetworksAsync(PageVisit visit, PageDriver hand, bool looks)
    {
        var page = visit.Page;
        var list = page.GetByRole(AriaRole.List, new() { Name = "Allowed networks" });
        await hand.PressAsync(AriaRole.Button, "Add network…");
        await hand.AtAsync("textbox: Address or network");
        await hand.WriteAsync(AriaRole.Textbox, "Address or network", "10.0.0.0/8");
        await hand.KeyAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("This shuts out current traffic.");
        await LookAsync(visit, looks ? PageState.AddNetwork : null);
        await hand.PressAsync(AriaRole.Button, "Add it all the same");
        await Expect(list.GetByText("10.0.0.0/8")).ToBeVisibleAsync();
        await visit.UntilNoDialogAsync();

        await hand.PressAsync(AriaRole.Button, "Suggest from traffic…");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Suggest from traffic" })).ToBeVisibleAsync();
        await LookAsync(visit, looks ? PageState.SuggestNetworks : null);
        await hand.PressAsync(AriaRole.Checkbox, "192.0.2.0/24");
        await hand.PressAsync(AriaRole.Button, "Allow 1 network");
        await Expect(list.GetByText("203.0.113.0/24")).ToBeVisibleAsync();
        await visit.UntilNoDialogAsync();
        await Expect(list.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(2);

        await hand.PressAsync(AriaRole.Button, "Remove 203.0.113.0/24");
        await Expect(page.GetByRole(AriaRole.Alertdialog, new() { Name = "Remove 203.0.113.0/24?" })).ToBeVisibleAsync();
        await hand.AtAsync("button: Cancel");
        await LookAsync(visit, looks ? PageState.RemoveNetwork : null);
        await hand.PressAsync(AriaRole.Button, "Remove network");
        await Expect(list.GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
        await visit.UntilNoDialogAsync();
    }

    static async Task TrimAsync(PageVisit visit, PageDriver hand, bool looks)
    {
        var page = visit.Page;
        await Expect(page.GetByText("Granted 3, used 1 in 90 days.")).ToBeVisibleAsync();
        await hand.PressAsync(AriaRole.Button, "Trim to read");
        await Expect(page.GetByRole(AriaRole.Alertdialog, new() { Name = "Trim to read?" })).ToBeVisibleAsync();
        await hand.AtAsync("button: Cancel");
        await LookAsync(visit, looks ? PageState.TrimKey : null);
        await hand.PressAsync(AriaRole.Button, "Trim to read");
        await Expect(page.GetByText("Granted 1, used 1 in 90 days.")).ToBeVisibleAsync();
        await visit.UntilNoDialogAsync();
    }

    static async Task EndAsync(PageVisit visit, PageDriver hand, bool looks)
    {
        var page = visit.Page;
        await hand.PressAsync(AriaRole.Button, "Disable");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Enable" })).ToBeVisibleAsync();
        await hand.AtAsync("button: Enable"); // the same button
        await hand.TakeAsync($"Actions for {Name}", "Rename…");
        await hand.AtAsync("textbox: Name");
        await hand.WriteAsync(AriaRole.Textbox, "Name", "Contoso");
        await hand.PressAsync(AriaRole.Button, "Rename key");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Contoso", Exact = true })).ToBeVisibleAsync();
        await visit.UntilNoDialogAsync();
        await hand.AtAsync("button: Actions for Contoso");
        if (looks)
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Actions for Contoso" }).ClickAsync();
            await visit.ExpectAccessibleAsync(PageState.KeyActions, page.GetByRole(AriaRole.Menu));
            await page.Keyboard.PressAsync("Escape");
            await Expect(page.GetByRole(AriaRole.Menu)).ToBeHiddenAsync();
        }

        await hand.PressAsync(AriaRole.Button, "Revoke…");
        await Expect(page.GetByRole(AriaRole.Alertdialog, new() { Name = "Revoke this key?" })).ToBeVisibleAsync();
        await hand.AtAsync("textbox: Type the key’s name to confirm: Contoso");
        await hand.WriteAsync(AriaRole.Textbox, "Type the key’s name to confirm: Contoso", "Contoso");
        await hand.PressAsync(AriaRole.Button, "Revoke key");
        await Expect(page.GetByText("it can’t be changed any more")).ToBeVisibleAsync();
        await visit.UntilNoDialogAsync();
        await hand.AtAsync("h1: Contoso");
        await Expect(page.GetByText("Permissions execute and write removed")).ToBeVisibleAsync();
    }

    static Task LookAsync(PageVisit visit, PageState? state) => state is { } looked
        ? visit.ExpectAccessibleAsync(looked, visit.Page.GetByRole(AriaRole.Dialog)
            .Or(visit.Page.GetByRole(AriaRole.Alertdialog)).Or(visit.Page.Locator(":root:not(:has(.mud-dialog))")))
        : Task.CompletedTask;

    /// <summary>Creates a key that was used for two months, and reads now.</summary>
    async Task<IssuedKey> AddUsedAsync(ProjectPath project)
    {
        var key = await product.AddKeyAsync(project, Name);
        var id = key.Key.KeyId;
        await using var context = await People.OpenAsync(product);
        var projectId = await context.Keys.Where(row => row.KeyId == id).Select(row => row.ProjectId).SingleAsync(Token);
        var now = product.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        foreach (var (ago, outcome, count) in new[] { (0, KeyHour.Valid, 1506), (1, "rate_limited", 3),
            (1, KeyHour.Valid, 1500), (2, KeyHour.Valid, 900), (2, "ip_not_allowed", 380), (60, KeyHour.Valid, 1) })
        {
            context.Add(new KeyDay { KeyId = id, Day = today.AddDays(-ago), Outcome = outcome, ProjectId = projectId, Count = count });
        }

        context.AddRange(
            new KeyClient
            {
                KeyId = id,
                Network = "203.0.113.0/24",
                Client = "python-requests",
                FirstSeenAt = now.AddDays(-60),
                LastSeenAt = now.AddMinutes(-18)
            },
            new KeyClient
            {
                KeyId = id,
                Network = "192.0.2.0/24",
                Client = "curl",
                FirstSeenAt = now.AddDays(-1),
                LastSeenAt = now.AddDays(-1)
            },
            new KeyPermissionUse { KeyId = id, Permission = "read", FirstAskedAt = now.AddDays(-60), LastAskedAt = now.AddMinutes(-18) },
            new KeyPermissionUse { KeyId = id, Permission = "verify", FirstAskedAt = now.AddDays(-3), LastAskedAt = now.AddDays(-3) });
        await context.SaveChangesAsync(Token);
        await context.Keys.Where(row => row.KeyId == id).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.CreatedAt, now.AddDays(-60))
                .SetProperty(row => row.LastUsedAt, now.AddMinutes(-18)).SetProperty(row => row.LastUsedOrder, now.AddMinutes(-18))
                .SetProperty(row => row.LastUsedFrom, "203.0.113.0/24"),
            Token);
        return key;
    }
}
