using Bunit;
using Dashboard.Core.Usage;
using Dashboard.Tests.Unit.Support;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Dashboard.Tests.Unit.Keys.Details;

[SqliteOnly("a page draws its list at once where reads complete at once")]
public sealed class KeyPageUsageTests : KeyPageTest
{
    [Fact]
    public async Task Last_use_names_its_client_if_only_one_was_there()
    {
        var key = await AddAsync("Backend");
        Use(key, TimeSpan.FromMinutes(5));
        Seen(key, "203.0.113.0/24", "curl", 30, 5);
        Assert.Equal("5 min agofrom 203.0.113.0/24 with curl", Fact(Open(World.Owner, key), "Last used"));
        Seen(key, "203.0.113.0/24", "Go", 30, 5);
        Assert.Equal("5 min agofrom 203.0.113.0/24", Fact(Open(World.Owner, key), "Last used"));
    }

    [Fact]
    public async Task Unused_permissions_are_trimmed_after_a_question()
    {
        var key = await AddAsync("Backend");
        World.Time.Advance(TimeSpan.FromDays(40));
        Asked(key, "read", 1);
        Asked(key, "verify", 2);
        var page = Open(World.Owner, key);
        Assert.Equal(["Granted", "Granted, never used", "Granted, never used", "Refused"], Badges(page));
        Assert.Contains(page.AllByRole("listitem"), item =>
            item.TextContent.EndsWith("Not granted. Last asked for 29 Dec 2026.", StringComparison.Ordinal));
        _ = PressAsync(page, "Trim to read"); // completes when the question is answered
        page.WaitForRole("alertdialog", "Trim to read?");
        Assert.Contains("Backend loses execute and write, and requests that need them will be refused immediately.",
            page.ByRole("alertdialog").TextContent, StringComparison.Ordinal);
        Assert.Equal(3, (await GetAsync(key)).Permissions.Count);
        await page.ByRole("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Contains("Granted 1, used 1 in 90 days.", page.Markup, StringComparison.Ordinal));
        Assert.Equal(["read"], (await GetAsync(key)).Permissions);
        Assert.Empty(page.AllByRole("button", "Trim to read"));
        Assert.Contains("Permissions execute and write removed", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_trimmed_of_a_young_or_an_unused_key()
    {
        var key = await AddAsync("Backend");
        Asked(key, "read", 0);
        var page = Open(World.Owner, key);
        Assert.True(page.ByRole("button", "Trim to read").HasAttribute("disabled"));
        Assert.Contains("You can trim from 22 Dec 2026, after a month of requests.", page.Markup, StringComparison.Ordinal);
        World.Time.Advance(TimeSpan.FromDays(100));
        page = Open(World.Owner, key);
        Assert.True(page.ByRole("button", "Trim").HasAttribute("disabled"));
        Assert.Contains("Nothing was used in 90 days. Disable or revoke the key instead.", page.Markup, StringComparison.Ordinal);
        Assert.Equal(["Granted, not used", "Granted, not used", "Granted, not used"], Badges(page));
    }

    [Fact]
    public async Task Chart_has_its_summary_its_readout_and_its_table()
    {
        var key = await AddAsync("Backend");
        Counted(key, 0, KeyHour.Valid, 1506);
        Counted(key, 0, "insufficient_permissions", 380);
        Counted(key, 3, "rate_limited", 2);
        var page = Open(World.Owner, key);
        Assert.Single(
            page.AllByRole("img", "Requests of each day from 24 August to 21 November 2026: 1,506 allowed, 380 refused, 2 rate limited."));
        Assert.Equal("Sat 21 Nov 2026: 1,506 allowed, 380 refused", page.ByLabel("Day").GetAttribute("aria-valuetext"));
        var table = page.ByRole("table", "Requests of each day");
        Assert.Equal(91, table.AllByRole("row").Count);
        Assert.Equal(
            ["Sat 21 Nov 2026", "1,506", "380", "0"], table.AllByRole("row")[1].AllByRole("cell").Select(cell => cell.TextContent));
        Assert.Equal(["Wed 18 Nov 2026", "0", "0", "2"], table.AllByRole("row")[4].AllByRole("cell").Select(cell => cell.TextContent));
    }

    [Fact]
    public async Task Unused_key_has_a_sentence_in_place_of_its_chart()
    {
        var page = Open(World.Owner, await AddAsync("Backend"));
        Assert.Contains("No requests in the last 90 days.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Not used yet.", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.AllByRole("table"));
    }

    [Fact]
    public async Task Client_is_new_beside_older_ones()
    {
        var key = await AddAsync("Backend");
        Seen(key, "203.0.113.0/24", "curl", 2 * 1440, 5);
        Assert.DoesNotContain("New", Rows(Open(World.Owner, key)).Single(), StringComparison.Ordinal); // it is the only one
        Seen(key, KeyClientUsage.Unknown, ClientFamily.Other, 8 * 1440, 60);
        Assert.Equal(["203.0.113.0/24New curl 19 Nov 2026 5 min ago", "Unknown Other 13 Nov 2026 1 h ago"], Rows(Open(World.Owner, key)));

        static List<string> Rows(IRenderedComponent<PageHost> page) =>
            [.. page.ByRole("table", "Where used").AllByRole("row").Skip(1)
                .Select(row => string.Join(' ', row.AllByRole("cell").Select(cell => cell.TextContent)))];
    }

    [Fact]
    public async Task Many_clients_are_folded()
    {
        var key = await AddAsync("Backend");
        for (var number = 0; number < 12; number++)
        {
            Seen(key, $"203.0.{number}.0/24", "curl", 100, number);
        }

        var page = Open(World.Viewer, key);
        Assert.Equal(9, page.ByRole("table", "Where used").AllByRole("row").Count);
        await PressAsync(page, "Show all 12");
        Assert.Equal(13, page.ByRole("table", "Where used").AllByRole("row").Count);
    }

    void Counted(string key, int daysAgo, string outcome, long count) => World.Add(new KeyDay
    {
        KeyId = key,
        Day = new(World.Time.GetUtcNow().Date.AddDays(-daysAgo), TimeSpan.Zero),
        Outcome = outcome,
        ProjectId = World.ProjectId(TestInstallation.Orders),
        Count = count,
    });

    static List<string> Badges(IRenderedComponent<PageHost> page) =>
        [.. page.AllByTestId("verdict").Select(badge => badge.TextContent.Trim())];
}
