using Bunit;
using Dashboard.Ui;
using Xunit;

namespace Dashboard.Tests.Unit.Ui;

public sealed class ConfirmDialogTests : UiTest
{
    static readonly Confirmation Plain = new("Disable this key?", "Disable", "Requests with it are refused.") { Danger = false };
    static readonly Confirmation Typed = new("Revoke this key?", "Revoke key", "This cannot be undone.") { TypedText = "Partner: Contoso" };

    [Fact]
    public async Task Yes_is_true_and_closes()
    {
        var (dialog, answer) = await AskAsync(Plain);
        Assert.Equal("Disable this key?", dialog.Find("h2").TextContent);
        await dialog.Find("form").SubmitAsync();
        Assert.True(await answer);
        Assert.Empty(dialog.FindAll("h2"));
        JSInterop.VerifyInvoke("ui.closeDialog");
    }

    [Fact]
    public async Task Cancel_is_false()
    {
        var (dialog, answer) = await AskAsync(Plain);
        await dialog.FindAll(".dialog-foot button")[0].ClickAsync();
        Assert.False(await answer);
    }

    [Fact]
    public async Task Leaving_by_escape_is_false()
    {
        var (dialog, answer) = await AskAsync(Plain);
        await dialog.Find("dialog").TriggerEventAsync("onclose", EventArgs.Empty);
        Assert.False(await answer);
    }

    [Fact]
    public async Task Second_question_answers_the_first_no()
    {
        var (dialog, first) = await AskAsync(Plain);
        Task<bool>? second = null;
        await dialog.InvokeAsync(() => { second = dialog.Instance.AskAsync(Typed); });
        Assert.False(await first);
        Assert.False(second!.IsCompleted);
        Assert.Equal("Revoke this key?", dialog.Find("h2").TextContent);
    }

    [Fact]
    public async Task Typed_confirmation_takes_the_exact_text_only()
    {
        var (dialog, answer) = await AskAsync(Typed);
        foreach (var wrong in (string[])["", "Partner", "partner: contoso"])
        {
            dialog.Find("input").Input(wrong);
            Assert.Equal("true", dialog.Find("button[type=submit]").GetAttribute("aria-disabled"));
            await dialog.Find("form").SubmitAsync();
            Assert.False(answer.IsCompleted);
        }

        dialog.Find("input").Input(" Partner: Contoso ");
        Assert.False(dialog.Find("button[type=submit]").HasAttribute("aria-disabled"));
        await dialog.Find("form").SubmitAsync();
        Assert.True(await answer);
    }

    [Fact]
    public async Task Typed_text_is_gone_when_it_is_asked_again()
    {
        var (dialog, answer) = await AskAsync(Typed);
        dialog.Find("input").Input("Partner: Contoso");
        await dialog.FindAll(".dialog-foot button")[0].ClickAsync();
        Assert.False(await answer);
        await dialog.InvokeAsync(() => { _ = dialog.Instance.AskAsync(Typed); });
        Assert.Equal("true", dialog.Find("button[type=submit]").GetAttribute("aria-disabled"));
    }

    [Theory]
    [InlineData(true, null, "Cancel")]
    [InlineData(false, null, "Disable")]
    [InlineData(true, "name", null)]
    public async Task Focus_is_where_nothing_is_destroyed_by_accident(bool danger, string? typed, string? button)
    {
        var (dialog, _) = await AskAsync(Plain with { Danger = danger, TypedText = typed });
        var focused = dialog.Find("[autofocus]");
        Assert.Equal(button is null ? "INPUT" : "BUTTON", focused.TagName);
        Assert.Equal(button ?? "", focused.TextContent);
        Assert.Equal(danger ? "alertdialog" : null, dialog.Find("dialog").GetAttribute("role"));
    }

    async Task<(IRenderedComponent<ConfirmDialog> Dialog, Task<bool> Answer)> AskAsync(Confirmation question)
    {
        var dialog = Render<ConfirmDialog>();
        Task<bool>? answer = null;
        await dialog.InvokeAsync(() => { answer = dialog.Instance.AskAsync(question); });
        JSInterop.VerifyInvoke("ui.showDialog");
        return (dialog, answer!);
    }
}
