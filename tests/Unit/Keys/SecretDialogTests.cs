using Bunit;
using Dashboard.Core;
using Dashboard.Core.Keys;
using Dashboard.Keys;
using Dashboard.Tests.Unit.Ui;
using Dashboard.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Keys;

public sealed class SecretDialogTests : UiTest
{
    static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    static readonly Party Priya = new(PartyType.User, "person-1", "Priya");

    readonly IssuedKey issued;
    int closed;

    public SecretDialogTests()
    {
        Assert.True(KeyTemplate.TryParse(KeyTemplate.Default, out var template, out _));
        var secret = template.Mint(KeyEnvironment.Live);
        issued = new(new(secret.KeyId, "production-backend", secret.Prefix, "acme/orders", KeyEnvironment.Live, null, ["read"], Priya, KeyState.Active, Now, Priya, null, null, null, null), secret);
        JSInterop.SetupVoid("ui.focusIn", _ => true).SetVoidResult();
        JSInterop.SetupVoid("Blazor._internal.NavigationLock.enableNavigationPrompt", _ => true).SetVoidResult();
        JSInterop.SetupVoid("Blazor._internal.NavigationLock.disableNavigationPrompt", _ => true).SetVoidResult();
    }

    [Fact]
    public void Prerendered_page_holds_no_secret()
    {
        var dialog = Open(interactive: false);
        Assert.DoesNotContain(issued.Secret.Reveal(), dialog.Markup, StringComparison.Ordinal);
        Assert.Empty(dialog.Find("dialog").Children);
    }

    [Fact]
    public void Key_is_shown_whole_and_only_a_button_closes_it()
    {
        var dialog = Open();
        Assert.Equal(issued.Secret.Reveal(), dialog.Find(".copybox code").TextContent);
        Assert.Equal("none", dialog.Find("dialog").GetAttribute("closedby"));
        Assert.Empty(dialog.FindAll("[data-dialog-close]"));
        Assert.Equal("production-backend is ready. This is the only time its key is shown.", dialog.Find(".dialog-head p").TextContent);
        Assert.All(dialog.FindAll("pre"), snippet => Assert.Equal(issued.Secret.Reveal(), snippet.QuerySelector("mark")!.TextContent));
    }

    [Fact]
    public async Task Copied_it_closes_plainly()
    {
        var dialog = Open();
        await CopyAsync(dialog, ".copybox button", "copied");
        await Leave(dialog).ClickAsync();
        Assert.Equal(1, closed);
    }

    [Fact]
    public async Task Snippet_that_was_copied_counts()
    {
        var dialog = Open();
        await CopyAsync(dialog, ".code-body button", "copied");
        await Leave(dialog).ClickAsync();
        Assert.Equal(1, closed);
    }

    [Fact]
    public async Task Key_copied_by_hand_counts()
    {
        var dialog = Open();
        await CopyAsync(dialog, ".copybox button", "manual");
        await dialog.Find(".dialog-body > .stack").TriggerEventAsync("oncopy", new ClipboardEventArgs());
        await Leave(dialog).ClickAsync();
        Assert.Equal(1, closed);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("manual")]
    public async Task Not_copied_it_asks_first(string? outcome)
    {
        var dialog = Open();
        if (outcome is not null)
        {
            await CopyAsync(dialog, ".copybox button", outcome);
        }

        await Leave(dialog).ClickAsync();
        Assert.Equal(0, closed);
        Assert.Contains(
            "You have not copied this key. Once this closes it cannot be shown again. You would have to revoke it and create another.",
            string.Join(' ', dialog.Find(".guard[role=alert]").TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal(issued.Secret.Reveal(), dialog.Find(".copybox code").TextContent);
        Assert.Equal(".guard button", Assert.Single(JSInterop.Invocations["ui.focusIn"]).Arguments[1]);

        await Leave(dialog).ClickAsync(); // now: keep this open
        Assert.Empty(dialog.FindAll(".guard"));
        Assert.Equal(0, closed);
        await Leave(dialog).ClickAsync();
        await dialog.FindAll(".guard button")[1].ClickAsync();
        Assert.Equal(1, closed);
    }

    [Theory]
    [InlineData("copied", 1)]
    [InlineData("manual", 0)]
    public async Task Copy_and_close_closes_once_it_is_copied(string outcome, int closes)
    {
        var dialog = Open();
        await Leave(dialog).ClickAsync();
        await CopyAsync(dialog, ".guard button", outcome);
        Assert.Equal(closes, closed);
    }

    [Fact]
    public void Going_elsewhere_is_held_up_and_asks()
    {
        var dialog = Open();
        Services.GetRequiredService<NavigationManager>().NavigateTo("/elsewhere");
        Assert.Single(dialog.FindAll(".guard"));
        Assert.Equal("http://localhost/", Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task Once_copied_nothing_holds_up()
    {
        var dialog = Open();
        await CopyAsync(dialog, ".copybox button", "copied");
        Services.GetRequiredService<NavigationManager>().NavigateTo("/elsewhere");
        Assert.Equal("http://localhost/elsewhere", Services.GetRequiredService<NavigationManager>().Uri);
    }

    [Fact]
    public async Task Closed_it_is_gone_and_the_next_key_begins_uncopied()
    {
        var dialog = Open();
        await CopyAsync(dialog, ".copybox button", "copied");
        dialog.Render(p => p.Add(x => x.Issued, null));
        Assert.DoesNotContain(issued.Secret.Reveal(), dialog.Markup, StringComparison.Ordinal);
        dialog.Render(p => p.Add(x => x.Issued, issued));
        await Leave(dialog).ClickAsync();
        Assert.Single(dialog.FindAll(".guard"));
    }

    static Task CopyAsync(IRenderedComponent<SecretDialog> dialog, string button, string outcome) =>
        dialog.Find(button).TriggerEventAsync("oncopied", new CopiedEventArgs { Outcome = outcome });

    static AngleSharp.Dom.IElement Leave(IRenderedComponent<SecretDialog> dialog) => dialog.Find(".dialog-foot button");

    IRenderedComponent<SecretDialog> Open(bool interactive = true)
    {
        SetRendererInfo(new("Server", interactive));
        return Render<SecretDialog>(p => p.Add(x => x.Issued, issued).Add(x => x.OnClosed, () => closed++));
    }
}
