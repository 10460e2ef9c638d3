using Bunit;
using Dashboard.Components;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Xunit;

namespace Dashboard.Tests.Unit.Components;

public sealed class SnackbarsTests : PageTest
{
    [Fact]
    public async Task What_was_done_leaves_by_itself_and_what_failed_stays_until_dismissed()
    {
        var page = RenderPage<MudDivider>();
        await page.InvokeAsync(() => Snackbars.Show("Revoked checkout", "Requests using it are now refused."));
        await page.InvokeAsync(() => Snackbars.ShowError("Could not delete orders", "Try again."));
        Assert.Equal(["Revoked checkoutRequests using it are now refused.", "Could not delete ordersTry again."], page.SnackbarTexts());
        Clock.Advance(TimeSpan.FromSeconds(7));
        page.WaitForAssertion(() => Assert.Equal(["Could not delete ordersTry again."], page.SnackbarTexts()));
        Clock.Advance(TimeSpan.FromMinutes(10));
        await page.ByRole("button", "Dismiss").ClickAsync(new());
        page.WaitForAssertion(() => Assert.Empty(page.SnackbarTexts()));
    }

    [Fact]
    public async Task Undo_is_offered_for_longer_and_done_once()
    {
        var undone = 0;
        var page = RenderPage<MudDivider>();
        await page.InvokeAsync(() => Snackbars.ShowUndo("Disabled checkout", () =>
        {
            undone++;
            return Task.CompletedTask;
        }));
        Clock.Advance(TimeSpan.FromSeconds(7));
        await page.ByRole("button", "Undo").ClickAsync(new());
        page.WaitForAssertion(() => Assert.Empty(page.SnackbarTexts()));
        Assert.Equal(1, undone);
    }

    Snackbars Snackbars => Services.GetRequiredService<Snackbars>();
}
