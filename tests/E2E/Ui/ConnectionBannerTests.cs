using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;

namespace Dashboard.Tests.E2E.Ui;

public sealed class ConnectionBannerTests(Product product, Browser browser) : IClassFixture<Product>
{
    [Fact]
    public async Task Page_whose_styles_have_not_come_yet_tells_of_no_fault()
    {
        product.Start();
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        var checkedWithout = new TaskCompletionSource();
        await visit.Page.RouteAsync("**/*.css", async route =>
        {
            await checkedWithout.Task;
            await route.ContinueAsync();
        });
        await visit.Page.GotoAsync("/account/sign-in", new() { WaitUntil = WaitUntilState.Commit });
        await Assertions.Expect(visit.Page.GetByLabel("Password")).ToBeVisibleAsync();
        await Assertions.Expect(visit.Page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
        await Assertions.Expect(visit.Page.Locator("#components-reconnect-modal")).ToBeHiddenAsync();
        checkedWithout.SetResult();
        await visit.Page.WaitForLoadStateAsync();
    }
}
