using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Dashboard.Tests.E2E.Support;

static class PageAddress
{
    /// <summary>Waits until the page's address matches <paramref name="pattern"/>, in which an asterisk stands for anything. Asks again and
    /// again: Playwright's own wait for an address misses a navigation that ends while it subscribes.</summary>
    public static Task UntilAtAsync(this IPage page, string pattern) =>
        Assertions.Expect(page).ToHaveURLAsync(new Regex(
            $"^{Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}$", RegexOptions.None, TimeSpan.FromSeconds(1)));
}
