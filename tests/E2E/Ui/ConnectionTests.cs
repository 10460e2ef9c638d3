using System.Diagnostics;
using Dashboard.Tests.E2E.Support;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Ui;

/// <summary>A page whose connection is lost, from the first attempt to get it back to the last.</summary>
public sealed class ConnectionTests(Browser browser)
{
    [Fact]
    public async Task Attempts_to_reconnect_come_less_and_less_often()
    {
        using var product = new Product();
        product.Start();
        await using var visit = await OpenAsync(product);
        await CutAsync(visit);
        var watch = Stopwatch.StartNew();
        await Expect(visit.Page.GetByText("Reconnecting (attempt 5)")).ToBeVisibleAsync();
        // Before the second to the fourth attempt it waits for half a second, one and two at the least. Before the first, not at all.
        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(3), $"five attempts in {watch.Elapsed}");
    }

    [Fact]
    public async Task Page_that_the_server_no_longer_keeps_says_that_it_has_to_be_reloaded_and_never_comes_back_to_life()
    {
        using var product = new Product().With(services => services.Configure<CircuitOptions>(
            circuits => circuits.DisconnectedCircuitRetentionPeriod = TimeSpan.FromSeconds(1)));
        product.Start();
        await using var visit = await OpenAsync(product);
        var page = visit.Page;
        var back = await CutAsync(visit);
        var create = page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).First;
        await Expect(page.GetByText("The server is not responding.")).ToBeVisibleAsync();
        await Expect(page.GetByText("Once it is back, this page has to be reloaded")).ToBeVisibleAsync();
        await Expect(create).ToBeDisabledAsync();

        back();
        await page.GetByRole(AriaRole.Button, new() { Name = "Try now" }).ClickAsync();
        await Expect(page.GetByText("The server is back, but this page has to be reloaded.")).ToBeVisibleAsync();
        await Expect(create).ToBeDisabledAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Try now" })).ToBeHiddenAsync();
        await page.EvaluateAsync("document.dispatchEvent(new Event('visibilitychange'))"); // no further attempt
        await Expect(page.GetByText("The server is back, but this page has to be reloaded.")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Reload" }).ClickAsync();
        await visit.UntilInteractiveAsync();
        await Expect(page.GetByText("Reload this page.")).ToBeHiddenAsync();
        await create.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Create API key" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Notice_of_a_page_that_has_stopped_working_is_seen_over_a_dialog()
    {
        using var product = new Product();
        product.Start();
        await using var visit = await OpenAsync(product);
        var page = visit.Page;
        await page.GetByRole(AriaRole.Button, new() { Name = "Create key" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Create API key" })).ToBeVisibleAsync();
        await page.EvaluateAsync("document.getElementById('blazor-error-ui').style.display = 'block'"); // as Blazor's script does
        var notice = page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "This page has stopped working." });
        await Expect(notice).ToBeVisibleAsync();
        await notice.GetByRole(AriaRole.Button, new() { Name = "Reload" }).ClickAsync();
        await Expect(notice).ToBeHiddenAsync();
    }

    async Task<PageVisit> OpenAsync(Product product)
    {
        var project = await product.AddProjectAsync("Connection");
        var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys");
        return visit;
    }

    /// <summary>Takes the connection away, and returns what makes it possible again.</summary>
    static async Task<Action> CutAsync(PageVisit visit)
    {
        var gone = true;
        await visit.Page.Context.RouteAsync("**/_blazor/**", route => gone ? route.AbortAsync() : route.ContinueAsync());
        visit.ExpectCut();
        await visit.Page.EvaluateAsync("Blazor._internal.forceCloseConnection()");
        await Expect(visit.Page.GetByText("Connection lost.").First).ToBeVisibleAsync();
        return () => gone = false;
    }
}
