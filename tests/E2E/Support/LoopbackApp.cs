using System.Net;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Dashboard.Tests.E2E.Support;

/// <summary>An app on this machine, which the browser gets back to with an answer (RFC 8252 section 7.3).</summary>
sealed class LoopbackApp : IDisposable
{
    readonly HttpListener listener = new();

    public LoopbackApp()
    {
        listener.Prefixes.Add(Address);
        listener.Start();
    }

    public string Address { get; } = $"http://127.0.0.1:{ExternalProcess.FreePort()}/";

    public string RedirectUri => $"{Address}callback";

    /// <summary>Returns the address that a step leads the browser to. The step must not wait for that page, as a click does: the app
    /// answers only afterwards.</summary>
    public async Task<HttpListenerRequest> HearAsync(IPage page, Func<Task> step)
    {
        var hearing = listener.GetContextAsync();
        await step();
        var heard = await hearing.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        heard.Response.ContentType = "text/html";
        heard.Response.Close(
            "<!DOCTYPE html><html lang=en><title>App</title><link rel=icon href=data:,>Back at the app</html>"u8.ToArray(), false);
        await Expect(page.GetByText("Back at the app")).ToBeVisibleAsync();
        return heard.Request;
    }

    public void Dispose() => ((IDisposable)listener).Dispose();
}
