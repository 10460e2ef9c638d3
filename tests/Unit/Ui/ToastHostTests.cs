using Bunit;
using Dashboard.Ui;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Ui;

public sealed class ToastHostTests : UiTest
{
    [Fact]
    public async Task Undo_runs_once_and_takes_its_toast_away()
    {
        var host = Render<ToastHost>();
        var undone = 0;
        Services.GetRequiredService<ToastService>().ShowUndo("Disabled", () => { undone++; return Task.CompletedTask; });
        host.WaitForAssertion(() => Assert.Equal("Disabled", host.Find(".toast p").TextContent));
        await host.Find(".toast .btn").ClickAsync();
        Assert.Equal(1, undone);
        host.WaitForAssertion(() => Assert.Empty(host.FindAll(".toast")));
    }

    [Fact]
    public void Toast_is_read_out_and_can_be_dismissed_by_name()
    {
        var host = Render<ToastHost>();
        Services.GetRequiredService<ToastService>().ShowError("Could not enable", "Ten keys are active already.");
        host.WaitForElement("[role=status] .toast");
        Assert.Equal("Ten keys are active already.", host.Find(".toast small").TextContent);
        host.Find("button[aria-label=Dismiss]").Click();
        host.WaitForAssertion(() => Assert.Empty(host.FindAll(".toast")));
    }
}
