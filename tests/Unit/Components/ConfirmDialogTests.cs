using Bunit;
using Dashboard.Components;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Xunit;

namespace Dashboard.Tests.Unit.Components;

public sealed class ConfirmDialogTests : PageTest
{
    [Fact]
    public async Task Question_is_answered_by_its_verb_or_by_cancel()
    {
        var page = RenderPage<MudDivider>();
        foreach (var (button, yes) in new[] { ("Revoke key", true), ("Cancel", false), ("Close", false) })
        {
            var answer = await AskAsync(page, new("Revoke this key?", "Revoke key", "Requests with it will be refused."));
            var dialog = page.WaitForRole("alertdialog", "Revoke this key?");
            if (yes)
            {
                await dialog.ByRole("form").SubmitAsync();
            }
            else
            {
                await dialog.ByRole("button", button).ClickAsync(new());
            }

            Assert.Equal(yes, await answer);
            page.WaitForAssertion(() => Assert.Empty(page.AllByRole("alertdialog")));
        }
    }

    [Fact]
    public async Task Name_that_has_to_be_typed_is_typed_before_anything_happens()
    {
        var page = RenderPage<MudDivider>();
        var answer =
            await AskAsync(
                page, new("Delete this project?", "Delete project", "Everything in it goes.")
                {
                    TypedText = "Orders",
                    TypedLabel = "Type the project’s name to confirm"
                });
        var dialog = page.WaitForRole("alertdialog");
        await dialog.ByRole("form").SubmitAsync();
        Assert.False(answer.IsCompleted);
        Assert.Equal("true", page.ByRole("button", "Delete project").GetAttribute("aria-disabled"));
        await page.ByLabel("Type the project’s name to confirm: Orders").InputAsync(new() { Value = "Orders " });
        await page.ByRole("form").SubmitAsync();
        Assert.True(await answer);
    }

    [Fact]
    public async Task Name_to_type_can_be_copied_from_the_label()
    {
        var page = RenderPage<MudDivider>();
        await AskAsync(page, new("Delete this project?", "Delete project", "Everything in it goes.") { TypedText = "Orders" });
        page.WaitForRole("alertdialog");
        var source = page.ByRole("button", "Copy the name").GetAttribute("data-copy")!;
        Assert.Contains($"id=\"{source[1..]}\">Orders</b>", page.Markup, StringComparison.Ordinal);
    }

    async Task<Task<bool>> AskAsync(IRenderedComponent<PageHost> page, Confirmation question)
    {
        Task<bool>? answer = null;
        await page.InvokeAsync(() => { answer = Services.GetRequiredService<IDialogService>().ConfirmAsync(question); });
        return answer!;
    }
}
