using Bunit;
using Dashboard.Core.Keys;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class KeysPageSelectionTests : KeysPageTest
{
    [Fact]
    public async Task Selected_keys_are_disabled_together_and_that_can_be_undone()
    {
        var (one, two, three) =
            (await AddAsync(World.Owner, "One"), await AddAsync(World.Owner, "Two"), await AddAsync(World.Owner, "Three"));
        await World.Services.Keys.ChangeAsync(
            World.Owner, three.Key.KeyId, new(State: KeyState.Inactive), Xunit.TestContext.Current.CancellationToken);
        var page = Open(World.Owner);
        await SelectAllAsync(page);
        Assert.Equal("3 keys selected", page.ByRole("group", "Selected keys").ByRole("status").TextContent);
        Assert.Empty(page.AllByRole("search"));
        await page.ByRole("button", "Disable").ClickAsync();
        Assert.Equal((KeyState.Inactive, KeyState.Inactive), (await StateAsync(one), await StateAsync(two)));
        page.WaitForAssertion(() => Assert.Equal(["Disabled 2 keysRequests using them are now refused."], page.SnackbarTexts()));
        Assert.NotEmpty(page.AllByRole("search"));
        await page.ByRole("button", "Undo").ClickAsync();
        Assert.Equal(
            (KeyState.Active, KeyState.Active, KeyState.Inactive), (await StateAsync(one), await StateAsync(two), await StateAsync(three)));
    }

    [Fact]
    public async Task Only_own_keys_can_be_selected_by_a_developer()
    {
        await AddAsync(World.Owner, "Owner's");
        await AddAsync(World.Developer, "Developer's");
        var page = Open(World.Developer);
        Assert.Equal(["Select Developer's"], page.AllByRole("checkbox").Select(box => box.GetAttribute("aria-label")!).Where(
            name => name.StartsWith("Select ", StringComparison.Ordinal) && !name.StartsWith("Select all", StringComparison.Ordinal)));
        await SelectAllAsync(page);
        Assert.Equal("1 key selected", page.ByRole("group", "Selected keys").ByRole("status").TextContent);
    }

    [Theory]
    [InlineData(2, false, false)]
    [InlineData(2, true, true)]
    [InlineData(10, false, true)]
    public async Task Several_keys_are_revoked_after_a_question_that_fits_what_goes(int count, bool used, bool typed)
    {
        var keys = new List<IssuedKey>();
        for (var i = 0; i < count; i++)
        {
            keys.Add(await AddAsync(World.Owner, $"Key {i}"));
        }

        if (used)
        {
            Use(keys[0], TimeSpan.FromMinutes(5));
        }

        var page = Open(World.Owner);
        await SelectAllAsync(page);
        _ = page.ByRole("button", "Revoke…").ClickAsync(); // completes when the confirmation is answered
        page.WaitForRole("alertdialog");
        Assert.Contains($"Revoke {count} keys?", page.ByRole("alertdialog").TextContent, StringComparison.Ordinal);
        Assert.Equal(used, page.ByRole("alertdialog").TextContent.Contains("1 of these keys is in use.", StringComparison.Ordinal));
        Assert.Equal(typed, page.ByRole("alertdialog").AllByRole("textbox").Count == 1);
        if (typed)
        {
            await page.ByRole("alertdialog").ByRole("textbox").InputAsync(new() { Value = $"revoke {count} keys" });
        }

        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal([$"Revoked {count} keysRequests using them are now refused."], page.SnackbarTexts()));
        foreach (var key in keys)
        {
            Assert.Equal(KeyState.Revoked, await StateAsync(key));
        }
    }

    [Fact]
    public async Task Expiry_of_several_keys_is_changed_after_a_question()
    {
        var (one, two) = (await AddAsync(World.Owner, "One"), await AddAsync(World.Owner, "Two"));
        var page = Open(World.Owner);
        await SelectAllAsync(page);
        await page.ByRole("button", "Change expiry…").ClickAsync();
        page.WaitForRole("dialog", "Change expiry of 2 keys");
        await page.SelectAsync("Expires", "On a date…");
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Contains("Choose an expiry date.", page.ByRole("dialog").TextContent, StringComparison.Ordinal));
        await page.ByLabel("Expiry date").ChangeAsync(new() { Value = "2027-03-01" });
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal(["Changed expiry of 2 keys"], page.SnackbarTexts()));
        foreach (var key in new[] { one, two })
        {
            var read = (await World.Services.Keys.GetAsync(World.Owner, key.Key.KeyId, Xunit.TestContext.Current.CancellationToken)).Value;
            Assert.Equal(new DateTimeOffset(2027, 3, 2, 0, 0, 0, TimeSpan.Zero), read.ExpiresAt);
        }
    }

    [Fact]
    public async Task Refusal_of_several_keys_names_the_one_that_is_why()
    {
        await AddAsync(World.Owner, "One");
        var two = await AddAsync(World.Owner, "Two");
        var page = Open(World.Owner);
        await SelectAllAsync(page);
        await World.Services.Keys.RevokeAsync(World.Owner, two.Key.KeyId, Xunit.TestContext.Current.CancellationToken);
        await page.ByRole("button", "Disable").ClickAsync();
        page.WaitForAssertion(() => Assert.Equal(
            ["Could not disable 2 keysTwo has been revoked and cannot be changed. No key was changed."], page.SnackbarTexts()));
        Assert.Empty(page.AllByRole("group", "Selected keys"));
    }

    static async Task SelectAllAsync(IRenderedComponent<PageHost> page)
    {
        await page.AllByRole("checkbox", "Select all keys on this page")[0].ClickAsync();
        page.WaitForRole("group", "Selected keys");
    }
}
