using System.Globalization;
using Dashboard.Tests.E2E.Support;
using Xunit;

namespace Dashboard.Tests.E2E.Keys;

/// <summary>What a first look at the keys page costs whoever pays by the kilobyte.</summary>
public sealed class WeightTests(Product product, Browser browser, ITestOutputHelper output) : IClassFixture<Product>
{
    const int LimitKilobytes = 150;

    [Fact]
    public async Task First_load_of_the_keys_page_is_light()
    {
        product.Start();
        var project = await product.AddProjectAsync("Weight");
        for (var number = 0; number < 8; number++)
        {
            await product.AddKeyAsync(project, $"production-backend-{number}");
        }

        await using var visit = await Visit.OpenAsync(browser, product.Url);
        await visit.SignInAsync(Product.Email);
        var wire = await Wire.ListenAsync(visit.Page);
        await visit.GoAsync($"/{project}/keys");
        await visit.Page.WaitForLoadStateAsync(Microsoft.Playwright.LoadState.NetworkIdle);
        output.WriteLine(wire.ToString());
        Assert.True(wire.Kilobytes <= LimitKilobytes, string.Create(CultureInfo.InvariantCulture, $"{wire.Kilobytes:F1} KB, and {LimitKilobytes} are the limit:\n{wire}"));
    }
}
