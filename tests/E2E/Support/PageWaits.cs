using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Dashboard.Tests.E2E.Support;

/// <summary>Waits for a page.</summary>
static class PageWaits
{
    /// <summary>Waits until the page's address matches <paramref name="pattern"/>, in which an asterisk stands for anything. Asks again and
    /// again: Playwright's own wait for an address misses a navigation that ends while it subscribes.</summary>
    public static Task UntilAtAsync(this IPage page, string pattern) =>
        Assertions.Expect(page).ToHaveURLAsync(new Regex(
            $"^{Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}$", RegexOptions.None, TimeSpan.FromSeconds(1)));

    /// <summary>Waits until the page is loaded. Asks again: Playwright's own wait for a state misses one that comes while it
    /// subscribes.</summary>
    public static async Task UntilLoadedAsync(this IPage page, LoadState state = LoadState.Load)
    {
        for (var tries = 5; ; tries--)
        {
            try
            {
#pragma warning disable RS0030 // it is asked again
                await page.WaitForLoadStateAsync(state, new() { Timeout = 10_000 });
#pragma warning restore RS0030
                return;
            }
            catch (TimeoutException) when (tries > 0)
            {
                // The next attempt finds a state that came in between.
            }
        }
    }
}
