using Bunit;
using Dashboard.Components;
using Dashboard.Core.Credentials;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class KeysPageCreationTests : KeysPageTest
{
    [Fact]
    public async Task Created_key_is_shown_and_listed_first()
    {
        await AddAsync(World.Owner, "Older");
        World.Time.Advance(TimeSpan.FromMinutes(1));
        var page = Open(World.Owner);
        await page.ByRole("button", "Create key").ClickAsync();
        page.WaitForRole("dialog");
        await page.ByLabel("Name").ChangeAsync(new() { Value = "Newer" });
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Equal(["Newer", "Older"], Names(page)));
        var raw = page.WaitForRole("dialog", "Save your key").ByRole("code").TextContent;
        Assert.Null((await World.Services.Verifier.VerifyAsync(
            PresentedKeys.Key(raw), AccessRequirement.None, null, Xunit.TestContext.Current.CancellationToken)).Refusal);
        await page.ByRole("button", "Copy key").TriggerEventAsync("oncopied", new CopiedEventArgs { Outcome = "copied" });
        await page.ByRole("button", "I have saved the key").ClickAsync();
        page.WaitForAssertion(() => Assert.DoesNotContain(raw, page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Full_project_disables_creation_with_a_reason()
    {
        for (var number = 0; number < 10; number++)
        {
            await AddAsync(World.Owner, $"Key {number}");
        }

        var page = Open(World.Owner);
        var create = page.ByRole("button", "Create key");
        Assert.Equal("All 10 keys are in use. Revoke one you no longer need.", create.DescriptionOf());
        create.Click();
        Assert.Empty(page.AllByRole("dialog"));
        Assert.Contains("10 of 10", page.ByRole("search").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Draft_is_restored_in_the_form()
    {
        await AddAsync(World.Owner, "Any");
        JSInterop.Setup<string[][]?>("ui.readDraft", _ => true).SetResult(
        [
            ["name", "Half typed"], ["environment", "1"], ["scope", "1"], ["resources", "workflow:a\tIntake\tworkflow:a"],
            ["resources", "rubbish"],
            ["permissions", "write"], ["permissions", "unheard-of"], ["expires", "OnDate"], ["date", "2027-03-01"], ["odd"],
        ]);
        var page = Open(World.Owner);
        page.WaitForRole("form");
        var form = page.ByRole("form");
        Assert.Equal("Half typed", form.ByLabel("Name").GetAttribute("value"));
        Assert.Equal(["Test", "Specific resources"], form.AllByRole("radio").Where(radio => radio.HasAttribute("checked"))
            .Select(radio => radio.NameOf()));
        Assert.StartsWith("Intake", Assert.Single(form.ByRole("list", "Selected resources").AllByRole("listitem")).TextContent.Trim(),
            StringComparison.Ordinal);
        Assert.Equal(
            ["write"], form.AllByRole("checkbox").Where(box => box.HasAttribute("checked")).Select(box => box.GetAttribute("value")));
        Assert.Equal("2027-03-01", form.ByLabel("Expiry date").GetAttribute("value"));
        Assert.Equal($"{World.ProjectId(TestInstallation.Orders)} {World.Owner.Id}", page.ByRole("form").GetAttribute("data-draft"));
    }

    [Fact]
    public async Task Key_stays_on_screen_if_the_list_cannot_be_read()
    {
        var commands = new SentCommands();
        var services = World.Run(commands);
        Services.AddSingleton(services.Keys).AddSingleton(services.KeyLists);
        await AddAsync(World.Owner, "Any");
        World.Time.Advance(TimeSpan.FromMinutes(1));
        var page = Open(World.Owner);
        await page.ByRole("button", "Create key").ClickAsync();
        page.WaitForRole("dialog");
        await page.ByLabel("Name").ChangeAsync(new() { Value = "Newer" });
        commands.FailWhen = sql => sql.Contains("LIMIT", StringComparison.Ordinal)
            && sql.Contains("CreatedAt", StringComparison.Ordinal) && !sql.Contains("Members", StringComparison.Ordinal);
        await page.ByRole("form").SubmitAsync();
        Assert.StartsWith("nk_live_", page.WaitForRole("dialog", "Save your key").ByRole("code").TextContent, StringComparison.Ordinal);
        Assert.Equal(["Any"], Names(page));
        commands.FailWhen = _ => false;
        await page.ByRole("button", "Copy key").TriggerEventAsync("oncopied", new CopiedEventArgs { Outcome = "copied" });
        await page.ByRole("button", "I have saved the key").ClickAsync();
        page.WaitForAssertion(() => Assert.Equal(["Newer", "Any"], Names(page)));
    }

    [Fact]
    public async Task Link_opens_the_form_with_what_it_suggests()
    {
        await AddAsync(World.Owner, "Any");
        var page = Open(World.Owner, "?environment=live&new&name=Nightly%20export&permissions=read,write&expires=30");
        page.WaitForRole("form");
        Assert.Equal("Nightly export", page.ByRole("form").ByLabel("Name").GetAttribute("value"));
        Assert.Equal("This key will be able to read and write all resources in orders, live, until 21 Dec 2026.",
            page.ByTestId("outcome").TextContent);
        Assert.EndsWith("/acme/orders/keys?environment=live", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_opens_nothing_for_a_viewer()
    {
        await AddAsync(World.Owner, "Any");
        var page = Open(World.Viewer, "?new&name=Nightly");
        page.WaitForAssertion(() => Assert.EndsWith("/acme/orders/keys", Navigation.Uri, StringComparison.Ordinal));
        Assert.Empty(page.AllByRole("form"));
    }

    [Fact]
    public async Task Link_with_a_key_as_the_name_does_not_show_it()
    {
        var key = await AddAsync(World.Owner, "Any");
        var page = Open(World.Owner, $"?new&name={key.Secret.Reveal()}");
        page.WaitForRole("form");
        Assert.Equal("", page.ByRole("form").ByLabel("Name").GetAttribute("value"));
        Assert.EndsWith("/acme/orders/keys", Navigation.Uri, StringComparison.Ordinal);
    }
}
