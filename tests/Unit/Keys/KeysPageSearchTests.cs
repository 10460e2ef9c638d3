using Bunit;
using Dashboard.Core.Organizations;
using Dashboard.Keys;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class KeysPageSearchTests : KeysPageTest
{
    [Fact]
    public async Task Search_is_in_the_URL()
    {
        await AddAsync(World.Owner, "Production backend");
        await AddAsync(World.Owner, "Staging worker");
        var page = Open(World.Owner);
        Type(page, "stag");
        page.WaitForAssertion(() => Assert.Equal(["Staging worker"], Names(page)));
        Assert.EndsWith("/acme/orders/keys?search=stag", Navigation.Uri, StringComparison.Ordinal);
        Navigation.NavigateTo("/acme/orders/keys");
        page.WaitForAssertion(() => Assert.Equal(2, Names(page).Count));
        page.WaitForAssertion(() => Assert.Equal("", page.ByRole("search").ByRole("searchbox").GetAttribute("value") ?? ""));
    }

    [Fact]
    public async Task Part_of_a_key_is_searched_for_and_not_in_the_URL()
    {
        const string part = "K3kq9ZrT1xWmPq8"; // of no key that there is
        await AddAsync(World.Owner, "Any");
        var page = Open(World.Owner);
        Type(page, part);
        page.WaitForAssertion(
            () => Assert.StartsWith("No keys match", page.ByTestId("empty-state").ByRole("heading").TextContent, StringComparison.Ordinal));
        Assert.EndsWith("/acme/orders/keys", Navigation.Uri, StringComparison.Ordinal);
        Assert.DoesNotContain(
            part, System.Text.Json.JsonSerializer.Serialize(page.FindComponent<KeysPage>().Instance.Kept), StringComparison.Ordinal);
        await page.ByRole("button", "Clear filters").ClickAsync();
        page.WaitForAssertion(() => Assert.Equal(["Any"], Names(page)));
    }

    [Fact]
    public async Task Pasted_key_is_found_and_not_stored()
    {
        var key = await AddAsync(World.Owner, "Found again");
        await AddAsync(World.Owner, "Another");
        await World.Services.Keys.RevokeAsync(World.Owner, key.Key.KeyId, Xunit.TestContext.Current.CancellationToken);
        var page = Open(World.Owner);
        Type(page, "another");
        page.WaitForAssertion(() => Assert.Equal(["Another"], Names(page)));
        Type(page, $" {key.Secret.Reveal()}\n");
        page.WaitForAssertion(
            () => Assert.Contains("This is the key Found again.", page.ByTestId("key-lookup").TextContent, StringComparison.Ordinal));
        Assert.Contains("In this project, Live, revoked.", page.ByTestId("key-lookup").TextContent, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal("", page.ByRole("search").ByRole("searchbox").GetAttribute("value") ?? ""));
        Assert.DoesNotContain(key.Secret.Reveal(), page.Markup + Navigation.Uri
            + System.Text.Json.JsonSerializer.Serialize(page.FindComponent<KeysPage>().Instance.View), StringComparison.Ordinal);

        await page.InvokeAsync(() => page.ByRole("button", "Show in list").ClickAsync()); // no other draw comes between
        page.WaitForAssertion(() => Assert.Equal(["Found again"], Names(page)));
        Assert.Empty(page.ByTestId("key-lookup").Children);
        Assert.EndsWith($"/acme/orders/keys?search={key.Key.KeyId}&revoked=true", Navigation.Uri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)] // its last character is missing
    [InlineData(25)] // most of the secret is missing
    [InlineData(0)] // one character is another
    public async Task Mistyped_key_is_reported_and_leaves_the_field(int missing)
    {
        var key = await AddAsync(World.Owner, "Found again");
        var page = Open(World.Owner);
        var whole = key.Secret.Reveal();
        var pasted = missing > 0 ? whole[..^missing] : whole[..^1] + (whole[^1] == 'x' ? 'y' : 'x');
        Type(page, $" {pasted}\n");
        page.WaitForAssertion(
            () => Assert.Contains("This looks like a key, but it has a typing error or is incomplete.",
                page.ByTestId("key-lookup").TextContent, StringComparison.Ordinal));
        Assert.Contains("What you pasted is not stored.", page.ByTestId("key-lookup").TextContent, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Equal("", page.ByRole("search").ByRole("searchbox").GetAttribute("value") ?? ""));
        Assert.Equal(["Found again"], Names(page));
        Assert.DoesNotContain(pasted, page.Markup + Navigation.Uri
            + System.Text.Json.JsonSerializer.Serialize(page.FindComponent<KeysPage>().Instance.View), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prefix_of_a_key_is_searched_for()
    {
        var key = await AddAsync(World.Owner, "Found again");
        await AddAsync(World.Owner, "Another");
        var page = Open(World.Owner);
        Type(page, $"{key.Key.Prefix}_");
        page.WaitForAssertion(() => Assert.Empty(page.AllByTestId("row-name")));
        Type(page, key.Key.Prefix);
        page.WaitForAssertion(() => Assert.Equal(["Found again"], Names(page)));
        Assert.Empty(page.ByTestId("key-lookup").Children);
    }

    [Theory]
    [InlineData(true, "No key that you can see matches.")]
    [InlineData(false, "In globex/billing, Live, active.")]
    public async Task Pasted_key_of_another_organization_is_found_for_its_members_only(bool stranger, string says)
    {
        await AddAsync(World.Owner, "Here");
        var key = (await World.Services.Keys.CreateAsync(
            World.Stranger, new(TestInstallation.Billing, "There"), Xunit.TestContext.Current.CancellationToken)).Value;
        if (!stranger)
        {
            World.AddMember("globex", World.Owner, OrganizationRole.Viewer);
        }

        var page = Open(World.Owner);
        Type(page, key.Secret.Reveal());
        page.WaitForAssertion(() => Assert.Contains(says, page.ByTestId("key-lookup").TextContent, StringComparison.Ordinal));
        Assert.Equal(["Here"], Names(page));
        if (!stranger)
        {
            await page.InvokeAsync(() => page.ByRole("button", "Show in list").ClickAsync()); // no other draw comes between
            Assert.EndsWith($"/globex/billing/keys?search={key.Key.KeyId}", Navigation.Uri, StringComparison.Ordinal);
            // as the router does
            page.Render(host =>
                host.AddChildContent<KeysPage>(p => p.Add(x => x.Organization, "globex").Add(x => x.ProjectSlug, "billing")));
            page.WaitForAssertion(() => Assert.Equal(["There"], Names(page)));
            page.WaitForAssertion(() => Assert.Equal(key.Key.KeyId, page.ByRole("search").ByRole("searchbox").GetAttribute("value")));
        }
    }
}
