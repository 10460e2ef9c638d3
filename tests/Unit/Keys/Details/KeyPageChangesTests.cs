using Bunit;
using Dashboard.Core.Keys;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Keys.Details;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class KeyPageChangesTests : KeyPageTest
{
    [Fact]
    public async Task Expired_key_works_again_after_its_expiry_is_changed()
    {
        var key = await AddAsync("Backend", x => x with { ExpiresAt = World.Time.GetUtcNow().AddDays(1) });
        World.Time.Advance(TimeSpan.FromDays(2));
        var page = Open(World.Owner, key);
        Assert.Contains("Requests using it are refused, until you change its expiry.", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.AllByRole("button", "Disable"));
        await PressAsync(page, "Change expiry");
        page.WaitForRole("dialog", "Change expiry");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal("21 Feb 2027in 90 days", Fact(page, "Expires")));
        Assert.Equal("Disable", page.ByRole("button", "Disable").TextContent);
    }

    [Fact]
    public async Task Rate_limit_and_note_are_changed()
    {
        var key = await AddAsync("Backend");
        var page = Open(World.Owner, key);
        Assert.Equal("Where is this key stored?", Fact(page, "Note"));
        await AskAsync(page, "Change rate limit");
        await page.ByLabel("Requests a minute").ChangeAsync(new() { Value = "none" });
        await page.ByRole("form").SubmitAsync();
        Assert.Equal(
            "Use a whole number from 1 to 1,000,000, or leave it empty.", Assert.Single(page.AllByTestId("field-error")).TextContent);
        await page.ByLabel("Requests a minute").ChangeAsync(new() { Value = "600" });
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal("600 requests a minute", Fact(page, "Rate limit")));

        await AskAsync(page, "Add a note");
        await page.ByLabel("Note").ChangeAsync(new() { Value = "GitHub secret\nDEPLOY_KEY" });
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal("GitHub secret DEPLOY_KEY", Fact(page, "Note")));
        Assert.Equal((600, "GitHub secret DEPLOY_KEY"), ((await GetAsync(key)).RequestsPerMinute, (await GetAsync(key)).Note));

        await AskAsync(page, "Change note");
        await page.ByLabel("Note").ChangeAsync(new() { Value = new string('x', 501) });
        await page.ByRole("form").SubmitAsync();
        Assert.StartsWith(
            "Use 500 characters or fewer.", Assert.Single(page.AllByTestId("field-error")).TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expiry_begins_with_what_holds_and_can_be_removed()
    {
        var key = await AddAsync("Backend", x => x with { ExpiresAt = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) });
        var page = Open(World.Owner, key);
        await AskAsync(page, "Change expiry");
        Assert.Equal("2026-12-31", page.ByLabel("Expiry date").GetAttribute("value"));
        await page.ByLabel("Expiry date").ChangeAsync(new() { Value = "2026-11-20" });
        await page.ByRole("form").SubmitAsync();
        Assert.Equal("This date has passed. Choose today or later.", Assert.Single(page.AllByTestId("field-error")).TextContent);
        await page.SelectAsync("Expires", "Never");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal("Never", Fact(page, "Expires")));
        Assert.Null((await GetAsync(key)).ExpiresAt);
    }

    [Fact]
    public async Task First_network_is_added_after_a_warning_of_what_it_shuts_out()
    {
        var key = await AddAsync("Backend");
        Seen(key, "203.0.113.0/24", "curl", 100, 5);
        var page = Open(World.Owner, key);
        await AskAsync(page, "Add network…");
        await page.ByRole("form").SubmitAsync();
        Assert.Equal("Enter an address or a network.", Assert.Single(page.AllByTestId("field-error")).TextContent);
        await page.ByLabel("Address or network").ChangeAsync(new() { Value = "10.0.0.1/8" });
        await page.ByRole("form").SubmitAsync();
        Assert.Contains("Use 10.0.0.0/8", Assert.Single(page.AllByTestId("field-error")).TextContent, StringComparison.Ordinal);
        await page.ByLabel("Address or network").ChangeAsync(new() { Value = "10.0.0.0/8" });
        await page.ByRole("form").SubmitAsync();
        Assert.Contains("Requests from 203.0.113.0/24 (last seen 5 min ago) will be refused.",
            page.ByRole("alert").TextContent, StringComparison.Ordinal);
        Assert.Null((await GetAsync(key)).AllowedIps);
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(
            () => Assert.Contains("10.0.0.0/8", page.ByRole("list", "Allowed networks").TextContent, StringComparison.Ordinal));
        Assert.Equal(["10.0.0.0/8"], (await GetAsync(key)).AllowedIps!);

        await AskAsync(page, "Add network…");
        await page.ByLabel("Address or network").ChangeAsync(new() { Value = "11.0.0.0/8" });
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(
            () => Assert.Contains("11.0.0.0/8", page.ByRole("list", "Allowed networks").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Networks_are_suggested_from_traffic()
    {
        var key = await AddAsync("Backend");
        Seen(key, "203.0.113.0/24", "curl", 100, 5);
        Seen(key, "198.51.100.0/24", "Go", 100, 60);
        Seen(key, KeyClientUsage.Unknown, "Go", 100, 61);
        var page = Open(World.Owner, key);
        await AskAsync(page, "Suggest from traffic…");
        var boxes = page.ByRole("group", "Networks").AllByRole("checkbox");
        Assert.Equal(2, boxes.Count);
        Assert.All(boxes, box => Assert.True(box.HasAttribute("checked")));
        Assert.Equal("curl. First seen 21 Nov 2026, last seen 5 min ago.", boxes[0].DescriptionOf());
        Assert.Contains("Requests without a client address (last seen 1 h ago) will be refused.",
            page.ByRole("dialog").TextContent, StringComparison.Ordinal);
        await boxes[1].ChangeAsync(new() { Value = false });
        Assert.Contains(
            "Requests from 198.51.100.0/24 (last seen 1 h ago) and without a client address (last seen 1 h ago) will be refused.",
            page.ByRole("dialog").TextContent, StringComparison.Ordinal);
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() =>
            Assert.Equal(["203.0.113.0/24"], page.ByRole("list", "Allowed networks").AllByRole("code").Select(code => code.TextContent)));
        await AskAsync(page, "Suggest from traffic…");
        Assert.Single(page.ByRole("group", "Networks").AllByRole("checkbox")); // what the list has is not offered again
    }

    [Fact]
    public async Task Removing_a_network_in_use_is_asked_and_another_is_not()
    {
        var key = await AddAsync("Backend", x => x with { AllowedIps = ["203.0.113.0/24", "10.0.0.0/8", "11.0.0.0/8"] });
        Seen(key, "203.0.113.0/24", "curl", 100, 5);
        var page = Open(World.Owner, key);
        await PressAsync(page, "Remove 10.0.0.0/8");
        Assert.Equal(["203.0.113.0/24", "11.0.0.0/8"], (await GetAsync(key)).AllowedIps!);
        _ = PressAsync(page, "Remove 203.0.113.0/24"); // completes when the question is answered
        page.WaitForRole("alertdialog", "Remove 203.0.113.0/24?");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Empty(page.AllByRole("button", "Remove 203.0.113.0/24")));
        _ = PressAsync(page, "Remove 11.0.0.0/8");
        page.WaitForRole("dialog", "Remove the last network?");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Contains("Any address can use this key.", page.Markup, StringComparison.Ordinal));
        Assert.Null((await GetAsync(key)).AllowedIps);
    }

    [Fact]
    public async Task Key_is_renamed_disabled_enabled_and_revoked()
    {
        var key = await AddAsync("Backend");
        var page = Open(World.Owner, key);
        await page.ChooseAsync("Actions for Backend", "Rename…");
        page.WaitForRole("dialog", "Rename this key");
        await page.ByLabel("Name").ChangeAsync(new() { Value = "Frontend" });
        await page.ByRole("form").SubmitAsync();
        page.WaitForRole("heading", "Frontend");
        await PressAsync(page, "Disable");
        page.WaitForAssertion(() => Assert.Contains("Requests using it are refused.", page.Markup, StringComparison.Ordinal));
        await PressAsync(page, "Enable");
        page.WaitForRole("button", "Disable");
        _ = PressAsync(page, "Revoke…"); // completes when the question is answered
        page.WaitForRole("alertdialog", "Revoke this key?");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Empty(page.AllByRole("button", "Revoke…")));
        Assert.Equal(
            ["Revoked", "Enabled", "Disabled", "Renamed from “Backend”", "Created"],
            page.AllByRole("list")[^1].AllByRole("listitem").Select(item => item.TextContent.Split(" by ")[0]));
    }

    [Fact]
    public async Task Change_by_another_person_shows_by_itself()
    {
        var key = await AddAsync("Backend");
        await World.Services.ReadFeedAsync(); // as a node does before its first page
        var page = Open(World.Owner, key);
        await World.Services.Keys.ChangeAsync(World.Admin, key, new(State: KeyState.Inactive), Token);
        page.WaitForRole("button", "Enable");
        Assert.Contains("Disabled by Adam", page.Markup.Replace("<small>", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
