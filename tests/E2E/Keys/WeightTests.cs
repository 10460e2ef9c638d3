using System.Collections.Concurrent;
using System.Globalization;
using Dashboard.Tests.E2E.Support;
using Microsoft.Playwright;
using Xunit;

namespace Dashboard.Tests.E2E.Keys;

/// <summary>The transfer size of the first load of the keys page, until it is shown and before its circuit sends anything.</summary>
public sealed class WeightTests(Browser browser, ITestOutputHelper output)
{
    /// <summary>196 before filters, check boxes and the links to the keys' pages, and at most 10 more.</summary>
    const int LimitKilobytes = 206;

    const int LimitOfSparklines = 10;

    /// <summary>A full page of keys.</summary>
    [Fact]
    public async Task First_load_of_the_keys_page_is_light()
    {
        await using var product = new Product();
        product.Start();
        var project = await product.AddProjectAsync("Weight");
        for (var number = 0; number < 10; number++)
        {
            await product.AddKeyAsync(project, $"production-backend-{number}");
        }

        await product.AddRevokedKeysAsync(project, 15, number => $"production-frontend-{number}");
        await using var wire = new CountingProxy(product.Url);
        await using var visit = await PageVisit.OpenAsync(browser, wire.Url);
        await visit.SignInAsync(Product.Email);
        var files = await ListAsync(visit.Page);
        wire.Reset();
        await visit.GoAsync($"/{project}/keys?revoked=true");
        await visit.Page.UntilLoadedAsync(LoadState.NetworkIdle);
        var loaded = files.Values.Sum() / 1024;
        var told = string.Create(
            CultureInfo.InvariantCulture,
            $"{loaded:N1} KB of files, {wire} with the circuit's messages:\n{string.Join('\n', files.OrderByDescending(x => x.Value).Select(Line))}");
        output.WriteLine(told);
        Assert.True(loaded <= LimitKilobytes, told);
        Assert.True(loaded > 50 && wire.Kilobytes > loaded, told); // otherwise, not everything was counted

        await product.AddDaysAsync(project);
        wire.Reset();
        files.Clear();
        await visit.GoAsync($"/{project}/keys?revoked=true");
        await visit.Page.UntilLoadedAsync(LoadState.NetworkIdle);
        await Assertions.Expect(visit.Page.GetByRole(AriaRole.Img, new() { Name = "requests in 30 days" })).ToHaveCountAsync(25);

        // Once more without the bars, from the same warm cache.
        await product.RemoveDaysAsync();
        var bars = (Wire: wire.Kilobytes, Html: files["/" + project + "/keys"]);
        wire.Reset();
        files.Clear();
        await visit.GoAsync($"/{project}/keys?revoked=true");
        await visit.Page.UntilLoadedAsync(LoadState.NetworkIdle);
        var more = (Wire: bars.Wire - wire.Kilobytes, Html: (bars.Html - files["/" + project + "/keys"]) / 1024);
        var cost = string.Create(
            CultureInfo.InvariantCulture, $"25 sparklines: {more.Html:N1} KB of HTML, {more.Wire:N1} KB with the circuit's messages");
        output.WriteLine(cost);
        Assert.True(more.Html > 0 && more.Wire <= LimitOfSparklines, cost);

        static string Line(KeyValuePair<string, double> file) =>
            string.Create(CultureInfo.InvariantCulture, $"{file.Value,9:N0} B  {file.Key}");
    }

    /// <summary>The browser's transfer size of each response, compressed and with headers.</summary>
    static async Task<ConcurrentDictionary<string, double>> ListAsync(IPage page)
    {
        var (addresses, sizes) = (new ConcurrentDictionary<string, string>(StringComparer.Ordinal),
            new ConcurrentDictionary<string, double>(StringComparer.Ordinal));
        var session = await page.Context.NewCDPSessionAsync(page);
        session.Event("Network.requestWillBeSent").OnEvent += (_, e) =>
            addresses[e!.Value.GetProperty("requestId").GetString()!] =
                new Uri(e.Value.GetProperty("request").GetProperty("url").GetString()!).AbsolutePath;
        session.Event("Network.loadingFinished").OnEvent += (_, e) =>
        {
            if (e!.Value.GetProperty("encodedDataLength").GetDouble() is var size and > 0)
            {
                sizes[addresses.GetValueOrDefault(e.Value.GetProperty("requestId").GetString()!, "?")] = size;
            }
        };
        await session.SendAsync("Network.enable");
        return sizes;
    }
}
