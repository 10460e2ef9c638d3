using Bunit;
using Dashboard.Core.PublishedApps;
using Dashboard.Keys;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class KeysPageFilterTests : KeysPageTest
{
    [Fact]
    public async Task Filter_keeps_its_selection_while_loading()
    {
        await AddAsync(World.Owner, "Any");
        var page = Open(World.Owner);
        await page.ByRole("switch", "Show revoked keys").ChangeAsync(new() { Value = true });
        Assert.True(page.ByRole("switch", "Show revoked keys").HasAttribute("checked"));
        await page.ByRole("switch", "Show revoked keys").ChangeAsync(new() { Value = false });
        Assert.False(page.ByRole("switch", "Show revoked keys").HasAttribute("checked"));
    }

    [Fact]
    public async Task Managed_keys_are_hidden_by_a_filter_that_an_empty_search_mentions()
    {
        World.AddResource(TestInstallation.Orders, "workflow", "intake");
        var app = (await World.Services.Get<PublishedAppService>().PublishAsync(
            World.Owner, new(TestInstallation.Orders, "Desk", "workflow:intake"), Xunit.TestContext.Current.CancellationToken)).Value;
        await AddAsync(World.Owner, "Own");
        var page = Open(World.Owner);
        Assert.Equal(["Own"], Names(page));
        Assert.Contains("1 of 10 keys", page.ByRole("search").TextContent, StringComparison.Ordinal);
        Type(page, "desk");
        page.WaitForAssertion(() => Assert.Contains(
            "A key managed by a published app matches.", page.ByTestId("empty-state").TextContent, StringComparison.Ordinal));
        await page.ByRole("button", "Show keys of published apps").ClickAsync();
        Assert.EndsWith("?search=desk&managed=true", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal(["Desk"], Names(page)));
        Assert.EndsWith(
            $"Managed key {app.PublishedApp.Key.Prefix}", page.CellsOf("Name").Single().TextContent.Trim(), StringComparison.Ordinal);
        _ = page.ChooseAsync("Actions for Desk", "Revoke…"); // completes when the confirmation is answered
        page.WaitForRole("alertdialog");
        Assert.Contains("This also unpublishes the app Desk, which has no other key.",
            page.ByRole("alertdialog").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filters_are_in_the_URL_and_leave_by_their_cross()
    {
        await AddAsync(World.Owner, "Owner's");
        await AddAsync(World.Developer, "Developer's");
        var page = Open(World.Owner);
        await page.ByRole("button", "Filter").ClickAsync();
        page.WaitForAssertion(() => Assert.NotEmpty(page.AllByRole("menuitemcheckbox")));
        await page.ByRole("menuitemcheckbox", "My keys").ClickAsync();
        page.WaitForAssertion(() => Assert.Equal(["Owner's"], Names(page)));
        Assert.Equal("true", page.ByRole("menuitemcheckbox", "My keys").GetAttribute("aria-checked"));
        await page.ByRole("menuitemradio", "write").ClickAsync();
        await page.ByRole("menuitemcheckbox", "Unused for 90 days").ClickAsync();
        Assert.EndsWith("/acme/orders/keys?owner=me&permission=write&unused_for=90d", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(
            () => Assert.Equal("No keys match these filters", page.ByTestId("empty-state").ByRole("heading").TextContent));
        Assert.Equal("Filter (3)", page.ByRole("button", "Filter (3)").TextContent.Trim());
        await page.ByRole("button", "Remove filter: Unused for 90 days").ClickAsync();
        await page.ByRole("button", "Remove filter: My keys").ClickAsync();
        page.WaitForAssertion(() => Assert.Equal(["Developer's", "Owner's"], Names(page).Order()));
        Assert.EndsWith("/acme/orders/keys?permission=write", Navigation.Uri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("state=active&never_used=true&expiring_within=7d", "?state=active&expiring_within=7d&never_used=true",
        "Active, Expires within 7 days, Never used")]
    [InlineData("state=gone&owner=you&permission=nothing&expiring_within=soon&unused_for=0d&never_used=1&size=7&page=9", "", "")]
    public async Task Filters_in_a_URL_are_read_and_what_is_none_is_ignored(string query, string canonical, string filters)
    {
        await AddAsync(World.Owner, "Any");
        var page = Open(World.Owner, $"?{query}");
        Assert.Equal($"/acme/orders/keys{canonical}", page.FindComponent<KeysPage>().Instance.View!.State.ToAddress());
        Assert.Equal(
            filters, string.Join(", ", page.AllByRole("button").Select(button => button.TextContent)
                .Where(text => text.StartsWith("Remove filter: ", StringComparison.Ordinal)).Select(text => text[15..])));
    }

    [Fact]
    public async Task Page_size_is_in_the_URL_and_a_single_page_has_no_pager()
    {
        var roomy = World.Run(("Keys:MaxActivePerProject", "100")).Keys;
        for (var number = 1; number <= 60; number++)
        {
            Assert.True((await roomy.CreateAsync(
                World.Owner, new(TestInstallation.Orders, $"Key {number:00}"), Xunit.TestContext.Current.CancellationToken)).Succeeded);
        }

        var page = Open(World.Owner);
        await page.ByRole("navigation").ByLabel("Rows").ChangeAsync(new() { Value = "50" });
        Assert.EndsWith("/acme/orders/keys?size=50", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal(50, Names(page).Count));
        await page.ByRole("button", "Next page").ClickAsync();
        page.WaitForAssertion(
            () => Assert.Equal("51 to 60 of 60 keys, newest first", page.ByRole("navigation").ByRole("status").TextContent));
        await page.ByRole("navigation").ByLabel("Rows").ChangeAsync(new() { Value = "100" });
        page.WaitForAssertion(() => Assert.Equal("60 keys", page.ByRole("navigation").ByRole("status").TextContent));
        Assert.Empty(page.AllByRole("button", "Next page"));
        Assert.NotNull(page.ByRole("navigation").ByLabel("Rows")); // the way back
    }

    [Fact]
    public async Task Order_is_in_the_URL_and_persists_across_pages()
    {
        var roomy = World.Run(("Keys:MaxActivePerProject", "100")).Keys;
        for (var number = 1; number <= 30; number++)
        {
            Assert.True((await roomy.CreateAsync(
                World.Owner, new(TestInstallation.Orders, $"Key {number:00}"), Xunit.TestContext.Current.CancellationToken)).Succeeded);
        }

        var page = Open(World.Owner);
        Assert.Equal("descending", Heading(page, "Created").GetAttribute("aria-sort"));
        Assert.Equal("1 to 25 of 30 keys, newest first", page.ByRole("navigation").ByRole("status").TextContent);
        await Heading(page, "Name").ByRole("button").ClickAsync();
        Assert.EndsWith("/acme/orders/keys?sort=name", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal("ascending", Heading(page, "Name").GetAttribute("aria-sort")));
        Assert.Equal(("Key 01", "1 to 25 of 30 keys, by name"), (Names(page)[0], page.ByRole("navigation").ByRole("status").TextContent));
        await page.ByRole("button", "Next page").ClickAsync();
        page.WaitForAssertion(() => Assert.Equal(["Key 26", "Key 27", "Key 28", "Key 29", "Key 30"], Names(page)));
        await Heading(page, "Name").ByRole("button").ClickAsync();
        Assert.EndsWith("?sort=-name", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal("Key 30", Names(page)[0])); // back on the first page
        Navigation.NavigateTo("/acme/orders/keys?sort=anything");
        page.WaitForAssertion(() => Assert.Equal("descending", Heading(page, "Created").GetAttribute("aria-sort")));
    }

    static AngleSharp.Dom.IElement Heading(IRenderedComponent<PageHost> page, string title) => page.ByRole("columnheader", title);
}
