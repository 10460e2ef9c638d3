using Dashboard.Tests.E2E.Support;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Auth;

/// <summary>A person who opens more pages than the limit.</summary>
public sealed class CircuitLimitJourneys(Browser browser)
{
    [Fact]
    public async Task Page_past_the_limit_is_readable_and_says_so_and_works_once_another_is_closed()
    {
        using var product = new Product().With("Limits:CircuitsPerSession", "1");
        product.Start();
        var project = await product.AddProjectAsync("Limit");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        await visit.GoAsync($"/{project}/keys");

        var second = await visit.Page.Context.NewPageAsync();
        await second.GotoAsync($"/{project}/resources");
        await Expect(second.GetByText("Too many pages are open.")).ToBeVisibleAsync();
        await Expect(second.GetByRole(AriaRole.Heading, new() { Name = "Resources", Exact = true })).ToBeVisibleAsync();
        await Expect(second.GetByRole(AriaRole.Button, new() { Name = "Add resource" }).First).ToBeDisabledAsync();
        await Expect(second.GetByText("This page has stopped working.")).ToBeHiddenAsync();

        visit.Expect(404, "/account/nowhere");
        await visit.Page.GotoAsync("/account/nowhere"); // a page without a circuit
        await second.GetByRole(AriaRole.Button, new() { Name = "Reload" }).ClickAsync();
        await Expect(second.Locator("#interactive")).ToBeVisibleAsync();
        visit.ExpectCut();
    }

    [Fact]
    public async Task Circuit_past_the_limit_ends_the_oldest_without_a_connection()
    {
        var closed = new Closings();
        using var product = new Product().With("Limits:CircuitsPerSession", "2")
            .With(services => services.AddSingleton<CircuitHandler>(closed));
        product.Start();
        var project = await product.AddProjectAsync("Lost");
        await using var visit = await PageVisit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        await visit.Page.Context.AddInitScriptAsync("navigator.sendBeacon = () => true"); // a page that vanishes without a word
        foreach (var page in new[] { "keys", "resources", "settings" })
        {
            await visit.GoAsync($"/{project}/{page}");
        }

        await closed.First.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(3, closed.Opened);
    }

    sealed class Closings : CircuitHandler
    {
        int opened;

        public int Opened => opened;

        public TaskCompletionSource First { get; } = new();

        public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref opened);
            return Task.CompletedTask;
        }

        public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
        {
            First.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
